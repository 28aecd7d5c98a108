"""Answers in gzip: where the caller takes it and it pays; SOAP as REST; gzip and charsets of SOAP messages."""

import gzip
import json
import os
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from broker.headers import _strong
from broker.messages.coding import BESIDE, LEAST, MOST_WAITING, Coder, shrinks, takes_gzip
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.soaping import SOAP_11, envelope, post, rows_of, told
from tests.broker.test_large_answers import everything, rows, unchunked
from tests.broker.world import REMOVE, World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
GZIP = {"Accept-Encoding": "gzip"}
MIB = 1024 * 1024
ALL = "<m:communes/>"


def listing(size: int) -> bytes:
    """Return an answer of about *size* bytes."""
    rows = [{"code": f"{number:05}", "name": f"Xã {number * 7919 % 99991}"} for number in range(size // 38 + 1)]
    return json.dumps({"data": rows}, ensure_ascii=False).encode()


def get(broker: Live, world: World, target: str = COMMUNES, **headers: str) -> Reply:
    return broker.send(target, {**signed(world.credentials(), broker.authority, target), **headers})


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("x-gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("*", True),
        ("gzip;q=0.001", True),
        ("identity;q=0, gzip;q=0.5", True),
        ("identity", False),
        ("", False),
        ("br, zstd", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("identity, gzip;q=0.5", False),
        ("gzip;q=0.5, *", False),
        ("gzip;q=2", False),
        ("gzip;q=none", False),
        ("gzipped", False),
    ],
)
def test_what_accept_encoding_says(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted.encode()) is taken


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/json", True),
        ("application/problem+json; charset=utf-8", True),
        ("text/csv", True),
        ("application/soap+xml", True),
        ("image/svg+xml", True),
        ("application/pdf", False),
        ("image/png", False),
        ("application/zip", False),
        ("application/gzip", False),
        ("application/octet-stream", False),
        ("", False),
    ],
)
def test_only_text_is_compressed(kind: str, text: bool) -> None:
    assert shrinks(kind.encode()) is text


@pytest.mark.parametrize("size", [LEAST, 20_000, BESIDE + 1, 900_000])
def test_an_answer_goes_out_in_gzip(size: int, broker: Live, provider: Provider, world: World, log: Log) -> None:
    body = listing(size)
    provider.answers[b"*"] = reply(body)
    answer = get(broker, world, **GZIP)
    assert (answer.status, answer.header("content-encoding")) == (200, "gzip")
    assert gzip.decompress(answer.body) == body
    assert answer.header("content-length") == str(len(answer.body))
    assert len(answer.body) < len(body) / 2
    assert answer.header("vary") == "accept, accept-encoding"
    assert log.call(answer.header("x-request-id"))["response_bytes"] == len(answer.body)
    assert b"Accept-Encoding: identity" in provider.received[0]
    assert broker.app.engine.budget.used == 0


@pytest.mark.parametrize("accepted", [None, "identity", "br", "gzip;q=0", "identity, gzip;q=0.9"])
def test_nobody_gets_what_it_does_not_take(
    accepted: str | None, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    body = listing(20_000)
    provider.answers[b"*"] = reply(body)
    answer = get(broker, world, **({} if accepted is None else {"Accept-Encoding": accepted}))
    assert (answer.body, answer.header("content-encoding")) == (body, "")
    assert answer.header("vary") == "accept, accept-encoding"
    assert log.call(answer.header("x-request-id"))["response_bytes"] == len(body)


def test_what_is_small_is_compressed_already_or_would_grow_goes_as_it_is(
    broker: Live, provider: Provider, world: World
) -> None:
    for answer in (
        reply(b'"' + b"a" * (LEAST - 3) + b'"'),
        reply(b"a" * 50_000, kind="application/pdf"),
        reply(os.urandom(50_000), kind="text/plain"),
        reply(b"[" + b"1," * 5000 + b"1]", status="206 Partial Content"),
    ):
        provider.answers[b"*"] = answer
        told = get(broker, world, **GZIP)
        assert told.header("content-encoding") == ""
        assert told.body == answer.partition(b"\r\n\r\n")[2]


def test_an_answer_the_provider_refused_with_is_compressed_too_a_problem_of_ours_is_not(
    broker: Live, provider: Provider, world: World
) -> None:
    provider.answers[b"*"] = reply(listing(5000), status="404 Not Found")
    answer = get(broker, world, **GZIP)
    assert (answer.status, gzip.decompress(answer.body)) == (404, listing(5000))
    provider.answers[b"*"] = reply(listing(5000), status="500 Oops")
    answer = get(broker, world, **GZIP)
    assert (answer.code, answer.header("content-encoding")) == ("provider-error", "")


def test_a_strong_tag_becomes_weak_and_comes_back_strong(broker: Live, provider: Provider, world: World) -> None:
    """The bytes are not those the tag promised; the state of the record still is the one it names."""
    provider.answers[b"*"] = reply(listing(5000), extra='ETag: "v7"\r\n')
    assert get(broker, world).header("etag") == '"v7"'
    assert get(broker, world, **GZIP).header("etag") == 'W/"v7"'
    provider.answers[b"*"] = reply(listing(5000), extra='ETag: W/"v7"\r\n')
    assert get(broker, world, **GZIP).header("etag") == 'W/"v7"'
    world.grants["QK-1"] = replace(world.grants["QK-1"], operations=frozenset({REMOVE.code}))
    broker.reload()
    target = f"{COMMUNES}/00001"
    headers = signed(world.credentials(), broker.authority, target, "DELETE")
    broker.send(target, {**headers, "If-Match": 'W/"v7", "v8"'}, method="DELETE")
    assert b'\r\nIf-Match: "v7", "v8"\r\n' in provider.received[-1]


@pytest.mark.parametrize(
    ("sent", "going"),
    [('"a"', '"a"'), ('W/"a"', '"a"'), ("*", "*"), ('W/"a,W/", W/"b"', '"a,W/", "b"'), ('W/"open', 'W/"open')],
)
def test_tags_of_if_match(sent: str, going: str) -> None:
    assert _strong(sent) == going


def test_converted_and_filtered_answers_are_compressed_last(broker: Live, provider: Provider, world: World) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"code"}))
    broker.reload()
    provider.answers[b"*"] = reply(listing(20_000))
    answer = get(broker, world, **GZIP, Accept="application/xml")
    assert (answer.header("content-type"), answer.header("content-encoding")) == (
        "application/xml; charset=utf-8",
        "gzip",
    )
    root = etree.fromstring(gzip.decompress(answer.body))
    assert {item.tag for row in root for item in row} == {"code"}
    assert int(answer.header("x-lgsp-fields-dropped")) > 100


def poured(broker: Live, world: World, accepted: str) -> tuple[bytes, bytes]:
    """Return head and content of an answer that is poured through."""
    headers = {**signed(world.credentials(), broker.authority, COMMUNES), "Accept-Encoding": accepted}
    lines = f"GET {COMMUNES} HTTP/1.1\r\nHost: {broker.authority}\r\nConnection: close\r\n"
    with broker.open() as connection:
        connection.sendall((lines + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode())
        head, _, rest = everything(connection).partition(b"\r\n\r\n")
    return head, rest


def test_a_large_answer_is_compressed_as_it_is_poured_through(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], timeout_ms=20_000)
    broker.reload()
    body = listing(12 * MIB)
    provider.answers[b"*"] = reply(body, extra='ETag: "1"\r\n')
    head, rest = poured(broker, world, "gzip")
    assert b"content-encoding: gzip" in head
    assert b"content-length" not in head.lower()
    assert b'etag: W/"1"' in head
    sent = unchunked(rest)
    assert gzip.decompress(sent) == body
    assert len(sent) < len(body) / 2
    call_id = next(line.split(b": ")[1].decode() for line in head.split(b"\r\n") if line.startswith(b"x-request-id"))
    assert rows(log, call_id)[-1] == ("C", 200, "", len(sent))
    assert broker.app.engine.budget.used == 0
    assert not any(place.providers for place in broker.app.engine.running.places.values())
    head, rest = poured(broker, world, "identity")
    assert b"content-encoding" not in head
    assert (unchunked(rest) if b"chunked" in head else rest) == body


def test_a_large_answer_that_breaks_off_has_no_proper_end(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    body = listing(3 * MIB)
    cut = reply(body)[: -MIB // 2]

    async def breaking(_reader: object, writer: object) -> None:
        writer.write(cut)  # type: ignore[attr-defined]
        await writer.drain()  # type: ignore[attr-defined]
        writer.close()  # type: ignore[attr-defined]

    provider.answers[b"*"] = breaking
    head, rest = poured(broker, world, "gzip")
    assert head.startswith(b"HTTP/1.1 200")
    with pytest.raises((AssertionError, ValueError, EOFError)):
        gzip.decompress(unchunked(rest))
    assert not any(place.providers for place in broker.app.engine.running.places.values())
    assert broker.app.engine.budget.used == 0


def test_a_setting_says_from_which_size_or_never(broker: Live, provider: Provider, world: World) -> None:
    provider.answers[b"*"] = reply(listing(20_000))
    engine = broker.app.engine
    usual = engine.coder
    try:
        engine.coder = Coder(0)
        assert get(broker, world, **GZIP).header("content-encoding") == ""
        engine.coder = Coder(100_000)
        assert get(broker, world, **GZIP).header("content-encoding") == ""
        engine.coder = Coder(10_000)
        assert get(broker, world, **GZIP).header("content-encoding") == "gzip"
        engine.coder._waiting = MOST_WAITING  # compressing is what is left off when there is much to do
        assert get(broker, world, **GZIP).header("content-encoding") == ""
    finally:
        engine.coder = usual


def test_a_call_that_is_small_is_not_asked_what_it_takes(broker: Live, provider: Provider, world: World) -> None:
    asked: list[int] = []
    usual = broker.app.engine.coder

    class Watched(Coder):
        async def squeezed(self, answer: object, incoming: object) -> object:  # type: ignore[override]
            asked.append(len(answer.body))  # type: ignore[attr-defined]
            return await super().squeezed(answer, incoming)  # type: ignore[arg-type]

    try:
        broker.app.engine.coder = Watched()
        assert get(broker, world, **GZIP).status == 200
        assert asked == []
        provider.answers[b"*"] = reply(listing(LEAST))
        assert get(broker, world, **GZIP).header("content-encoding") == "gzip"
        assert len(asked) == 1
    finally:
        broker.app.engine.coder = usual


# -- SOAP ------------------------------------------------------------------------------------------
def test_soap_answers_are_compressed_likewise(broker: Live, provider: Provider, world: World, log: Log) -> None:
    provider.answers[b"*"] = reply(listing(300_000))
    answer = post(broker, world.credentials(), envelope(ALL), **GZIP)
    assert (answer.status, answer.header("content-encoding")) == (200, "gzip")
    root = etree.fromstring(gzip.decompress(answer.body))
    assert len(rows_of(root, "Record")) == len(json.loads(listing(300_000))["data"])
    assert answer.header("content-length") == str(len(answer.body))
    assert log.call(answer.header("x-request-id"))["response_bytes"] == len(answer.body)
    assert b"gzip" not in provider.received[0]
    plain = post(broker, world.credentials(), envelope(ALL))
    assert (plain.header("content-encoding"), len(plain.body) > 300_000) == ("", True)


def test_a_fault_with_much_in_it_is_compressed(broker: Live, provider: Provider, world: World) -> None:
    provider.answers[b"*"] = reply(listing(20_000), status="404 Not Found")
    answer = post(broker, world.credentials(), envelope(ALL), **GZIP)
    assert (answer.status, answer.header("content-encoding")) == (500, "gzip")
    assert told(replace(answer, body=gzip.decompress(answer.body)))["code"] == "provider-rejected"


def test_a_providers_long_no_is_not_repeated(broker: Live, provider: Provider, world: World) -> None:
    provider.answers[b"*"] = reply(listing(70_000), status="404 Not Found")
    answer = post(broker, world.credentials(), envelope(ALL))
    assert (told(answer)["code"], b"<answer" in answer.body) == ("provider-rejected", False)


REPORT = envelope("<m:report><Body><note>Xã Ân Nghĩa</note></Body></m:report>")
INFLATES = {"Content-Encoding": "gzip"}


def inflating(broker: Live, world: World, **changes: object) -> None:
    values = {"inflates": True, "max_request_bytes": 10 * MIB, "timeout_ms": 20_000, **changes}
    world.services["sandbox"] = replace(world.services["sandbox"], **values)  # type: ignore[arg-type]
    broker.reload()


def test_n23_a_soap_message_in_gzip(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Signed as it was sent, logged as it was sent, inflated once the caller is known."""
    inflating(broker, world)
    sent = gzip.compress(REPORT)
    answer = post(broker, world.credentials(), sent, **INFLATES)
    assert answer.status == 200, answer.body
    head, _, received = provider.received[0].partition(b"\r\n\r\n")
    assert json.loads(received) == {"note": "Xã Ân Nghĩa"}
    assert b"content-encoding" not in head.lower()
    row = log.call(answer.header("x-request-id"))
    assert (row["request_bytes"], row["status"]) == (len(sent), 200)
    assert broker.app.engine.budget.used == 0


def test_n23_a_soap_message_in_gzip_where_none_is_taken(broker: Live, provider: Provider, world: World) -> None:
    answer = post(broker, world.credentials(), gzip.compress(REPORT), **INFLATES)
    assert (told(answer)["code"], answer.header("accept-encoding")) == ("content-encoding-not-supported", "identity")
    assert provider.received == []


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no gzip": (lambda: REPORT, "message-invalid"),
    "cut off": (lambda: gzip.compress(REPORT)[:-9], "message-invalid"),
    "something behind it": (lambda: gzip.compress(REPORT) + b"x", "message-invalid"),
    "gzip in gzip": (lambda: gzip.compress(gzip.compress(REPORT)), "message-invalid"),
    "a bomb": (lambda: gzip.compress(b"0" * 200 * MIB), "too-large"),
    "too much for the service": (lambda: gzip.compress(b" " * 5 * MIB + REPORT), "too-large"),
}


@pytest.mark.parametrize("name", BAD)
def test_n23_soap_gzip_that_is_none_or_too_much(
    name: str, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    inflating(broker, world, max_request_bytes=4 * MIB)
    make, code = BAD[name]
    answer = post(broker, world.credentials(), make(), **INFLATES)
    assert told(answer)["code"] == code
    assert provider.received == []
    assert log.call(answer.header("x-request-id"))["reason"] == code
    assert broker.app.engine.budget.used == 0


CHARSETS = [
    ("text/xml; charset=windows-1258", "cp1258", ""),
    ("text/xml; charset=utf-16", "utf-16", ""),
    ('text/xml; charset="UTF-16LE"', "utf-16-le", ""),
    ("text/xml", "cp1252", "windows-1252"),
    ("text/xml", "utf-16", "UTF-16"),
]


@pytest.mark.parametrize(("kind", "codec", "declared"), CHARSETS)
def test_a_soap_message_in_another_charset(
    broker: Live, provider: Provider, world: World, kind: str, codec: str, declared: str
) -> None:
    text = REPORT.decode().replace("Xã Ân Nghĩa", "Ân").replace('encoding="UTF-8"', "")
    if declared:
        text = text.replace('<?xml version="1.0" ?>', f'<?xml version="1.0" encoding="{declared}"?>')
    assert post(broker, world.credentials(), text.encode(codec), kind=kind).status == 200
    assert json.loads(provider.received[0].partition(b"\r\n\r\n")[2]) == {"note": "Ân"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/xml; charset=utf-8", REPORT.decode().encode("utf-16")), ("text/xml; charset=shift_jis", REPORT)],
)
def test_a_soap_message_in_no_charset_of_ours(
    broker: Live, provider: Provider, world: World, kind: str, body: bytes
) -> None:
    assert told(post(broker, world.credentials(), body, kind=kind))["code"] == "soap-envelope-invalid"
    assert provider.received == []


def test_an_answer_in_gzip_is_not_inflated_for_soap_callers(
    broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """We asked for none; nothing of what comes is undone, so nothing of it can be a bomb."""
    provider.answers[b"*"] = reply(zlib.compress(b"0" * 50 * MIB, 9, 31), extra="Content-Encoding: gzip\r\n")
    answer = post(broker, world.credentials(), envelope(ALL))
    assert told(answer)["code"] == "provider-answer-invalid"
    assert SOAP_11.encode() in answer.body
    assert broker.app.engine.budget.used == 0
