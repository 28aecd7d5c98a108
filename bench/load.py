"""A light load: keep-alive connections that send requests made beforehand and read answers by their length.

Calls are signed before the clock starts, so what is measured is the server's work and not ours.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvloop

_END, _LENGTH = b"\r\n\r\n", b"content-length: "


@dataclass(slots=True)
class Found:
    """What came of a load: seconds each answer took, in order of arrival, and what went wrong."""

    times: list[float] = field(default_factory=list)
    wrong: int = 0
    broken: int = 0
    first_wrong: bytes = b""

    def quantile(self, share: float) -> float:
        """Return the milliseconds below which *share* of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


class Caller(asyncio.Protocol):
    """One connection, one request after the other."""

    def __init__(self, requests: Iterator[bytes], found: Found, until: float) -> None:
        self.requests, self.found, self.until = requests, found, until
        self.transport: Any = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.got, self.missing, self.begun = b"", 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self.transport = transport
        self.next()

    def next(self) -> None:
        """Send a request, or hang up when the time is over."""
        self.begun = time.perf_counter()
        request = next(self.requests, b"") if self.begun < self.until else b""
        if request:
            self.transport.write(request)
        else:
            self.finish()

    def data_received(self, data: bytes) -> None:
        """Read on; an answer that is whole is counted."""
        if self.missing:
            self.missing -= len(data)
        else:
            self.got += data
            end = self.got.find(_END)
            if end < 0:
                return
            at = self.got.lower().find(_LENGTH, 0, end)
            length = int(self.got[at + len(_LENGTH) : self.got.index(b"\r", at)]) if at >= 0 else 0
            self.missing = end + 4 + length - len(self.got)
            if not self.got.startswith(b"HTTP/1.1 200"):
                self.found.wrong += 1
                self.found.first_wrong = self.found.first_wrong or self.got
            self.got = b""
        if self.missing <= 0:
            self.missing = 0
            self.found.times.append(time.perf_counter() - self.begun)
            self.next()

    def finish(self) -> None:
        """Hang up."""
        if not self.done.done():
            self.done.set_result(None)
        if self.transport is not None:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """Count a connection that ended before its time."""
        if not self.done.done():
            self.found.broken += 1
            self.done.set_result(None)


def load(port: int, connections: int, seconds: float, requests: Iterator[bytes]) -> Found:
    """Call over *connections* for *seconds*, or until *requests* are used up; wait for what is under way."""

    async def run() -> Found:
        loop, found = asyncio.get_running_loop(), Found()
        until = time.perf_counter() + seconds
        callers = [
            (await loop.create_connection(lambda: Caller(requests, found, until), "127.0.0.1", port))[1]
            for _ in range(connections)
        ]
        await asyncio.wait([caller.done for caller in callers], timeout=seconds + 60)
        return found

    return uvloop.run(run())


def ahead(make: Callable[[], bytes], count: int) -> Iterator[bytes]:
    """Make *count* requests now and give them one by one."""
    return iter([make() for _ in range(count)])
