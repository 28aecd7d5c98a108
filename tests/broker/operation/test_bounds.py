"""Bounds of what a worker takes: calls at once, a late loop, the time of a call."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from broker.load import Load
from broker.problems import Refusal
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.operation.at_work import call, eventually, scrape, value
from tests.broker.provider import Provider, reply
from tests.broker.world import World

pytestmark = pytest.mark.django_db


def test_a_worker_takes_so_many_calls_and_no_more(
    broker: Live, provider: Provider, world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    load = broker.app.engine.load
    monkeypatch.setattr(load, "limit", 4)
    provider.answers[b"/communes"] = hold
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, broker, world) for _ in range(4)]
        for _ in range(4):
            assert entered.acquire(timeout=20)
        assert value(scrape(broker), "lgsp_broker_running_calls") == 4
        before = log.count()
        answer = call(broker, world)
        assert (answer.status, answer.code, answer.header("retry-after")) == (503, "overloaded", "1")
        assert (answer.json["side"], answer.header("connection")) == ("platform", "close")
        assert (len(provider.received), log.count()) == (4, before)
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}
    assert call(broker, world).status == 200
    assert (load.running, load._due, load._overdue) == (0, {}, set())


def test_a_late_event_loop_takes_no_new_calls(
    broker: Live, provider: Provider, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop is really blocked, twice; a single pause refuses nobody."""
    load = broker.app.engine.load
    monkeypatch.setattr(load, "most_lag", 0.3)

    async def block() -> None:
        time.sleep(0.8)

    broker.call(block)
    assert call(broker, world).status == 200
    seen: list[bool] = []
    monkeypatch.setattr(load, "each_tick", [*load.each_tick, lambda: seen.append(load.late)])

    async def keep_blocked() -> None:
        for _ in range(8):
            time.sleep(0.8)
            await asyncio.sleep(0.02)

    with ThreadPoolExecutor(1) as pool:
        blocked = pool.submit(broker.call, keep_blocked)
        answers = []
        while not blocked.done():
            answers.append(call(broker, world))
    assert any(seen)
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.code) for answer in refused} <= {(503, "overloaded")}
    assert eventually(lambda: call(broker, world).status == 200)


def test_late_is_two_ticks_in_a_row() -> None:
    load = Load(limit=1)
    load.late = True
    with pytest.raises(Refusal):
        load.require_room()
    load.late, load.running = False, 2
    with pytest.raises(Refusal):
        load.require_room()
    load.running = 1
    load.require_room()


def test_no_call_is_answered_after_its_time(
    broker: Live, provider: Provider, world: World, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for: told so, written down behind its back, and everything is given back."""

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(15)

    engine = broker.app.engine
    monkeypatch.setattr(engine.load, "seconds", 1.0)
    provider.answers[b"/communes"] = hang
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    begun = time.monotonic()
    answer = call(broker, world)
    assert time.monotonic() - begun < 5
    assert (answer.status, answer.code, answer.json["side"]) == (503, "deadline-exceeded", "platform")
    assert eventually(lambda: log.call(answer.header("x-request-id"))["status"] is not None)
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("A", 503, "deadline-exceeded")
    assert (engine.load.running, engine.budget.used, dict(engine.running.keys)) == (0, 0, {})
    assert not engine.load._due
    assert not engine.load._overdue
