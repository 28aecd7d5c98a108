"""Rates of a grant and calls at once, in one worker."""

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from broker.rates import MOST_METERS, Rates, Window
from tests.broker.conftest import Log
from tests.broker.limiting import COMMUNES, bind, call, together
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.world import World, new_grant, signed

pytestmark = pytest.mark.django_db


@pytest.mark.clause("QC11.3")
def test_calls_a_minute_are_counted_one_by_one(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """500 calls by 25 threads against 100 a minute: 100 pass; the others reach neither the provider nor the quota."""
    bind(broker, world, rate_per_minute=100, daily_quota=100_000)
    gate = world.grants["QK-1"].gate_id
    used, begun = log.used(gate), time.monotonic()
    answers = together(500, lambda: call(broker, world))
    assert time.monotonic() - begun < 50
    assert Counter(answer.status for answer in answers) == {200: 100, 429: 400}
    assert (len(provider.received), log.used(gate) - used) == (100, 100)
    refused = [answer for answer in answers if answer.status == 429]
    assert {answer.code for answer in refused} == {"rate-exceeded"}
    waits = [int(answer.header("retry-after")) for answer in refused]
    assert min(waits) >= 1
    assert max(waits) <= 60
    row = log.call(refused[-1].header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("X", 429, "rate-exceeded")
    assert '"minute";r=0;t=60' in refused[-1].header("ratelimit")
    assert call(broker, world, 2, "QK-2").status == 200


def test_who_waits_as_told_is_let_in(broker: Live, provider: Provider, world: World) -> None:
    """``Retry-After`` is right to the second, for calls a second too."""
    bind(broker, world, rate_per_second=5)
    answers = [call(broker, world) for _ in range(5)]
    assert {answer.status for answer in answers} == {200}
    refused = call(broker, world)
    assert (refused.status, refused.code, refused.header("retry-after")) == (429, "rate-exceeded", "1")
    time.sleep(int(refused.header("retry-after")))
    assert call(broker, world).status == 200


def test_a_refused_call_does_not_count(broker: Live, provider: Provider, world: World) -> None:
    bind(broker, world, rate_per_minute=2)
    denied = broker.send(COMMUNES, signed(world.credentials(1, "QK-1", "other"), broker.authority, COMMUNES))
    assert (denied.status, denied.code) == (403, "purpose-not-granted")
    assert [call(broker, world).status for _ in range(4)] == [200, 200, 429, 429]
    assert len(provider.received) == 2


@pytest.mark.parametrize("gap", [0.0003, 0.004, 0.0097, 0.0106, 0.05])
def test_no_window_wherever_it_begins_holds_more_than_the_limit(gap: float) -> None:
    """Bursts after pauses and steady calls for 40 seconds against 100 a second."""
    window, at, passed, refused = Window(1), 1000.0, list[float](), 0
    for step in range(int(40 / max(gap, 0.002))):
        at += gap if step % 400 else 0.69
        if window.used(at) < 100:
            window.add(1, at)
            passed.append(at)
        else:
            refused += 1
    first = 0
    for last, moment in enumerate(passed):
        while moment - passed[first] >= 1:
            first += 1
        assert last - first + 1 <= 100
    assert (refused == 0) is (gap >= 0.0106)


def test_who_keeps_asking_gets_nearly_all_of_the_limit() -> None:
    """200 a second against 100: at least 95 a second pass, whatever is refused between them."""
    window, passed = Window(1), 0
    for step in range(200 * 20):
        if window.used(step / 200) < 100:
            window.add(1, step / 200)
            passed += 1
    assert 95 * 20 <= passed <= 100 * 21


def test_the_wait_told_is_the_wait_needed() -> None:
    window, at = Window(60), 5000.0
    for _ in range(30):
        window.used(at)
        window.add(1, at)
        at += 0.5
    assert window.used(at) == 30
    wait = window.wait(30, at)
    assert 40 < wait < 50
    assert window.used(at + wait - 0.01) == 30
    assert window.used(at + wait + 0.01) < 30
    assert window.used(at + 200) == 0


def test_memory_is_bounded_and_busy_grants_stay() -> None:
    rates, busy = Rates(), new_grant(0, 1, rate_per_minute=5)
    for at in range(5):
        assert rates.take(busy, float(at)) == 0
    other: Any = SimpleNamespace(rate_per_second=1, rate_per_minute=None)  # a grant, as far as a rate is concerned
    for other.grant_id in range(1, MOST_METERS):
        rates.take(other, -1000.0)
    rates.take(new_grant(MOST_METERS, 1, rate_per_second=1), 6.0)
    assert len(rates._meters) <= 2
    assert rates.take(busy, 7.0) > 0


# The key, and the provider


def test_a_key_runs_as_many_calls_as_its_own_figure(broker: Live, provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], calls_at_once=2)
    bind(broker, world)
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(call, broker, world) for _ in range(2)]
        assert entered.acquire(timeout=10)
        assert entered.acquire(timeout=10)
        answer = call(broker, world)
        assert (answer.status, answer.code) == (429, "concurrency-exceeded")
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}


def test_a_source_system_gets_no_more_calls_at_once_than_it_bears(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], calls_at_once=1, timeout_ms=20_000)
    bind(broker, world)
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call, broker, world)
        assert entered.acquire(timeout=10)
        answer = call(broker, world, 2, "QK-2")
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "provider-busy", "1")
        assert log.call(answer.header("x-request-id"))["verdict"] == "X"
        provider.loop.call_soon_threadsafe(go.set)
        assert running.result().status == 200
    provider.reset()
    assert call(broker, world).status == 200
    assert not broker.app.engine.running.places["sandbox"].services
