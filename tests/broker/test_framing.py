"""P17: sixty requests that two programs could frame differently. Refused and the connection ended, or read one way.

Behind each of them stands a second request that must not be read as one.
"""

import asyncio
import re
import socket
import threading
import time
from dataclasses import replace

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
TARGET = "/api/data/administrative-units/v1/reports"
NEXT = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b"abc"
CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"
TE = "Transfer-Encoding"

# Lines that frame a body of three bytes in more than one way, or in a way somebody reads otherwise.
LENGTHS = [
    "Content-Length: 3\r\nContent-Length: 3",
    "Content-Length: 3\r\nContent-Length: 4",
    "Content-Length: 3\r\ncontent-length: 0",
    "Content-Length: 3, 3",
    "Content-Length: 3,4",
    "Content-Length: +3",
    "Content-Length: -3",
    "Content-Length: 3.0",
    "Content-Length: 0x3",
    "Content-Length: 3e0",
    "Content-Length: 3;q=1",
    "Content-Length: 3 3",
    'Content-Length: "3"',
    "Content-Length: ３",
    "Content-Length: 99999999999999999999",
    "Content-Length : 3",
    "Content-Length\t: 3",
    " Content-Length: 3",
    "Content-Length\x00: 3",
    "Content-Length: 3\x00",
    "X: a\r\n folded\r\nContent-Length: 3",
    "X: a\r\n\tfolded\r\nContent-Length: 3",
    "Content-Length:\r\n 3",
    "X: a\nContent-Length: 3",
    "X: a\rContent-Length: 3",
    "X: a\x00b\r\nContent-Length: 3",
    "X\x01: a\r\nContent-Length: 3",
    "X(y): a\r\nContent-Length: 3",
    ": a\r\nContent-Length: 3",
    "nothing\r\nContent-Length: 3",
]
CODINGS = [
    f"Content-Length: 3\r\n{TE}: chunked",
    f"{TE}: chunked\r\nContent-Length: 3",
    f"{TE}: chunked\r\nContent-Length: 0",
    f"{TE}: chunked\r\n{TE}: identity",
    f"{TE}: chunked, identity",
    f"{TE}: identity, chunked\r\nContent-Length: 3",
    f"{TE}: chunked\r\n{TE}: chunked",
    f"{TE}: chunked, chunked",
    f"{TE}: xchunked",
    f"{TE}: chunked-x",
    f'{TE}: "chunked"',
    f"{TE}: chunked;q=1",
    f"{TE} : chunked",
    f"{TE}\t: chunked",
    f" {TE}: chunked",
    f"{TE}: chunked\x00",
    f"{TE}: \x0bchunked",
    f"{TE}:\r\n chunked",
    f"X: a\n{TE}: chunked",
    f"{TE}: gzip",
]
# Chunks that are not well written.
CHUNKS = [
    b"3\nabc\n0\n\n",
    b"+3\r\nabc\r\n0\r\n\r\n",
    b"0x3\r\nabc\r\n0\r\n\r\n",
    b"3 \r\nabc\r\n0\r\n\r\n",
    b" 3\r\nabc\r\n0\r\n\r\n",
    b"3\r\nabcd\r\n0\r\n\r\n",
    b"3\r\nab\r\n0\r\n\r\n",
    b"-3\r\nabc\r\n0\r\n\r\n",
    b"fffffffffffffffff3\r\nabc\r\n0\r\n\r\n",
    b"3\r\nabc0\r\n\r\n",
    b"3\rabc\r\n0\r\n\r\n",
    b"g\r\nabc\r\n0\r\n\r\n",
]
CASES = [(lines, BODY) for lines in LENGTHS]
CASES += [(lines, CHUNKED) for lines in CODINGS]
CASES += [(f"{TE}: chunked", chunks) for chunks in CHUNKS]


def until_closed(connection: socket.socket) -> bytes:
    """Read until the server ends the connection."""
    received = b""
    connection.settimeout(8)
    while piece := connection.recv(65536):
        received += piece
    return received


def test_there_are_sixty() -> None:
    assert len(CASES) == len(set(CASES)) >= 60


@pytest.mark.parametrize(("lines", "body"), CASES, ids=[f"{n}" for n in range(len(CASES))])
def test_a_framing_with_two_readings(
    lines: str, body: bytes, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """400 or 501 and the end of the connection: one answer, nothing forwarded, nobody admitted."""
    used = log.used(world.grants["QK-1"].gate_id)
    headers = signed(world.credentials(), broker.authority, TARGET, "POST", body=BODY)
    head = f"POST {TARGET} HTTP/1.1\r\nHost: {broker.authority}\r\n{lines}\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    with broker.open() as connection:
        connection.sendall(head.encode("utf-8") + body + NEXT)
        received = until_closed(connection)
    assert re.match(rb"HTTP/1\.1 (400|501) ", received), received
    assert received.count(b"HTTP/1.1 ") == 1
    assert provider.received == []
    assert log.used(world.grants["QK-1"].gate_id) == used


# Spellings every program reads alike: taken, and the request behind is a request of its own.
PLAIN = [
    ("Content-Length: 3", BODY),
    ("content-length:3", BODY),
    ("CONTENT-LENGTH: \t3", BODY),
    ("Content-Length: 003", BODY),
    (f"{TE}: chunked", CHUNKED),
    ("transfer-encoding:CHUNKED", b"003\r\nabc\r\n000\r\n\r\n"),
    (f"{TE}: chunked", b"1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n"),
]


@pytest.mark.parametrize(("lines", "body"), PLAIN, ids=[f"{n}" for n in range(len(PLAIN))])
def test_a_framing_with_one_reading(lines: str, body: bytes, broker: Live, provider: Provider, world: World) -> None:
    headers = signed(world.credentials(), broker.authority, TARGET, "POST", body=BODY)
    head = f"POST {TARGET} HTTP/1.1\r\nHost: {broker.authority}\r\n{lines}\r\n"
    head += "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    second = b"GET /api/data/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with broker.open() as connection:
        connection.sendall(head.encode() + body + second)
        received = until_closed(connection)
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", received)] == [200, 400], received
    [forwarded] = provider.received
    assert forwarded.endswith(b"\r\n\r\nabc")


def test_a_caller_who_sent_two_and_hangs_up_frees_the_provider(broker: Live, provider: Provider, world: World) -> None:
    """The server remembers the last of requests sent in a row; the one being answered is given up with it."""
    left = threading.Event()

    async def wait(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        left.set()

    provider.answers[b"/communes"] = wait
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    target, content = "/api/data/administrative-units/v1/communes", b""
    for _ in range(2):
        headers = signed(world.credentials(), broker.authority, target)
        head = f"GET {target} HTTP/1.1\r\nHost: {broker.authority}\r\n"
        content += (head + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()
    with broker.open() as connection:
        connection.sendall(content)
        until = time.monotonic() + 10
        while not provider.received and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)
    assert left.wait(3)
    assert len(provider.received) == 1
