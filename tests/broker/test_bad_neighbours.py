"""P14 at full size: a provider that hangs, drips, sends without end, bombs or breaks off, and others do not notice.

One worker process serves two providers. While twenty callers go on calling the bad one, 100 calls a second go to the
good one from a process that does nothing else.
"""

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.broker.bad_provider import TOLD, bad_provider
from tests.broker.conftest import make_world
from tests.broker.provider import Provider
from tests.broker.volleys import read, request, steady
from tests.broker.workers import Worker, working
from tests.broker.world import World, new_key, service

pytestmark = [pytest.mark.django_db, pytest.mark.heavy, pytest.mark.xdist_group("neighbours")]
BAD, GOOD = "/api/data/administrative-units/v1/communes", "/api/data/administrative-units/v2/communes"
RATE, CALLERS, SECONDS = 100, 20, 8.0
MOST_P99, MOST_GROWTH, DEADLINE = 0.150, 100, 5.0


@pytest.fixture(scope="module")
def neighbours(database: str, provider: Provider) -> Iterator[Any]:
    """A world in which a bad provider and a good one are called, and what makes the bad one bad."""
    with bad_provider() as (url, be):
        world = make_world(provider)
        world.services["sandbox"] = service(url, timeout_ms=int(DEADLINE * 1000))
        world.services["good"] = service(provider.url, version="v2", provider_id=4)
        world.services["good"] = replace(
            world.services["good"], upstreams=(replace(world.services["good"].upstreams[0], upstream_id=2),)
        )
        world.keys |= {number: new_key(number) for number in range(100, 104)}
        yield world, be


async def calls_to_the_bad_one(worker: Worker, world: World) -> list[tuple[float, int, str]]:
    """Call the bad service from many callers for a while; give seconds, status and code of each call."""
    found: list[tuple[float, int, str]] = []
    until = time.monotonic() + SECONDS

    async def caller(place: int) -> None:
        while time.monotonic() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", worker.port, limit=2**24)
            begun = time.monotonic()
            writer.write(request(worker.port, world.credentials(100 + place % 4), BAD))
            try:
                status, code = await asyncio.wait_for(read(reader), 40)
            except (asyncio.IncompleteReadError, ConnectionError):
                status, code = 200, "cut"
            found.append((time.monotonic() - begun, status, code))
            writer.close()
            await asyncio.sleep(0.25)

    await asyncio.gather(*(caller(place) for place in range(CALLERS)))
    return found


@contextmanager
def most_memory(worker: Worker) -> Iterator[list[int]]:
    """Keep the most memory the worker held in the block."""
    found, stop = [worker.memory()], threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            found[0] = max(found[0], worker.memory())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield found
    stop.set()
    thread.join()


@pytest.mark.parametrize("name", TOLD)
def test_n25_a_bad_neighbour(name: str, neighbours: Any, provider: Provider, database: str, tmp_path: Path) -> None:
    """502 or 504 within the deadline, then 503 while a breaker is open."""
    world, be = neighbours
    provider.reset()
    be("")
    with working(1, world, database, tmp_path) as [worker]:
        with steady(worker.port, world.credentials(1), GOOD, RATE) as before:
            time.sleep(3)
        memory = worker.memory()
        be(name)
        with steady(worker.port, world.credentials(1), GOOD, RATE) as good, most_memory(worker) as most:
            found = asyncio.run(calls_to_the_bad_one(worker, world))
        assert worker.alive
    grown, longest = (most[0] - memory) / 2**20, max(seconds for seconds, _status, _code in found)
    told = Counter((status, code) for _seconds, status, code in found)
    sys.stdout.write(
        f"\n{name}: {len(found)} calls, {dict(told)}, longest {longest:.2f} s; good service p99"
        f" {good.p99 * 1000:.0f} ms (alone {before.p99 * 1000:.0f} ms; n = {len(good.times)}),"
        f" memory +{grown:.0f} MiB\n"
    )
    allowed = {(502, code) for code in TOLD[name]} | {(504, "provider-timeout"), (503, "provider-unavailable")}
    assert set(told) <= allowed | {(200, code) for code in TOLD[name] if code == "cut"}
    assert any(code != "provider-unavailable" for _status, code in told)
    assert longest < DEADLINE + 1.5
    assert set(good.statuses) == {200}
    assert len(good.times) > RATE * SECONDS * 0.8
    assert good.p99 < MOST_P99
    assert grown < MOST_GROWTH
