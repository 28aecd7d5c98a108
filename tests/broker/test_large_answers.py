"""Large answers end to end: a real provider, a real broker, a caller that reads slowly or leaves."""

import asyncio
import socket
import time
from dataclasses import replace

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
MIB = 1024 * 1024


def begun(broker: Live, world: World) -> socket.socket:
    """Send a call and return its connection."""
    headers = signed(world.credentials(), broker.authority, COMMUNES)
    head = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\nConnection: close\r\n"
    connection = broker.open()
    connection.sendall((head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
    return connection


def unchunked(content: bytes) -> bytes:
    """Return a chunked body without its marks. Raises AssertionError where it does not end properly."""
    body, place = b"", 0
    while True:
        line_end = content.index(b"\r\n", place)
        size = int(content[place:line_end], 16)
        if size == 0:
            return body
        body += content[line_end + 2 : line_end + 2 + size]
        place = line_end + 2 + size + 2


def everything(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def rows(log: Log, request_id: str) -> list[tuple[str, int, str, int]]:
    found = log.rows(
        "select stage, status, reason, response_bytes from audit_outcome where call_id = %s order by n", request_id
    )
    return [(row["stage"], row["status"], row["reason"], row["response_bytes"]) for row in found]


def id_of(head: bytes) -> str:
    return next(line.split(b": ")[1].decode() for line in head.split(b"\r\n") if line.startswith(b"x-request-id"))


def test_a_large_answer_arrives_whole_and_is_recorded_twice(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    body = bytes(range(256)) * (12 * MIB // 256)
    provider.answers[b"/communes"] = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    with begun(broker, world) as connection:
        head, _, rest = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert (unchunked(rest) if b"chunked" in head else rest) == body
    first, last = rows(log, id_of(head))
    assert first[:3] == ("S", 200, "")
    assert last == ("C", 200, "", len(body))
    assert broker.app.engine.budget.used == 0
    assert not broker.app.engine.running.places["sandbox"].providers


def test_more_than_the_service_carries(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Announced, it is 502 and nothing of it is read; unannounced, what may be without end is held so far and 502."""
    world.services["sandbox"] = replace(world.services["sandbox"], max_answer_bytes=3 * MIB, timeout_ms=20_000)
    broker.reload()
    provider.answers[b"/communes"] = b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n" + b"a" * (2 * MIB)
    with begun(broker, world) as connection:
        head, _, rest = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 502")
    assert b"provider-answer-too-large" in rest

    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(2000):
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    provider.answers[b"/communes"] = flood
    with begun(broker, world) as connection:
        head, _, rest = everything(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 502")
    assert b"provider-answer-too-large" in rest
    assert rows(log, id_of(head))[-1][:3] == ("F", 502, "provider-answer-too-large")
    assert broker.app.engine.budget.used == 0


def test_a_caller_who_leaves_frees_the_provider(broker: Live, provider: Provider, world: World, log: Log) -> None:
    left: list[float] = []

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (90 * MIB))
        try:
            while True:
                writer.write(b"x" * 0x10000)
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            left.append(time.monotonic())

    provider.answers[b"/communes"] = endless
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    with begun(broker, world) as connection:
        head = connection.recv(65_536)
        for _ in range(40):
            connection.recv(65_536)
    gone = time.monotonic()
    while not left and time.monotonic() < gone + 5:
        time.sleep(0.01)
    assert left
    assert left[0] - gone < 1
    until = time.monotonic() + 5
    while len(rows(log, id_of(head))) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert rows(log, id_of(head))[-1][:3] == ("C", 200, "caller-gone")
    assert not broker.app.engine.running.places["sandbox"].providers
