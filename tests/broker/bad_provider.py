"""What bad providers do, and a process of its own that does it; whoever measures others must not share its time."""

import asyncio
import gzip
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from tests.broker.provider import Provider, reply

_SPAWN = multiprocessing.get_context("spawn")
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
TEN_GB = 10 * 10**9
INVALID, LARGE, LATE, GONE = (
    "provider-answer-invalid",
    "provider-answer-too-large",
    "provider-timeout",
    "provider-unreachable",
)


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def dripping(head: bytes, rest: bytes) -> Answer:
    async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        for byte in rest:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)

    return send


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


async def stop_half_way(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
    writer.close()


def _bomb() -> bytes:
    return reply(gzip.compress(b"0" * 500_000_000, 9), extra="Content-Encoding: gzip\r\n")


def doing() -> dict[str, Any]:
    """Return what a provider answers, by the name of its badness."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    return {
        "hangs": hang,
        "drips a byte a second": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x" * 1000),
        "drips its head": dripping(b"", b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 1000),
        "sends 10 GB": endless(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % TEN_GB, b"x" * 65536, TEN_GB),
        "sends 10 GB in chunks": endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk, TEN_GB),
        "sends headers without end": endless(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 4000 + b"\r\n", 10**9),
        "sends 1 MB in one header": reply(extra=f"X-Long: {'a' * 1_000_000}\r\n"),
        "sends a bomb": _bomb(),
        "sends hints without end": hints,
        "redirects": reply(status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"),
        "closes early": close,
        "stops half-way": stop_half_way,
    }


# What callers may be told while no breaker is open; "cut" is an answer that began and was broken off.
TOLD: dict[str, set[str]] = {
    "hangs": {LATE},
    "drips a byte a second": {LATE},
    "drips its head": {LATE},
    "sends 10 GB": {LARGE},
    "sends 10 GB in chunks": {LARGE, "cut"},
    "sends headers without end": {INVALID},
    "sends 1 MB in one header": {INVALID},
    "sends a bomb": {INVALID},
    "sends hints without end": {LATE, INVALID},
    "redirects": {"provider-redirected"},
    "closes early": {GONE},
    "stops half-way": {GONE, INVALID},
}


def _serve(pipe: Connection) -> None:
    provider, known = Provider().start(), doing()
    provider.reset()
    pipe.send(provider.url)
    while (name := pipe.recv()) is not None:
        provider.reset()
        if name:
            provider.answers[b"/communes"] = known[name]
        pipe.send(name)


@contextmanager
def bad_provider() -> Iterator[tuple[str, Callable[[str], None]]]:
    """Give the address of a provider in a process of its own, and what tells it how to be bad ("" is good)."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()

    def be(name: str) -> None:
        ours.send(name)
        ours.recv()

    try:
        yield ours.recv(), be
    finally:
        ours.send(None)
        process.join(5)
        if process.is_alive():
            process.kill()
