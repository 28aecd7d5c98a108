"""Metrics and readiness: what is told, to whom, and that telling costs little."""

import time
from dataclasses import dataclass

import pytest

from broker.metrics.counts import Counts
from tests.broker.live import Live
from tests.broker.operation.at_work import COMMUNES, call, scrape, value
from tests.broker.provider import Provider
from tests.broker.world import World

pytestmark = pytest.mark.django_db


def test_metrics_tell_calls_by_service_class_reason_and_side(broker: Live, provider: Provider, world: World) -> None:
    before = scrape(broker)
    for _ in range(3):
        assert call(broker, world).status == 200
    assert call(broker, world, 2, "QK-1").status == 403
    assert broker.send(COMMUNES).status == 401
    assert broker.send("/api/data/no-such-service-anywhere/v1/x").status == 401
    after = scrape(broker)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    named = {"service": "administrative-units", "status_class": "2xx", "reason": "", "side": ""}
    assert grown("lgsp_broker_calls_total", **named) == 3
    assert grown("lgsp_broker_calls_total", status_class="4xx", reason="grant-missing", side="consumer") == 1
    assert grown("lgsp_broker_calls_total", reason="signature-missing") == 2
    assert grown("lgsp_broker_forwarded_calls_total") == 3
    assert grown("lgsp_broker_refused_calls_total") == 3
    assert grown("lgsp_broker_call_duration_seconds_count") == 6
    assert grown("lgsp_broker_call_duration_seconds_bucket", le="+Inf") == 6
    assert grown("lgsp_broker_upstream_duration_seconds_count") == 3
    assert grown("lgsp_broker_call_duration_seconds_sum") > 0
    assert value(after, "lgsp_broker_log_ready", worker="1") == 1
    assert value(after, "lgsp_broker_clock_trusted") == 1
    assert 0 <= value(after, "lgsp_broker_snapshot_age_seconds") < 30
    assert value(after, "lgsp_broker_gc_collections_total", generation="0") > 0
    assert {"worker", "log"} == set(dict(next(labels for name, labels in after if name == "lgsp_broker_log_waiting")))


def test_labels_come_from_the_catalogue_and_say_nothing_of_callers(
    broker: Live, provider: Provider, world: World
) -> None:
    call(broker, world)
    for number in range(20):
        broker.send(f"/api/data/made-up-{number}/v1/x")
    page = broker.send("/metrics").body.decode()
    services = {
        labels["service"] for _name, given in scrape(broker) if (labels := dict(given)) and "service" in labels
    }
    assert services <= {"", "administrative-units"}
    for row in world.keys.values():
        for secret in (row.access_key, row.secret.decode(), row.system_code, row.agency_code):
            assert secret not in page
    assert "made-up" not in page


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_metrics_are_for_who_asks_directly(broker: Live, header: str) -> None:
    answer = broker.send("/metrics", {header: "127.0.0.1"})
    assert (answer.status, answer.code) == (404, "not-found")


def test_metrics_are_for_the_networks_named(broker: Live) -> None:
    engine = broker.app.engine
    kept, engine.metrics_networks = engine.metrics_networks, ("10.0.0.0/8",)
    try:
        answer = broker.send("/metrics")
        assert (answer.status, answer.code) == (404, "not-found")
        engine.metrics_networks = ()
        assert broker.send("/metrics").status == 404
    finally:
        engine.metrics_networks = kept
    assert broker.send("/metrics", method="POST").status == 405


def test_readiness_names_what_is_missing(broker: Live) -> None:
    assert broker.send("/livez").json == {"status": "ok"}
    answer = broker.send("/readyz")
    assert (answer.status, answer.json["status"]) == (200, "ok")
    policy, load = broker.app.engine.policy, broker.app.engine.load
    kept, policy._contact = policy._contact, policy._contact - 31
    load.draining = True
    try:
        answer = broker.send("/readyz")
    finally:
        policy._contact, load.draining = kept, False
    assert answer.status == 503
    assert answer.json["checks"] == {
        "policy": "failed",
        "log": "ok",
        "clock": "ok",
        "sealing": "ok",
        "draining": "failed",
    }


def test_counting_costs_little(broker: Live, provider: Provider, world: World) -> None:
    """Two microseconds a call on a quiet machine; ten times that here, where others work."""

    @dataclass
    class Progress:
        upstream_id: int = 1
        upstream_ms: int = 3

    class Call:
        begun = time.monotonic()
        progress = Progress()
        warrant = None

    counts, number = Counts(), 50_000
    begun = time.thread_time()
    for _ in range(number):
        counts.count(Call, 200, "", "", 1000)  # type: ignore[arg-type]
    assert (time.thread_time() - begun) / number < 20e-6
    assert counts.forwarded == number
