"""P14 at full size: a provider that hangs, drips, sends without end, bombs or breaks off, and others do not notice.

One worker process serves two providers. While calls to the bad one come, 100 calls a second go to the good one.
"""

import asyncio
import gzip
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from broker.signing import Credentials
from tests.broker.conftest import make_world
from tests.broker.provider import Provider, reply
from tests.broker.volleys import read
from tests.broker.workers import Worker, working
from tests.broker.world import World, new_key, service, signed

pytestmark = [pytest.mark.django_db, pytest.mark.heavy, pytest.mark.xdist_group("neighbours")]
BAD, GOOD = "/api/data/administrative-units/v1/communes", "/api/data/administrative-units/v2/communes"
RATE, MOST_P99, MOST_GROWTH = 100, 0.150, 100
BOMB = gzip.compress(b"0" * 500_000_000, 9)
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def drip_head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


def endless(head: bytes, piece: bytes, most: int) -> Answer:
    async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for _ in range(most // len(piece)):
            writer.write(piece)
            await writer.drain()

    return send


async def hints(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 20)
        await writer.drain()
        await asyncio.sleep(0.005)


async def close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


TEN_GB = 10 * 10**9
# What the provider does, and what callers may be told while its breaker is closed.
DOES: dict[str, tuple[Any, set[str]]] = {
    "hangs": (hang, {"provider-timeout"}),
    "drips a byte a second": (drip, {"provider-timeout"}),
    "drips its head": (drip_head, {"provider-timeout"}),
    "sends 10 GB": (
        endless(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % TEN_GB, b"x" * 65536, TEN_GB),
        {"provider-answer-too-large"},
    ),
    "sends 10 GB in chunks": (
        endless(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", TEN_GB
        ),
        {"provider-answer-too-large"},
    ),
    "sends headers without end": (
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 4000 + b"\r\n", 10**9),
        {"provider-answer-invalid"},
    ),
    "sends 1 MB in one header": (reply(extra=f"X-Long: {'a' * 1_000_000}\r\n"), {"provider-answer-invalid"}),
    "sends a bomb": (reply(BOMB, extra="Content-Encoding: gzip\r\n"), {"provider-answer-invalid"}),
    "sends hints without end": (hints, {"provider-timeout"}),
    "redirects": (reply(status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"), {"provider-redirected"}),
    "closes early": (close, {"provider-unreachable"}),
    "sends less than it said": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nabc",
        {"provider-timeout", "provider-unreachable", "provider-answer-invalid"},
    ),
}


@pytest.fixture(scope="module")
def neighbours(database: str, provider: Provider) -> Any:
    """A bad provider, a good one, and a world in which both are called."""
    good = Provider().start()
    good.reset()
    world = make_world(provider)
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=5000)
    world.services["good"] = service(good.url, version="v2", provider_id=4)
    world.keys |= {number: new_key(number) for number in range(100, 104)}
    yield world, good
    good.stop()


@dataclass
class Steady:
    """100 calls a second to the good service, each on a connection kept; how long each took."""

    worker: Worker
    credentials: Credentials
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Steady":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_ignored: object) -> None:
        self._stop.set()
        self._thread.join(30)

    async def _run(self) -> None:
        free: list[Any] = []
        tasks: set[asyncio.Task[None]] = set()
        begun, number = time.monotonic(), 0
        while not self._stop.is_set():
            await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            task = asyncio.create_task(self._call(free))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            number += 1
        await asyncio.gather(*tasks)

    async def _call(self, free: list[Any]) -> None:
        content = request(self.worker, self.credentials, GOOD)
        kept = free.pop() if free else await asyncio.open_connection("127.0.0.1", self.worker.port)
        begun = time.perf_counter()
        kept[1].write(content)
        status, _code = await read(kept[0])
        self.times.append(time.perf_counter() - begun)
        self.statuses[status] += 1
        free.append(kept)

    @property
    def p99(self) -> float:
        ordered = sorted(self.times)
        return ordered[int(len(ordered) * 0.99)]


def request(worker: Worker, credentials: Credentials, target: str) -> bytes:
    headers = signed(credentials, worker.authority, target)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {target} HTTP/1.1\r\nHost: {worker.authority}\r\n{lines}\r\n".encode()


async def calls_to_the_bad_one(worker: Worker, world: World, number: int) -> list[tuple[float, int, str]]:
    """Call the bad service from *number* callers, again and again for eight seconds; time, status and code of each."""
    found: list[tuple[float, int, str]] = []
    until = time.monotonic() + 8

    async def caller(place: int) -> None:
        credentials = world.credentials(100 + place % 4)
        while time.monotonic() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
            begun = time.monotonic()
            writer.write(request(worker, credentials, BAD))
            status, code = await asyncio.wait_for(read(reader), 40)
            found.append((time.monotonic() - begun, status, code))
            writer.close()
            await asyncio.sleep(0.2)

    await asyncio.gather(*(caller(place) for place in range(number)))
    return found


@pytest.mark.parametrize("name", DOES)
def test_a_bad_neighbour(name: str, neighbours: Any, provider: Provider, database: str, tmp_path: Path) -> None:
    """502 or 504 within the deadline, then 503 while the breaker is open; 40 callers at a time."""
    world, _good = neighbours
    does, codes = DOES[name]
    provider.reset()
    with working(1, world, database, tmp_path) as [worker]:
        with Steady(worker, world.credentials(1)) as before:
            time.sleep(3)
        memory, most, provider.answers[b"/communes"] = worker.memory(), 0, does
        with Steady(worker, world.credentials(1)) as steady:
            watching = threading.Event()

            def watch() -> None:
                nonlocal most
                while not watching.wait(0.05):
                    most = max(most, worker.memory())

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
            found = asyncio.run(calls_to_the_bad_one(worker, world, 40))
            watching.set()
            watcher.join()
        assert worker.alive
    grown, longest = (most - memory) / 2**20, max(seconds for seconds, _status, _code in found)
    told = Counter((status, code) for _seconds, status, code in found)
    sys.stdout.write(
        f"\n{name}: {len(found)} calls, {dict(told)}, longest {longest:.2f} s; good service p99"
        f" {steady.p99 * 1000:.0f} ms (before {before.p99 * 1000:.0f} ms, n = {len(steady.times)}),"
        f" memory +{grown:.0f} MiB\n"
    )
    assert set(told) <= {(502, code) for code in codes} | {(504, code) for code in codes} | {
        (503, "provider-unavailable")
    }
    assert any(status in (502, 504) for status, _code in told)
    assert longest < 6.5
    assert set(steady.statuses) == {200}
    assert steady.p99 < MOST_P99
    assert grown < MOST_GROWTH
