"""Quota, concurrency, revocation and the log itself as limits of a call."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from broker.problems import Refusal
from core import clock
from tests.audit.log_rows import CUT
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"


def call(broker: Live, world: World, key: int = 1, grant: str = "QK-1") -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(key, grant), broker.authority, COMMUNES))


def together(number: int, make: Callable[[], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(make) for _ in range(number)]]


@pytest.mark.clause("QC4.6")
def test_n16_the_call_after_the_quota(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Refused with the time to wait, not forwarded; refused calls do not eat quota."""
    gate = world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used + 3 where gate_id = %s", gate)
    assert call(broker, world, 2, "QK-1").status == 403
    for _ in range(3):
        assert call(broker, world).status == 200
    answer = call(broker, world)
    assert (answer.status, answer.code) == (429, "quota-exceeded")
    local = clock.local_now()
    left = 86400 - (local.hour * 3600 + local.minute * 60 + local.second)
    assert abs(int(answer.header("retry-after")) - left) <= 3
    assert answer.header("ratelimit").startswith('"day";r=0;t=')
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("Q", 429, "quota-exceeded")
    assert len(provider.received) == 3
    log.execute("update audit_gate set lim = 100000 where gate_id = %s", gate)
    assert call(broker, world).status == 200


def test_a_quota_is_exact_under_parallel_calls(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """P8 in one worker; the statement itself is tested over processes in tests/audit."""
    gate = world.grants["QK-1"].gate_id
    log.execute("update audit_gate set lim = used + 10 where gate_id = %s", gate)
    try:
        answers = together(40, lambda: call(broker, world))
    finally:
        log.execute("update audit_gate set lim = 100000 where gate_id = %s", gate)
    assert sorted(answer.status for answer in answers) == [200] * 10 + [429] * 30
    assert len(provider.received) == 10


def test_copies_of_one_request_at_once(broker: Live, provider: Provider, world: World) -> None:
    """P6 in one worker: exactly one is admitted."""
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    answers = together(40, lambda: broker.send(COMMUNES, headers))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 39
    assert len(provider.received) == 1


def test_n17_a_key_runs_so_many_calls_at_once(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """The next one is refused, another key's is not."""
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    most = world.keys[1].calls_at_once
    with ThreadPoolExecutor(most) as pool:
        running = [pool.submit(call, broker, world) for _ in range(most)]
        for _ in range(most):
            assert entered.acquire(timeout=20)
        answer = call(broker, world)
        assert (answer.status, answer.code, answer.header("retry-after")) == (429, "concurrency-exceeded", "1")
        assert log.call(answer.header("x-request-id"))["verdict"] == "X"
        provider.answers[b"/communes"] = reply()
        assert call(broker, world, 2, "QK-2").status == 200
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}
    assert call(broker, world).status == 200
    assert not broker.app.engine.running.keys
    assert not broker.app.engine.running.places["sandbox"].providers


@pytest.mark.clause("QC8.3")
def test_a_change_of_the_policy_is_seen_by_the_statement(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """Decisions, 3: the snapshot still says yes, the gate's version says S; the call is judged again and refused."""
    gate = world.grants["QK-1"].gate_id
    log.execute("update audit_gate set version = version + 1 where gate_id = %s", gate)
    version = log.rows("select version from audit_gate where gate_id = %s", gate)[0]["version"]
    kept = world.grants["QK-1"]
    world.grants["QK-1"] = replace(kept, active=False, reason="grant-revoked", gate_version=version)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (403, "grant-revoked")
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("S", 403, "grant-revoked")
    assert provider.received == []
    log.execute("update audit_gate set version = version + 1 where gate_id = %s", gate)
    world.grants["QK-1"] = replace(kept, gate_version=version + 1)
    answer = call(broker, world)
    assert answer.status == 403  # by the snapshot, which is not announced as old
    broker.reload()
    log.execute("update audit_gate set version = version + 1 where gate_id = %s", gate)
    world.grants["QK-1"] = replace(kept, gate_version=version + 2)
    answer = call(broker, world)
    assert answer.status == 200
    verdicts = log.rows(
        "select verdict, owned from audit_intent where call_id = %s order by n", answer.header("x-request-id")
    )
    assert [(row["verdict"], row["owned"]) for row in verdicts] == [("S", False), ("A", True)]
    log.execute("update audit_gate set version = 1 where gate_id = %s", gate)


def test_an_announcement_renews_the_snapshot(broker: Live, provider: Provider, world: World, log: Log) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], active=False, reason="connection-suspended")
    assert call(broker, world).status == 200
    log.execute("select pg_notify('lgsp_policy', '')")
    assert eventually(lambda: call(broker, world).status == 403, 5)
    assert call(broker, world).code == "connection-suspended"


def test_a_snapshot_nobody_vouches_for_admits_nobody(broker: Live, provider: Provider, world: World, log: Log) -> None:
    policy = broker.app.engine.policy
    before = log.count()
    kept, policy._contact = policy._contact, policy._contact - 31
    try:
        answer = call(broker, world)
    finally:
        policy._contact = kept
    assert (answer.status, answer.code, answer.json["side"]) == (503, "policy-unavailable", "platform")
    assert answer.header("retry-after")
    assert (provider.received, log.count()) == ([], before + 1)
    assert log.call(answer.header("x-request-id"))["reason"] == "policy-unavailable"


def test_the_announcing_connection_comes_back(broker: Live, provider: Provider, world: World, log: Log) -> None:
    log.execute(CUT, "lgsp-broker-policy")
    world.grants["QK-1"] = replace(world.grants["QK-1"], active=False, reason="connection-suspended")
    assert eventually(lambda: call(broker, world).status == 403)


def test_without_the_log_nothing_is_forwarded(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """P1: every connection of the log is cut while calls run; each call is answered with its row, or refused."""
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, broker, world) for _ in range(120)]
        for _ in range(6):
            time.sleep(0.05)
            log.execute(CUT, "lgsp-log-")
        answers = [future.result() for future in running]
    assert {answer.status for answer in answers} <= {200, 503}
    served = [answer for answer in answers if answer.status == 200]
    assert all(log.call(answer.header("x-request-id"))["status"] == 200 for answer in served)
    assert {(answer.code, answer.json["side"]) for answer in answers if answer.status != 200} <= {
        ("log-unavailable", "platform")
    }
    for received in provider.received:
        [request_id] = re.findall(rb"X-LGSP-Request-Id: (\S+)", received)
        assert log.call(request_id.decode())["verdict"] == "A"
    assert eventually(lambda: call(broker, world).status == 200)


def eventually(true: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_bytes_in_transit_have_a_bound(broker: Live, provider: Provider, world: World, log: Log) -> None:
    budget = broker.app.engine.budget
    assert budget.used == 0
    budget.used = budget.limit - 10
    try:
        target = "/api/data/administrative-units/v1/reports"
        headers = signed(world.credentials(), broker.authority, target, "POST", body=b"x" * 11)
        answer = broker.send(target, headers, method="POST", body=b"x" * 11)
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "overloaded", "1")
        assert provider.received == []
        answer = call(broker, world)
        assert (answer.status, answer.code) == (503, "overloaded")
        assert log.call(answer.header("x-request-id"))["reason"] == "overloaded"
        assert budget.used == budget.limit - 10
    finally:
        budget.used = 0
    assert call(broker, world).status == 200
    with pytest.raises(Refusal):
        budget.take(budget.limit + 1)
