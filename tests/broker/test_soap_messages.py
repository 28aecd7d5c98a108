"""SOAP messages that are large, coded or under a structure: read beside the loop, judged as REST messages are."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from broker.messages.work import Declined
from broker.messages.working import INLINE_BYTES, MOST_WAITING
from broker.soap.enclosing import Enclosing
from broker.soap.filling import Filling, Item
from broker.soap.listening import Listening
from broker.soap.opening import Known, Opening
from core.formats import to_xml
from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider, reply
from tests.broker.soaping import HOME, SOAP_11, SOAP_12, TYPES, envelope, post, rows_of, told
from tests.broker.test_message_profiles import PERSON, XSD, profile
from tests.broker.test_soap_provider import ANSWER, BODY, SPACE, answering, call
from tests.broker.test_soap_provider import soap as soap  # noqa: PLC0414 - a fixture
from tests.broker.test_workshop import at_work
from tests.broker.world import COMMUNES, REPORT, World

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024
OPENING = Opening("", "1.1", HOME, "", {"report": Known("report", (), True, f"{HOME}:report")})
LISTENING = Listening("", 200, SPACE, ("TraCuuResponse", "KetQua"), frozenset({"Xa"}), {"DanSo": "integer"})
ENCLOSING = Enclosing("communesResponse", HOME, "1.2", ("code",), "data")
FILLING = Filling("1.1", SPACE, "TraCuu", True, (Item(("Ma",), "body", "ma", True),), {})
ROWS = "".join(f"<row><code>{number:05}</code><name>Xã {number}</name></row>" for number in range(22_000))


# -- the work, there and here ----------------------------------------------------------------------
def test_the_work_is_the_same_in_the_helper_and_here() -> None:
    many = "".join(f"<m:Xa><m:Ma>{n}</m:Ma><m:DanSo>{n}</m:DanSo></m:Xa>" for n in range(2000))
    heard = envelope(f"<m:TraCuuResponse><m:KetQua>{many}</m:KetQua></m:TraCuuResponse>", home=SPACE)
    jobs: list[tuple[Any, bytes]] = [
        (OPENING, envelope(f"<m:report><Body>{ROWS}</Body></m:report>")),
        (ENCLOSING, json.dumps({"data": [{"code": "1"}] * 9000}).encode()),
        (LISTENING, heard),
        (FILLING, json.dumps({"ma": ["x" * 1000] * 100}).encode()),
    ]  # fmt: skip

    async def job(workshop: Any) -> None:
        for work, body in jobs:
            assert len(body) > INLINE_BYTES
            made, said = await workshop.transform(work, body)
            here, said_here = work.done(body)
            assert (made, json.loads(json.dumps(said_here))) == (here, said)
        assert workshop._child is not None

    at_work(job)


DECLINED: dict[str, tuple[Any, bytes, str, dict[str, Any]]] = {
    "another element": (OPENING, envelope(f"<m:other><Body>{ROWS}</Body></m:other>"), "unknown-operation", {}),
    "no envelope": (OPENING, f"<r>{ROWS}</r>".encode(), "soap-envelope-invalid", {}),
    "cut off": (OPENING, envelope(f"<m:report><Body>{ROWS}</Body></m:report>")[:-40], "soap-envelope-invalid", {}),
    "the other version": (
        OPENING, envelope(f"<m:report><Body>{ROWS}</Body></m:report>", space=SOAP_12),
        "soap-version-mismatch", {"version": "1.2"},
    ),
    "an unknown child": (
        OPENING, envelope(f"<m:report><X/><Body>{ROWS}</Body></m:report>"),
        "message-parameter-invalid", {"operation": "report"},
    ),
    "a fault": (
        LISTENING,
        envelope(f"<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring>{ROWS}</s:Fault>"),
        "provider-rejected", {},
    ),
    "another answer": (LISTENING, envelope(f"<m:report>{ROWS}</m:report>"), "provider-answer-invalid", {}),
    "an unknown member": (FILLING, json.dumps({"x": ["x" * 1000] * 100}).encode(), "message-parameter-invalid", {}),
    "json that is none": (FILLING, b"[" * INLINE_BYTES * 2, "message-parameter-invalid", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", DECLINED)
def test_what_is_declined_there_is_declined_in_the_same_words_here(name: str) -> None:
    work, body, code, found = DECLINED[name]

    async def job(workshop: Any) -> None:
        with pytest.raises(Declined) as there:
            await workshop.transform(work, body)
        with pytest.raises(Declined) as here:
            work.done(body)
        parts = [
            (error.value.code, error.value.values, error.value.members, error.value.found) for error in (there, here)
        ]
        assert parts[0] == parts[1]
        assert (parts[0][0], parts[0][3]) == (code, found)
        assert workshop._child is not None

    at_work(job)


# -- end to end ------------------------------------------------------------------------------------
def large(broker: Live, world: World, **changes: Any) -> None:
    values = {"max_request_bytes": 10 * MIB, "timeout_ms": 20_000, **changes}
    world.services["sandbox"] = replace(world.services["sandbox"], **values)
    broker.reload()


def test_a_megabyte_each_way_is_read_and_made_in_the_helper(
    broker: Live, world: World, provider: Provider, log: Log
) -> None:
    large(broker, world)
    sent = envelope(f"<m:report><Body>{ROWS}</Body></m:report>")
    given = {"data": [{"code": f"{n:05}", "name": "Xã"} for n in range(40_000)]}
    assert len(sent) > 1_000_000
    provider.answers[b"*"] = reply(json.dumps(given).encode())
    answer = post(broker, world.credentials(), sent)
    assert answer.status == 200, answer.body[:500]
    assert len(json.loads(provider.received[0].partition(b"\r\n\r\n")[2])["row"]) == 22_000
    assert len(etree.fromstring(answer.body).findall(".//Answer/data")) == 40_000
    assert broker.app.engine.workshop._child is not None
    assert log.call(answer.header("x-request-id"))["request_bytes"] == len(sent)
    assert broker.app.engine.budget.used == 0


def test_too_many_large_messages_are_told_to_come_again(broker: Live, world: World, provider: Provider) -> None:
    large(broker, world)
    workshop = broker.app.engine.workshop
    workshop._waiting += MOST_WAITING
    try:
        answer = post(broker, world.credentials(), envelope(f"<m:report><Body>{ROWS}</Body></m:report>"))
    finally:
        workshop._waiting -= MOST_WAITING
    assert (told(answer)["code"], answer.header("retry-after")) == ("overloaded", "2")
    assert provider.received == []


def test_large_requests_and_answers_of_a_soap_provider(soap: Live, world: World, provider: Provider) -> None:
    large(soap, world)
    many = "".join(f"<m:Xa><m:Ma>{n}</m:Ma><m:DanSo>{n}</m:DanSo></m:Xa>" for n in range(30_000))
    provider.answers[b"*"] = answering(f"<m:TraCuuResponse><m:KetQua>{many}</m:KetQua></m:TraCuuResponse>")
    body = {**BODY, "nhan": ["nhãn"] * 60_000}
    answer = call(soap, world, json.dumps(body, ensure_ascii=False).encode())
    assert answer.status == 200, answer.body[:500]
    assert answer.json["Xa"][-1] == {"Ma": "29999", "DanSo": 29_999, "Nhan": []}
    request = etree.fromstring(provider.received[0].partition(b"\r\n\r\n")[2])
    assert len(request.findall(f".//{{{SPACE}}}Nhan")) == 60_000
    assert soap.app.engine.workshop._child is not None
    assert soap.app.engine.budget.used == 0


@pytest.mark.parametrize(
    ("body", "kind", "coding"),
    [
        (gzip.compress(json.dumps(BODY).encode()), "application/json", "gzip"),
        (json.dumps(BODY, ensure_ascii=False).encode("utf-16"), "application/json; charset=utf-16", ""),
        (to_xml(BODY, "ask"), "application/xml", ""),
        (gzip.compress(to_xml(BODY, "ask")), "text/xml", "gzip"),
        (to_xml(BODY, "ask").decode().partition("\n")[2].encode("utf-16"), "application/xml; charset=utf-16", ""),
    ],
)
def test_a_soap_provider_is_asked_whatever_form_charset_and_coding_the_caller_speaks(
    soap: Live, world: World, provider: Provider, body: bytes, kind: str, coding: str
) -> None:
    large(soap, world, inflates=True)
    coded = {"Content-Encoding": coding} if coding else {}
    answer = call(soap, world, body, **{"Content-Type": kind, **coded})
    assert answer.status == 200, answer.body
    request = etree.fromstring(provider.received[0].partition(b"\r\n\r\n")[2])
    assert request.findtext(f".//{{{SPACE}}}Ten") == BODY["nguoi"]["ten"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"\xff", "application/json; charset=utf-16", 400, "message-invalid"),
        (b"<a>", "application/xml", 400, "message-invalid"),
        (b"<!DOCTYPE a><a/>", "application/xml", 400, "message-invalid"),
        (b"<a>x<b/></a>", "application/xml", 422, "message-not-convertible"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "content-type-not-supported"),
    ],
)
def test_what_no_soap_provider_can_be_asked(
    soap: Live, world: World, refused: Callable[..., Any], body: bytes, kind: str, status: int, code: str
) -> None:
    refused(call(soap, world, body, **{"Content-Type": kind}), status, code)


def test_a_soap_provider_that_answers_in_gzip_is_not_undone(soap: Live, world: World, provider: Provider) -> None:
    body = envelope(ANSWER, home=SPACE)
    provider.answers[b"*"] = reply(gzip.compress(body), kind="text/xml", extra="Content-Encoding: gzip\r\n")
    answer = call(soap, world)
    assert (answer.status, answer.code) == (502, "provider-answer-invalid")


# -- structures ------------------------------------------------------------------------------------
@pytest.fixture
def following(world: World, broker: Live) -> Callable[..., None]:
    """Let the operations of the service follow structures."""

    def follow(request: Any = None, answer: Any = None, form: str = "json", **changes: Any) -> None:
        rows = (
            replace(COMMUNES, answer_profile=answer),
            replace(REPORT, request_profile=request, answer_profile=answer, **changes),
        )
        world.services["sandbox"] = replace(world.services["sandbox"], operations=rows, form=form)
        broker.reload()

    return follow


def report(inside: str, space: str = SOAP_11) -> bytes:
    return envelope(f"<m:report><Body>{inside}</Body></m:report>", space=space)


def errors_of(body: bytes) -> list[tuple[str, str]]:
    problem = etree.fromstring(body).find(".//{urn:lgsp:problem}problem")
    assert problem is not None, body
    return [(item.findtext("pointer") or "", item.findtext("code") or "") for item in problem.iterfind("errors/error")]


@pytest.mark.clause("QC4.9")
@pytest.mark.parametrize(("space", "wire"), [(SOAP_11, 500), (SOAP_12, 400)])
def test_a_soap_message_is_judged_by_a_json_schema_after_it_became_json(
    broker: Live, world: World, provider: Provider, log: Log, following: Callable[..., None], space: str, wire: int
) -> None:
    following(profile(PERSON))
    good = report("<id>012345678901</id><name>Nguyễn Văn Mẫu</name>", space)
    assert post(broker, world.credentials(), good, kind=TYPES[space]).status == 200
    wrong = report("<id>SECRET</id><HIDDEN>SECRET</HIDDEN>", space)
    answer = post(broker, world.credentials(), wrong, kind=TYPES[space])
    found = told(answer)
    assert (answer.status, found["code"], found["status"]) == (wire, "message-not-conforming", "422")
    assert found["profile"] == "ho-tich 1.0"
    assert sorted(errors_of(answer.body)) == [("", "additionalProperties"), ("", "required"), ("/id", "pattern")]
    assert b"SECRET" not in answer.body
    assert b"HIDDEN" not in answer.body
    assert "Giá trị không theo mẫu được quy định." in answer.body.decode()
    assert len(provider.received) == 1
    row = log.call(answer.header("x-request-id"))
    assert (row["status"], row["reason"], row["side"]) == (422, "message-not-conforming", "consumer")
    english = post(broker, world.credentials(), wrong, kind=TYPES[space], **{"Accept-Language": "en"})
    assert b"The value does not match the pattern." in english.body


@pytest.mark.clause("QC4.9")
@pytest.mark.parametrize("form", ["xml", "raw"])
def test_a_soap_message_is_judged_by_an_xsd_as_the_xml_the_source_system_gets(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], form: str
) -> None:
    """Where a source system takes what comes, the structure says what that is to be."""
    following(profile(XSD), form=form, root="person")
    good = report("<id>012345678901</id><born>2000-01-31</born>")
    answer = post(broker, world.credentials(), good)
    assert answer.status == 200, answer.body
    head, _, sent = provider.received[0].partition(b"\r\n\r\n")
    assert b"Content-Type: application/xml" in head
    assert [item.tag for item in etree.fromstring(sent).iter()] == ["person", "id", "born"]
    answer = post(broker, world.credentials(), report("<id>1</id><born>31/01/2000</born>"))
    assert errors_of(answer.body) == [("/person/id", "pattern"), ("/person/born", "type")]
    assert len(provider.received) == 1


@pytest.mark.clause("QC4.9")
def test_an_answer_out_of_structure_is_a_server_fault_with_its_pointers(
    broker: Live, world: World, provider: Provider, log: Log, following: Callable[..., None]
) -> None:
    rows = {"type": "object", "properties": {"data": {"type": "array", "items": {"required": ["code"]}}}}
    following(answer=profile(rows))
    assert rows_of(etree.fromstring(post(broker, world.credentials(), envelope("<m:communes/>")).body), "Record")
    provider.answers[b"*"] = reply(b'{"data": [{"code": "1"}, {"name": "SECRET"}]}')
    answer = post(broker, world.credentials(), envelope("<m:communes/>"))
    found = told(answer)
    assert (found["code"], found["fault"], found["side"]) == ("provider-message-invalid", "s:Server", "provider")
    assert errors_of(answer.body) == [("/data/1", "required")]
    assert b"SECRET" not in answer.body
    assert log.call(answer.header("x-request-id"))["reason"] == "provider-message-invalid"


@pytest.mark.clause("QC4.9")
def test_a_provider_is_asked_for_the_form_of_its_structure(
    broker: Live, world: World, provider: Provider, following: Callable[..., None]
) -> None:
    """A source system that speaks both would else answer a caller of the other form out of structure."""
    following(answer=profile(XSD), form="xml")
    person = b"<person><id>012345678901</id><born>2000-01-31</born></person>"
    provider.answers[b"*"] = reply(person, kind="application/xml")
    answer = post(broker, world.credentials(), envelope("<m:communes/>"))
    assert answer.status == 200, answer.body
    assert b"\r\nAccept: application/xml\r\n" in provider.received[0]
    assert etree.fromstring(answer.body).findtext(".//Rest/born") == "2000-01-31"


@pytest.mark.clause("QC4.9")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json; charset=utf-16", '{"data": [], "ten": "Xã"}'.encode("utf-16")),
        ("application/json; charset=windows-1258", '{"data": [], "ten": "Â"}'.encode("cp1258")),
    ],
)
def test_an_answer_in_another_charset_is_decoded_before_it_is_judged(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], kind: str, body: bytes
) -> None:
    following(answer=profile({"type": "object", "properties": {"ten": {"type": "string", "maxLength": 2}}}))
    provider.answers[b"*"] = reply(body, kind=kind)
    answer = post(broker, world.credentials(), envelope("<m:communes/>"))
    assert answer.status == 200, answer.body
    provider.answers[b"*"] = reply(b"\xff\xfe\xff", kind=kind)
    assert told(post(broker, world.credentials(), envelope("<m:communes/>")))["code"].startswith("provider-")


@pytest.mark.clause("QC4.9")
def test_what_a_soap_provider_is_asked_and_answers_is_judged_as_json(
    soap: Live, world: World, provider: Provider
) -> None:
    row = world.services["sandbox"]
    asks = {"type": "object", "properties": {"nhan": {"type": "array", "maxItems": 1}}}
    answers = {"properties": {"Xa": {"items": {"properties": {"DanSo": {"maximum": 1000}}}}}}
    operations = tuple(
        replace(item, request_profile=profile(asks, 31), answer_profile=profile(answers, 32))
        if item.code == "ask"
        else item
        for item in row.operations
    )
    world.services["sandbox"] = replace(row, operations=operations)
    soap.reload()
    answer = call(soap, world)
    assert (answer.status, [item["pointer"] for item in answer.json["errors"]]) == (422, ["/nhan"])
    xml = call(soap, world, to_xml(BODY, "ask"), **{"Content-Type": "application/xml"})
    assert (xml.status, [item["pointer"] for item in xml.json["errors"]]) == (422, ["/nhan"])
    assert provider.received == []
    answer = call(soap, world, {**BODY, "nhan": ["một"]})
    assert (answer.status, [item["pointer"] for item in answer.json["errors"]]) == (502, ["/Xa/0/DanSo"])
    provider.answers[b"*"] = answering(ANSWER.replace("1200", "900"))
    assert call(soap, world, {**BODY, "nhan": ["một"]}).status == 200
