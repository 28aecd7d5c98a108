"""A log that nobody seals is soon not written any more: late is told, too late is refused (P4)."""

import psycopg
import pytest
import structlog

from broker.problems import Refusal
from broker.sealed import Sealed
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.operation.at_work import call, eventually, scrape, value, wake
from tests.broker.provider import Provider
from tests.broker.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC11.5")]


@pytest.mark.parametrize(("age", "state"), [(0, "ok"), (10, "ok"), (10.1, "late"), (900, "late"), (900.1, "failed")])
def test_late_is_told_and_too_late_is_refused(age: float, state: str) -> None:
    sealed = Sealed()
    with structlog.testing.capture_logs() as logged:
        sealed.hear(age)
        sealed.hear(age)
    assert sealed.state == state
    assert [(entry["event"], entry["log_level"]) for entry in logged] == (
        [] if state == "ok" else [("broker.log_sealing", "error")]
    )
    if state == "failed":
        with pytest.raises(Refusal) as refused:
            sealed.require()
        assert refused.value.kind.code == "log-unavailable"
        assert ("Retry-After", "30") in refused.value.headers
    else:
        sealed.require()
    with structlog.testing.capture_logs() as logged:
        sealed.hear(0)
    assert [entry["state"] for entry in logged] == ([] if state == "ok" else ["sealed"])
    sealed.require()


def test_calls_are_refused_while_the_log_is_not_sealed_and_taken_again_by_themselves(
    broker: Live, provider: Provider, world: World, log: Log, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker.policy.HEARTBEAT_SECONDS", 0.2)
    monkeypatch.setattr("broker.policy.URGENT_SECONDS", 0.2)
    wake(database)
    sealed = broker.app.engine.policy.sealed

    def sealed_before(seconds: float) -> None:
        with psycopg.connect(database, autocommit=True) as link:
            link.execute(
                "insert into audit_sealing (sealed_at) values (clock_timestamp() - make_interval(secs => %(age)s))"
                " on conflict (one) do update set sealed_at = clock_timestamp() - make_interval(secs => %(age)s)",
                {"age": seconds},
            )
        assert eventually(lambda: abs(sealed.age - seconds) < 5)

    try:
        sealed_before(60)
        assert call(broker, world).status == 200
        answer = broker.send("/readyz")
        assert (answer.status, answer.json["checks"]["sealing"]) == (200, "late")
        forwarded, rows = len(provider.received), log.count()
        sealed_before(1000)
        answer = call(broker, world)
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "log-unavailable", "30")
        assert (len(provider.received), log.count()) == (forwarded, rows)
        assert value(scrape(broker), "lgsp_broker_unsealed_age_seconds") > 900
        answer = broker.send("/readyz")
        assert (answer.status, answer.json["checks"]["sealing"]) == (503, "failed")
        sealed_before(0)
        assert eventually(lambda: call(broker, world).status == 200)
        assert broker.send("/readyz").json["checks"]["sealing"] == "ok"
    finally:
        with psycopg.connect(database, autocommit=True) as link:
            link.execute("delete from audit_sealing")
        assert eventually(lambda: not sealed.refusing)
