"""The total a provider promised, beside the quotas of its grants."""

from collections import Counter
from dataclasses import replace

import pytest

from core import clock
from tests.broker.conftest import Log
from tests.broker.limiting import call, together
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World

pytestmark = pytest.mark.django_db


def give_total(broker: Live, world: World, log: Log, limit: int) -> int:
    """Let the service's provider serve *limit* calls a day; return the gate."""
    gate: int = log.rows("insert into audit_gate (lim) values (%s) returning gate_id", limit)[0]["gate_id"]
    world.services["sandbox"] = replace(world.services["sandbox"], total_gate_id=gate)
    broker.reload()
    return gate


def test_the_call_after_the_providers_total(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """All consumers count together; what the total refuses is not sent on and leaves the quota as it was."""
    total = give_total(broker, world, log, 3)
    quota = world.grants["QK-1"].gate_id
    assert [call(broker, world).status for _ in range(2)] == [200, 200]
    assert call(broker, world, 2, "QK-2").status == 200
    used, received = log.used(quota), len(provider.received)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (429, "provider-total-exceeded")
    assert answer.json["side"] == "provider"
    midnight = clock.start_of(clock.today(), after=True)
    assert abs((midnight - clock.now()).total_seconds() - int(answer.header("retry-after"))) <= 5
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["reason"], row["total_gate_id"]) == ("T", "provider-total-exceeded", total)
    assert (log.used(quota), log.used(total), len(provider.received)) == (used, 3, received)
    log.execute("update audit_gate set day = day - 1 where gate_id = %s", total)
    assert call(broker, world).status == 200
    assert log.used(total) == 1


def test_what_the_quota_refuses_leaves_the_total(broker: Live, provider: Provider, world: World, log: Log) -> None:
    total, quota = give_total(broker, world, log, 100), world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used where gate_id = %s", quota)
    try:
        assert call(broker, world).code == "quota-exceeded"
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", quota)
    assert (log.used(total), provider.received) == (0, [])


def test_the_total_is_exact_under_parallel_calls(broker: Live, provider: Provider, world: World, log: Log) -> None:
    total = give_total(broker, world, log, 20)
    turn = iter(range(1, 61))
    answers = together(60, lambda: call(broker, world, *((1, "QK-1") if next(turn) % 2 else (2, "QK-2"))))
    assert Counter(answer.status for answer in answers) == {200: 20, 429: 40}
    assert (log.used(total), len(provider.received)) == (20, 20)


def test_the_live_environment_has_a_gate_of_its_own(broker: Live, world: World, log: Log) -> None:
    give_total(broker, world, log, 5)
    services = broker.app.engine.policy.current().services
    assert services["administrative-units", "v1", "live"].row.total_gate_id == 0
