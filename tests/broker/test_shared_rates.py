"""Limits over several workers, and without the cache they tell each other through."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from broker.limits import Running
from broker.problems import Refusal
from broker.rates import Rates
from broker.sharing import Sharing
from tests.broker.conftest import make_app
from tests.broker.limiting import call, together
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.world import World, new_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(database: str, provider: Provider, world: World) -> Any:
    """Two brokers over one world that tell each other through the cache."""
    provider.reset()
    lives = []
    for _ in range(2):
        app = make_app(database, world)
        app.engine.sharing = Sharing(settings.CACHES["default"]["LOCATION"], f"{database}-two")
        lives.append(Live(app).start())
        lives[-1].reload()
    time.sleep(0.5)
    yield lives
    for live in lives:
        live.stop()


def test_two_workers_together_come_near_the_limit(two: list[Live], provider: Provider, world: World) -> None:
    """600 calls by turns to two workers against 100 a minute; alone each would let 100 through."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], rate_per_minute=100)
    for live in two:
        live.reload()
    turn = iter(range(600))
    answers = together(600, lambda: call(two[next(turn) % 2], world), threads=8)
    admitted = sum(answer.status == 200 for answer in answers)
    assert {answer.status for answer in answers} == {200, 429}
    assert 100 <= admitted <= 130, admitted


def test_a_key_is_counted_over_both_workers(two: list[Live], provider: Provider, world: World) -> None:
    world.keys[1] = replace(world.keys[1], calls_at_once=4)
    for live in two:
        live.reload()
    entered, go = threading.Semaphore(0), asyncio.Event()

    async def hold(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        entered.release()
        await go.wait()
        writer.write(reply())

    provider.answers[b"/communes"] = hold
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(call, two[number // 3], world) for number in range(4)]
        for _ in range(4):
            assert entered.acquire(timeout=10)
        time.sleep(0.6)
        # Three run here and one there: all of the key's, here as there beyond the share of either.
        assert call(two[0], world).code == "concurrency-exceeded"
        provider.loop.call_soon_threadsafe(go.set)
        assert {future.result().status for future in running} == {200}


def test_without_the_cache_each_worker_goes_by_its_own_limit(database: str, provider: Provider, world: World) -> None:
    """N37: nothing breaks and nothing waits; the limit of a worker holds."""
    provider.reset()
    world.grants["QK-1"] = replace(world.grants["QK-1"], rate_per_minute=5)
    app = make_app(database, world)
    app.engine.sharing = Sharing("redis://127.0.0.1:9/0", f"{database}-none")
    live = Live(app).start()
    try:
        live.reload()
        time.sleep(0.3)
        begun = time.monotonic()
        answers = [call(live, world) for _ in range(8)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 3
        assert time.monotonic() - begun < 5
    finally:
        live.stop()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"w":"x","g":[[1,-5]],"k":[]}',
        b'{"w":"x","g":[[1,9999999]],"k":[]}',
        b'{"w":"x","g":[1],"k":[]}',
    ],
)
def test_what_is_no_advice_is_dropped(data: bytes) -> None:
    sharing = Sharing("redis://127.0.0.1:9/0", "x")
    sharing._rates, sharing._running = Rates(), Running()
    sharing.hear(data, 1.0)
    assert not sharing._rates._meters
    assert not sharing._running.elsewhere


def test_advice_of_the_silent_ends() -> None:
    sharing = Sharing("redis://127.0.0.1:9/0", "x")
    sharing._rates, sharing._running = Rates(), Running()
    sharing.hear(b'{"w":"other","g":[],"k":[[1,40]]}', 10.0)
    assert (sharing._running.elsewhere, sharing._running.workers) == ({1: 40}, 2)
    key = new_key(1)
    for _ in range(25):
        sharing._running.enter(key)
    with pytest.raises(Refusal):
        sharing._running.enter(key)
    sharing.forget(11.5)
    sharing._running.enter(key)
