"""N21–N23 where requests are parsed: what is refused leaves a row, costs little, and reaches no provider."""

import gzip
import resource
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider
from tests.broker.world import World, signed
from tests.core.test_formats import BAD_JSON, BAD_XML

pytestmark = pytest.mark.django_db
REPORTS = "/api/data/administrative-units/v1/reports"
MIB = 1024 * 1024
# A refusal of a bad message costs at most so long, whatever it holds; a busy machine included.
SECONDS = 10


def changed(broker: Live, world: World, **changes: Any) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], max_request_bytes=10 * MIB, **changes)
    broker.reload()


def post(broker: Live, world: World, body: bytes, kind: str, **headers: str) -> Reply:
    signature = signed(world.credentials(), broker.authority, REPORTS, "POST", body=body)
    return broker.send(REPORTS, {**signature, "Content-Type": kind, **headers}, method="POST", body=body)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[int]]]:
    """A port and how often somebody came to it."""
    came: list[int] = []
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()

        def wait() -> None:
            while True:
                try:
                    sock.accept()[0].close()
                except OSError:
                    return
                came.append(1)

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield sock.getsockname()[1], came
        sock.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("name", [name for name, (source, _reason) in BAD_XML.items() if source])
def test_n21_a_request_of_bad_xml(
    name: str, form: str, broker: Live, world: World, refused: Callable[..., Reply], listener: Any
) -> None:
    """Refused whatever the provider takes: XML goes to nobody unread. Nothing outside is asked for."""
    source, reason = BAD_XML[name]
    port, came = listener
    body = source.replace("127.0.0.1:1/", f"127.0.0.1:{port}/").encode()
    changed(broker, world, form=form)
    begun = time.monotonic()
    answer = refused(post(broker, world, body, "application/xml"), 400, "message-invalid")
    assert time.monotonic() - begun < SECONDS
    assert answer.json["reason"] == reason
    assert b"root:" not in answer.body
    assert came == []
    assert broker.app.engine.budget.used == 0


@pytest.mark.parametrize("name", [name for name, (body, _reason) in BAD_JSON.items() if body])
def test_n22_a_request_of_bad_json_is_not_converted(
    name: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    body, reason = BAD_JSON[name]
    changed(broker, world, form="xml")
    begun = time.monotonic()
    answer = refused(post(broker, world, body, "application/json"), 400, "message-invalid")
    assert time.monotonic() - begun < SECONDS
    assert answer.json["reason"] == reason


def raw(body: bytes) -> bytes:
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(body) + machine.flush()


TEXT = b'{"a":"' + b"x" * 3000 + b'"}'
BAD_GZIP = {
    "cut off": gzip.compress(TEXT)[:-9],
    "cut off in its trailer": gzip.compress(TEXT)[:-1],
    "something behind it": gzip.compress(TEXT) + b"x",
    "a second member": gzip.compress(TEXT) + gzip.compress(TEXT),
    "gzip in gzip": gzip.compress(gzip.compress(TEXT)),
    "a wrong sum": gzip.compress(TEXT)[:-8] + b"\0" * 8,
    "zlib": zlib.compress(TEXT),
    "deflate": raw(TEXT),
    "nothing of the kind": TEXT,
    "large and cut off": gzip.compress(bytes(range(256)) * 20_000)[:-1],
}


@pytest.mark.parametrize("name", BAD_GZIP)
def test_n23_gzip_that_is_none(name: str, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    changed(broker, world, inflates=True)
    answer = post(broker, world, BAD_GZIP[name], "application/json", **{"Content-Encoding": "gzip"})
    assert refused(answer, 400, "message-invalid").json["reason"] == "gzip-invalid"
    assert broker.app.engine.budget.used == 0


def zeros(size: int) -> bytes:
    """Return so many zeros in gzip: one packed MiB again and again, and the rest."""
    whole, rest = divmod(size, MIB)
    piece, end = zlib.compressobj(9, wbits=-15), zlib.compressobj(9, wbits=-15)
    again = (piece.compress(b"0" * MIB) + piece.flush(zlib.Z_FULL_FLUSH)) * whole
    check = 0
    for _ in range(whole):
        check = zlib.crc32(b"0" * MIB, check)
    last = end.compress(b"0" * rest) + end.flush()
    return gzip.compress(b"")[:10] + again + last + struct.pack("<II", zlib.crc32(b"0" * rest, check), size)


@pytest.mark.parametrize("size", [10 * MIB + 1, 1024 * MIB])
def test_n23_a_bomb(size: int, broker: Live, world: World, refused: Callable[..., Reply]) -> None:
    """One byte too many, or a hundred times too many: refused at the cap, and memory does not grow by more."""
    changed(broker, world, inflates=True)
    bomb = zeros(size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = post(broker, world, bomb, "application/json", **{"Content-Encoding": "gzip"})
    assert refused(answer, 413, "too-large").json["limit"] == 10 * MIB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_n23_the_limit_of_the_version_counts_what_comes_out(
    broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], max_request_bytes=4096, inflates=True)
    broker.reload()
    answer = post(broker, world, gzip.compress(b"0" * 4097), "application/json", **{"Content-Encoding": "gzip"})
    assert refused(answer, 413, "too-large").json["limit"] == 4096


@pytest.mark.parametrize("coding", ["br", "deflate", "identity, gzip", "gzip, gzip", "x-gzip", "zstd"])
def test_n23_another_coding_where_gzip_is_allowed(
    coding: str, broker: Live, world: World, refused: Callable[..., Reply]
) -> None:
    changed(broker, world, inflates=True)
    answer = post(broker, world, gzip.compress(TEXT), "application/json", **{"Content-Encoding": coding})
    assert refused(answer, 415, "content-encoding-not-supported").header("accept-encoding") == "gzip"


@pytest.mark.parametrize("size", [10, 200_000, 10 * MIB])
def test_n23_gzip_where_it_is_allowed(size: int, broker: Live, provider: Provider, world: World, log: Log) -> None:
    """The signature is over what was sent; the provider gets what came out, without a coding."""
    changed(broker, world, inflates=True, timeout_ms=20_000)
    body = b"0" * size
    sent = gzip.compress(body)
    answer = post(broker, world, sent, "application/json", **{"Content-Encoding": "gzip"})
    assert answer.status == 200, answer.body
    head, _, received = provider.received[0].partition(b"\r\n\r\n")
    assert received == body
    assert b"content-encoding" not in head.lower()
    assert log.call(answer.header("x-request-id"))["request_bytes"] == len(sent)
    assert broker.app.engine.budget.used == 0


def test_n23_gzip_of_xml_is_read_and_converted(broker: Live, provider: Provider, world: World) -> None:
    changed(broker, world, inflates=True)
    answer = post(broker, world, gzip.compress(b"<a><b>1</b></a>"), "text/xml", **{"Content-Encoding": "GZIP"})
    assert answer.status == 200, answer.body
    assert provider.received[0].endswith(b'\r\n\r\n{"b":"1"}')


def test_n23_gzip_before_anybody_is_known(broker: Live, provider: Provider, world: World) -> None:
    """Nothing is inflated for who cannot sign."""
    changed(broker, world, inflates=True)
    body = gzip.compress(b"0" * 20 * MIB)
    headers = {**signed(world.credentials(), broker.authority, REPORTS, "POST", body=b""), "Content-Encoding": "gzip"}
    answer = broker.send(REPORTS, headers, method="POST", body=body)
    assert (answer.status, answer.code) == (400, "digest-mismatch")
    assert provider.received == []
