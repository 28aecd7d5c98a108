"""Content negotiation: each side speaks the form it knows, JSON or XML, and what is signed is what was sent."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from core.formats import from_xml, read_json, read_xml, to_xml
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
BASE = "/api/data/administrative-units/v1"
COMMUNES, REPORTS = f"{BASE}/communes", f"{BASE}/reports"
XML = to_xml(json.loads(JSON), "communes")
HTML = "text/html, image/gif;q=0.2"


def get(broker: Live, world: World, accept: str | None = None, **headers: str) -> Reply:
    more = {"Accept": accept} if accept is not None else {}
    return broker.send(COMMUNES, {**signed(world.credentials(), broker.authority, COMMUNES), **more, **headers})


def post(broker: Live, world: World, body: bytes, kind: str | None, **headers: str) -> Reply:
    signature = signed(world.credentials(), broker.authority, REPORTS, "POST", body=body)
    more = {"Content-Type": kind} if kind is not None else {}
    return broker.send(REPORTS, {**signature, **more, **headers}, method="POST", body=body)


def with_service(broker: Live, world: World, **changes: Any) -> None:
    world.services["sandbox"] = replace(world.services["sandbox"], **changes)
    broker.reload()


def narrowed(broker: Live, world: World, *fields: str) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset(fields))
    broker.reload()


def sent_on(provider: Provider) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the one request the provider got."""
    assert len(provider.received) == 1
    head, _, body = provider.received[0].partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
    return {name.lower(): value for name, _, value in lines}, body


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("application/json, application/xml", "application/json"),
        ("application/xml;q=0.5, application/json;q=0.9", "application/json"),
        (f"{HTML}, */*;q=0.2", "application/json"),
        ("application/xml", "application/xml; charset=utf-8"),
        ("text/xml", "text/xml; charset=utf-8"),
        ("Application/XML ; Q=0.5", "application/xml; charset=utf-8"),
        ("application/json;q=0, */*", "application/xml; charset=utf-8"),
        ("application/xml, application/json;q=0.9", "application/xml; charset=utf-8"),
        ("text/csv, application/xml;q=0.1", "application/xml; charset=utf-8"),
    ],
)
def test_a_caller_gets_the_form_it_accepts(
    accept: str | None, kind: str, broker: Live, provider: Provider, world: World
) -> None:
    answer = get(broker, world, accept)
    assert (answer.status, answer.header("content-type")) == (200, kind), answer.body
    assert answer.header("vary") == "accept, accept-encoding"
    assert int(answer.header("content-length")) == len(answer.body)
    assert answer.body == (JSON if kind == "application/json" else XML)


@pytest.mark.parametrize("accept", ["text/csv", "application/json;q=0, application/xml;q=0", HTML, "application/pdf"])
def test_406_only_when_nothing_fits(accept: str, broker: Live, provider: Provider, world: World, log: Log) -> None:
    answer = get(broker, world, accept)
    assert (answer.status, answer.code) == (406, "form-not-acceptable")
    assert answer.json["available"] == ["application/json", "application/xml"]
    assert (log.call(answer.header("x-request-id"))["reason"], len(provider.received)) == ("form-not-acceptable", 1)
    provider.answers[b"*"] = reply(b"a;b", kind="text/csv")
    assert (get(broker, world, accept).status, get(broker, world, "application/xml").body) == (200, b"a;b")


def test_a_deed_that_was_done_is_told_in_the_form_there_is(broker: Live, provider: Provider, world: World) -> None:
    answer = post(broker, world, b"{}", "application/json", Accept="text/csv")
    assert (answer.status, answer.body) == (200, JSON)


def test_a_provider_of_xml_is_read_as_json(broker: Live, provider: Provider, world: World) -> None:
    source = b"<ds><xa ma='1'><ten>A</ten></xa><xa ma='2'><ten>B</ten></xa><tong>2</tong></ds>"
    provider.answers[b"*"] = reply(source, kind="text/xml", extra='ETag: "7"\r\n')
    answer = get(broker, world, "application/json")
    assert answer.header("content-type") == "application/json"
    assert answer.json == {"xa": [{"@ma": "1", "ten": "A"}, {"@ma": "2", "ten": "B"}], "tong": "2"}
    assert answer.header("etag") == 'W/"7"'
    assert (get(broker, world).body, get(broker, world, "application/xml").body) == (source, source)


def test_the_provider_is_asked_for_what_it_has(broker: Live, provider: Provider, world: World) -> None:
    for form, accept, asked in [
        ("json", "application/json", "application/json"),
        ("json", "application/xml", "application/xml, application/json;q=0.1"),
        ("xml", "application/json", "application/json, application/xml;q=0.1"),
        ("xml", "application/xml", "application/xml"),
        ("raw", "application/xml", "application/xml"),
        ("json", "text/csv", "text/csv"),
    ]:
        with_service(broker, world, form=form)
        provider.received.clear()
        get(broker, world, accept)
        assert sent_on(provider)[0]["accept"] == asked


@pytest.mark.parametrize(
    ("kind", "body", "said", "text"),
    [
        ("application/json", '{"tên":"Tân Lưu"}', "application/json", '{"tên":"Tân Lưu"}'),
        ("application/xml", "<a><tên>Tân Lưu</tên></a>", "application/json", '{"tên":"Tân Lưu"}'),
        ("text/xml; charset=utf-8", "<a><b/><c>1</c></a>", "application/json", '{"b":"","c":"1"}'),
        ("application/json; charset=windows-1258", '{"a":"é"}', "application/json", '{"a":"é"}'),
        ("application/xml; charset=iso-8859-1", "<a><b>é</b></a>", "application/json", '{"b":"é"}'),
        ("application/vnd.so+json", "{}", "application/vnd.so+json", "{}"),
        (None, "anything", None, "anything"),
    ],
)
def test_a_request_becomes_what_the_provider_takes(
    kind: str | None, body: str, said: str | None, text: str, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    charset = (kind or "").partition("charset=")[2] or "utf-8"
    content = body.encode({"windows-1258": "cp1258"}.get(charset, charset))
    answer = post(broker, world, content, kind)
    assert answer.status == 200, answer.body
    headers, received = sent_on(provider)
    assert (headers.get("content-type"), received) == (said, text.encode())
    assert int(headers["content-length"]) == len(received)
    row = log.call(answer.header("x-request-id"))
    assert row["request_bytes"] == len(content)  # what was signed is what was sent
    claims = headers["x-lgsp-assertion"].split(".")[1]
    digest = json.loads(base64.urlsafe_b64decode(claims + "=="))["digest"]
    assert digest == base64.urlsafe_b64encode(hashlib.sha256(received).digest()).decode().rstrip("=")


def test_a_provider_of_xml_gets_xml(broker: Live, provider: Provider, world: World) -> None:
    operations = tuple(
        replace(row, root="HoSo") if row.code == "report" else row for row in world.services["sandbox"].operations
    )
    body = '{"so":12,"ten":"Nguyễn & Bé","con":["A","B"]}'.encode()
    for rows, root in ((operations, "HoSo"), (world.services["sandbox"].operations, "report")):
        with_service(broker, world, form="xml", operations=rows)
        provider.received.clear()
        assert post(broker, world, body, "application/json").status == 200
        headers, received = sent_on(provider)
        element = read_xml(received)
        assert (headers["content-type"], element.tag) == ("application/xml", root)
        assert from_xml(element) == read_json(body)
    provider.received.clear()
    plain = b"<HoSo><so>12</so></HoSo>"
    assert post(broker, world, plain, "application/xml").status == 200
    assert sent_on(provider)[1] == plain


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/pdf", "multipart/form-data; boundary=a", "image/svg+xml", "x"]
)
def test_415_says_what_is_accepted(kind: str, broker: Live, provider: Provider, world: World, refused: Any) -> None:
    answer = refused(post(broker, world, b"a", kind), 415, "content-type-not-supported")
    assert answer.json["accepted"] == ["application/json", "application/xml"]
    assert answer.header("accept") == "application/json, application/xml"
    with_service(broker, world, form="raw")
    assert post(broker, world, b"a", kind).status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status", "code", "reason"),
    [
        ("application/xml", b"<a>", 400, "message-invalid", "xml-invalid"),
        ("application/xml", b"<a>x<b/></a>", 422, "message-not-convertible", "xml-mixed"),
        ("application/xml", b"<a><b/><c/><b/></a>", 422, "message-not-convertible", "xml-order"),
        ("application/xml; charset=base64", b"<a/>", 400, "message-invalid", "encoding"),
        ("application/xml; charset=utf-8", b"<a>\xff</a>", 400, "message-invalid", "encoding"),
        ("application/json; charset=utf-7", b"{}", 400, "message-invalid", "encoding"),
    ],
)
def test_what_cannot_be_read_or_converted_is_not_forwarded(
    kind: str, body: bytes, status: int, code: str, reason: str, broker: Live, world: World, refused: Any
) -> None:
    answer = refused(post(broker, world, body, kind), status, code)
    assert answer.json["reason"] == reason
    assert answer.json["detail"]


def test_fields_of_a_grant_in_either_form(broker: Live, provider: Provider, world: World, log: Log) -> None:
    narrowed(broker, world, "code")
    for accept in ("application/json", "application/xml"):
        answer = get(broker, world, accept)
        assert b"secret" not in answer.body
        assert answer.header("x-lgsp-fields-dropped") == "4"
        found = answer.json if accept.endswith("json") else from_xml(read_xml(answer.body))
        assert found == {"data": [{"code": "00001"}, {"code": "00002"}], "total": 2}
    provider.answers[b"*"] = reply(XML, kind="application/xml")
    for accept in ("application/json", "application/xml", None):
        answer = get(broker, world, accept)
        found = answer.json if accept == "application/json" else from_xml(read_xml(answer.body))
        assert found == {"data": [{"code": "00001"}, {"code": "00002"}], "total": 2}
        row = log.call(answer.header("x-request-id"))
        assert (row["fields_dropped"], row["response_bytes"]) == (4, len(answer.body))


def test_fields_of_plain_xml(broker: Live, provider: Provider, world: World) -> None:
    narrowed(broker, world, "code")
    source = (
        b'<n:ds xmlns:n="urn:x"><data><n:code>1</n:code><n:secret>gheim</n:secret></data>'
        b'<data code="2" secret="gheim"><secret>gheim</secret></data></n:ds>'
    )
    provider.answers[b"*"] = reply(source, kind="application/xml")
    answer = get(broker, world)
    assert b"gheim" not in answer.body
    assert from_xml(read_xml(answer.body)) == {"@xmlns:n": "urn:x", "data": [{"n:code": "1"}, {"@code": "2"}]}
    provider.answers[b"*"] = reply(b"<ds><data/></ds>", kind="application/xml")
    assert get(broker, world, "application/json").json == {"data": ""}
    provider.answers[b"*"] = reply(b"<ds><rows>gheim</rows></ds>", kind="application/xml")
    assert get(broker, world).code == "provider-answer-invalid"


@pytest.mark.parametrize(
    ("kind", "body", "said", "text"),
    [
        ("text/xml; charset=iso-8859-1", "<a>é</a>".encode("latin-1"), "text/xml; charset=utf-8", "<a>é</a>"),
        (
            "application/xml",
            '<?xml version="1.0" encoding="windows-1252"?><a>é</a>'.encode("cp1252"),
            "application/xml; charset=utf-8",
            "<a>é</a>",
        ),
        ("application/xml", "<a>é</a>".encode("utf-16"), "application/xml; charset=utf-8", "<a>é</a>"),
        ("application/json; charset=utf-16", '{"a":"é"}'.encode("utf-16"), "application/json", '{"a":"é"}'),
        ("text/csv; charset=windows-1252", "é;1".encode("cp1252"), "text/csv; charset=utf-8", "é;1"),
        ("text/csv; charset=utf-8", "é;1".encode(), "text/csv; charset=utf-8", "é;1"),
    ],
)
def test_an_answer_in_another_charset_comes_out_as_utf8(
    kind: str, body: bytes, said: str, text: str, broker: Live, provider: Provider, world: World
) -> None:
    provider.answers[b"*"] = reply(body, kind=kind)
    answer = get(broker, world)
    assert (answer.status, answer.header("content-type")) == (200, said)
    assert answer.body.decode().removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n') == text


def test_a_large_text_is_poured_through_in_its_charset(broker: Live, provider: Provider, world: World) -> None:
    body = "é;1\n".encode("cp1252") * 300_000
    provider.answers[b"*"] = reply(body, kind="text/csv; charset=windows-1252")
    answer = get(broker, world)
    assert (answer.status, answer.header("content-type")) == (200, "text/csv; charset=windows-1252")


@pytest.mark.parametrize(
    "body",
    [b"<a>gheim", b"\xff<a>gheim</a>", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;gheim</a>'],
)
def test_an_answer_that_is_no_xml_is_not_converted(
    body: bytes, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    provider.answers[b"*"] = reply(body, kind="application/xml")
    answer = get(broker, world, "application/json")
    assert (answer.status, answer.code) == (502, "provider-answer-invalid")
    assert b"gheim" not in answer.body
    assert log.call(answer.header("x-request-id"))["reason"] == "provider-answer-invalid"


def test_an_answer_without_an_equal(broker: Live, provider: Provider, world: World) -> None:
    source = b"<a>x<b/></a>"
    provider.answers[b"*"] = reply(source, kind="application/xml")
    answer = get(broker, world, "application/json")
    assert (answer.status, answer.code, answer.json["reason"]) == (406, "form-not-acceptable", "xml-mixed")
    assert answer.json["available"] == ["application/xml"]
    done = post(broker, world, b"{}", "application/json", Accept="application/json")
    assert (done.status, done.header("content-type"), done.body) == (200, "application/xml", source)


def test_a_problem_of_the_provider_stays_what_it_is(broker: Live, provider: Provider, world: World) -> None:
    told = b'{"title":"x"}'
    provider.answers[b"*"] = reply(told, status="404 Not Found", kind="application/problem+json")
    assert get(broker, world, "application/xml").body == told
    provider.answers[b"*"] = reply(told, status="404 Not Found")
    assert get(broker, world, "application/xml").body.endswith(b"<title>x</title></communes>")


def big(size: int) -> bytes:
    row = '{"code":"00001","name":"Xã Tân Lưu","secret":"y"}'
    return ('{"data":[' + ",".join([row] * (size // len(row.encode()))) + '],"total":1}').encode()


@pytest.mark.parametrize("size", [100_000, 1_000_000, 3_000_000])
def test_a_large_answer_is_held_and_converted(size: int, broker: Live, provider: Provider, world: World) -> None:
    with_service(broker, world, timeout_ms=20_000)
    body = big(size)
    provider.answers[b"*"] = reply(body)
    assert get(broker, world).header("content-type") == "application/json"  # above 1 MiB it is poured through
    answer = get(broker, world, "application/xml")
    assert (answer.status, answer.header("content-type")) == (200, "application/xml; charset=utf-8")
    assert int(answer.header("content-length")) == len(answer.body)
    assert from_xml(read_xml(answer.body)) == json.loads(body)
    provider.answers[b"*"] = reply(answer.body, kind="application/xml")
    assert get(broker, world, "application/json").json == json.loads(body)
    narrowed(broker, world, "code", "name")
    assert b"secret" not in get(broker, world, "application/json").body


def test_what_is_more_than_is_held_is_never_converted_silently(broker: Live, provider: Provider, world: World) -> None:
    with_service(broker, world, timeout_ms=20_000)
    provider.answers[b"*"] = reply(big(11_000_000))
    answer = get(broker, world, "application/xml")
    assert (answer.status, answer.code) == (502, "provider-answer-too-large")
    assert get(broker, world, "application/json").status == 200
    until = time.monotonic() + 5  # the caller has its last byte a moment before the call is over
    while broker.app.engine.budget.used and time.monotonic() < until:
        time.sleep(0.01)
    assert broker.app.engine.budget.used == 0
