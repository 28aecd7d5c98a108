"""REST callers, SOAP provider: the envelope is built, never pasted; its answer is JSON; its fault is a problem."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from catalog.projection import OperationRow, SoapRow
from catalog.soap import parameters_of
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.soaping import SOAP_11, SOAP_12, envelope
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
SPACE = "urn:nguon"
LINES = """
Ma = {code}
SoDong = ?limit
NguoiHoi/Ten = .nguoi.ten!
NguoiHoi/Tuoi = .nguoi.tuoi
Nhan = .nhan
Kenh = "037"
MaYeuCau = @request-id
MaDVC = @procedure
"""
SOAP = SoapRow(
    version="1.1",
    path="/dich-vu/xa",
    action="urn:nguon:TraCuu",
    namespace=SPACE,
    request="TraCuu",
    qualified=True,
    parameters=tuple(parameters_of(LINES)),
    response=("TraCuuResponse", "KetQua"),
    repeated=frozenset({"Xa", "Xa.Nhan"}),
    kinds={"DanSo": "integer", "DienTich": "number", "ConHieuLuc": "boolean"},
)
ASK = OperationRow(20, "ask", "POST", "/communes/{code}/ask", "Xa", ("Ma", "DanSo", "DienTich"), SOAP)
LOOK = OperationRow(
    21, "look", "GET", "/looks", "", (), replace(SOAP, parameters=tuple(parameters_of("SoDong = ?limit!")))
)
TARGET = "/api/data/administrative-units/v1/communes/02215/ask"
BODY = {"nguoi": {"ten": "An & <b>Bình</b>", "tuoi": 30}, "nhan": ["một", "hai"]}
ANSWER = (
    "<m:TraCuuResponse><m:KetQua><m:Xa><m:Ma>02215</m:Ma><m:DanSo>1200</m:DanSo><m:DienTich>12.50</m:DienTich>"
    "<m:ConHieuLuc>true</m:ConHieuLuc><m:Nhan>a</m:Nhan></m:Xa></m:KetQua></m:TraCuuResponse>"
)
Refused = Callable[..., Reply]


def answering(inside: str, *, status: str = "200 OK", space: str = SOAP_11, kind: str = "text/xml") -> bytes:
    return reply(envelope(inside, space=space, home=SPACE), status=status, kind=kind)


def faulting(code: str, text: str, status: str = "500 Internal Server Error") -> bytes:
    parts = f"<faultcode>s:{code}</faultcode><faultstring>{text}</faultstring><detail><sql>x</sql></detail>"
    return answering(f"<s:Fault>{parts}</s:Fault>", status=status)


@pytest.fixture
def soap(broker: Live, world: World, provider: Provider) -> Live:
    """The broker with two operations that the provider answers by SOAP."""
    row = world.services["sandbox"]
    world.services["sandbox"] = replace(row, operations=(*row.operations, ASK, LOOK))
    grant = world.grants["QK-1"]
    world.grants["QK-1"] = replace(grant, operations=grant.operations | {"ask", "look"})
    broker.reload()
    provider.answers[b"*"] = answering(ANSWER)
    return broker


def call(
    broker: Live, world: World, body: Any = BODY, target: str = TARGET, method: str = "POST", **more: str
) -> Reply:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    headers = signed(world.credentials(), broker.authority, target, method, body=content)
    return broker.send(target, {"Content-Type": "application/json", **headers, **more}, method=method, body=content)


@pytest.mark.clause("QC6.4")
def test_the_envelope_holds_what_the_caller_gave_and_nothing_else(
    soap: Live, world: World, provider: Provider, log: Log
) -> None:
    answer = call(soap, world, target=f"{TARGET}?limit=5")
    assert answer.status == 200, answer.body
    (sent,) = provider.received
    head, _blank, body = sent.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /dich-vu/xa HTTP/1.1\r\n")
    assert b'SOAPAction: "urn:nguon:TraCuu"' in head
    assert head.count(b"Content-Type: text/xml; charset=utf-8") == 1
    assert b"application/json" not in head
    request = etree.fromstring(body)[0][0]
    assert request.tag == f"{{{SPACE}}}TraCuu"
    flat = [(etree.QName(item).localname, item.text) for item in request.iter() if not len(item)]
    assert flat == [
        ("Ma", "02215"),
        ("SoDong", "5"),
        ("Ten", "An & <b>Bình</b>"),
        ("Tuoi", "30"),
        ("Nhan", "một"),
        ("Nhan", "hai"),
        ("Kenh", "037"),
        ("MaYeuCau", answer.header("x-request-id")),
    ]
    assert request.find(f"{{{SPACE}}}NguoiHoi/{{{SPACE}}}Ten") is not None
    row = log.call(answer.header("x-request-id"))
    assert (row["operation"], row["method"], row["verdict"], row["upstream_status"]) == ("ask", "POST", "A", 200)


def test_soap_1_2_and_elements_without_namespace(soap: Live, world: World, provider: Provider) -> None:
    row = world.services["sandbox"]
    assert LOOK.soap is not None
    newer = replace(LOOK, soap=replace(LOOK.soap, version="1.2", qualified=False))
    world.services["sandbox"] = replace(row, operations=(ASK, newer))
    soap.reload()
    provider.answers[b"*"] = answering(ANSWER, space=SOAP_12, kind="application/soap+xml")
    target = "/api/data/administrative-units/v1/looks?limit=1"
    assert call(soap, world, None, target, "GET").status == 200
    head, _blank, body = provider.received[0].partition(b"\r\n\r\n")
    assert b'Content-Type: application/soap+xml; charset=utf-8; action="urn:nguon:TraCuu"' in head
    root = etree.fromstring(body)
    assert (root.tag, root[0][0][0].tag) == (f"{{{SOAP_12}}}Envelope", "SoDong")


def test_the_answer_is_json_with_lists_and_numbers(soap: Live, world: World) -> None:
    answer = call(soap, world)
    assert (answer.header("content-type"), answer.header("cache-control")) == ("application/json", "no-store")
    assert (
        answer.body.decode() == '{"Xa":[{"Ma":"02215","DanSo":1200,"DienTich":12.50,"ConHieuLuc":true,"Nhan":["a"]}]}'
    )


def test_fields_of_the_grant_hold_for_soap_providers(soap: Live, world: World) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"Ma"}))
    soap.reload()
    answer = call(soap, world)
    assert (answer.json, answer.header("x-lgsp-fields-dropped")) == ({"Xa": [{"Ma": "02215"}]}, "4")


INPUTS: dict[str, tuple[Any, str, str]] = {
    "missing member": ({"nguoi": {}}, TARGET, ".nguoi.ten"),
    "unknown member": ({**BODY, "la": 1}, TARGET, ".la"),
    "unknown inner member": ({"nguoi": {"ten": "A", "x": 1}}, TARGET, ".nguoi.x"),
    "unknown query": (BODY, f"{TARGET}?la=1", "?la"),
    "query twice": (BODY, f"{TARGET}?limit=1&limit=2", "?limit"),
    "not utf-8": (BODY, f"{TARGET}?limit=%ff", "?"),
    "no character of xml": ({"nguoi": {"ten": "a\u0001b"}}, TARGET, "NguoiHoi/Ten"),
    "no name of xml": ({"nguoi": {"ten": {"a b": 1}}}, TARGET, "NguoiHoi/Ten"),
    "list in list": ({**BODY, "nhan": [["a"]]}, TARGET, "Nhan"),
    "a list as body": ([1], TARGET, "JSON"),
    "name twice": (b'{"nguoi":{"ten":"a","ten":"b"}}', TARGET, "JSON"),
    "not json": (b"<a/>", TARGET, "JSON"),
}


@pytest.mark.parametrize("name", INPUTS)
def test_what_cannot_be_sent_is_named_and_not_forwarded(soap: Live, world: World, refused: Refused, name: str) -> None:
    body, target, where = INPUTS[name]
    answer = refused(call(soap, world, body, target), 400, "message-parameter-invalid")
    assert where in answer.json["detail"]


def test_a_client_fault_tells_the_caller_in_plain_text(soap: Live, world: World, provider: Provider, log: Log) -> None:
    provider.answers[b"*"] = faulting("Client", "Không có mã &lt;script&gt;alert(1)&lt;/script&gt; này")
    answer = call(soap, world)
    assert (answer.status, answer.code, answer.json["side"]) == (422, "provider-rejected", "consumer")
    assert answer.json["detail"] == "Hệ thống nguồn trả lời: Không có mã alert(1) này"
    assert not [piece for piece in (b"<", b"sql") if piece in answer.body]
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["upstream_status"]) == ("A", 422, 500)


def test_server_faults_are_the_providers_and_no_breaker_opens(soap: Live, world: World, provider: Provider) -> None:
    provider.answers[b"*"] = faulting("Server", "java.lang.NullPointerException &lt;at&gt; X")
    for _turn in range(8):
        answer = call(soap, world)
        assert (answer.status, answer.code, answer.json["side"]) == (502, "provider-error", "provider")
    assert answer.json["fault"] == {"code": "Server", "text": "java.lang.NullPointerException X"}
    assert len(provider.received) == 8
    assert not soap.app.engine.breakers.open_ones()


def test_gateway_answers_with_a_fault_still_open_the_breaker(soap: Live, world: World, provider: Provider) -> None:
    provider.answers[b"*"] = faulting("Server", "x", "503 Service Unavailable")
    codes = [call(soap, world).code for _turn in range(7)]
    assert codes == ["provider-error"] * 5 + ["provider-unavailable"] * 2
    assert len(provider.received) == 5


def test_a_fault_of_soap_1_2_is_understood(soap: Live, world: World, provider: Provider) -> None:
    inside = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code>"
        "<s:Reason><s:Text xml:lang='vi'>Sai mã</s:Text></s:Reason></s:Fault>"
    )
    provider.answers[b"*"] = answering(inside, status="400 Bad Request", space=SOAP_12, kind="application/soap+xml")
    answer = call(soap, world)
    assert (answer.status, answer.json["detail"]) == (422, "Hệ thống nguồn trả lời: Sai mã")


ANSWERS: dict[str, tuple[bytes, str]] = {
    "html": (reply(b"<html><script>x</script></html>", kind="text/html"), "provider-answer-invalid"),
    "html that failed": (reply(b"<html/>", kind="text/html", status="500 Oops"), "provider-error"),
    "html that refused": (reply(b"<script/>", kind="text/html", status="400 Bad"), "provider-error"),
    "no envelope": (reply(b"<a/>", kind="text/xml"), "provider-answer-invalid"),
    "two elements": (answering(ANSWER + ANSWER), "provider-answer-invalid"),
    "another namespace": (
        reply(envelope(ANSWER, home="urn:other"), kind="text/xml"),
        "provider-answer-invalid",
    ),
    "another element": (answering("<m:Other/>"), "provider-answer-invalid"),
    "two results": (
        answering("<m:TraCuuResponse><m:KetQua/><m:KetQua/></m:TraCuuResponse>"),
        "provider-answer-invalid",
    ),
    "dtd": (
        reply(b'<!DOCTYPE a [<!ENTITY b "c">]>' + envelope(ANSWER, home=SPACE).split(b"?>", 1)[1], kind="text/xml"),
        "provider-answer-invalid",
    ),
    "deep": (
        answering("<m:TraCuuResponse>" + "<a>" * 90 + "</a>" * 90 + "</m:TraCuuResponse>"),
        "provider-answer-invalid",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_not_the_published_one_is_not_passed_on(
    soap: Live, world: World, provider: Provider, log: Log, name: str
) -> None:
    provider.answers[b"*"], code = ANSWERS[name]
    answer = call(soap, world)
    assert (answer.status, answer.code) == (502, code)
    assert b"<" not in answer.body
    assert log.call(answer.header("x-request-id"))["reason"] == code


@pytest.mark.parametrize("inside", ["", "<m:KetQua/>", "<m:KetQua> </m:KetQua>"])
def test_nothing_found_is_an_empty_list_within_the_fields_too(
    soap: Live, world: World, provider: Provider, inside: str
) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"Ma"}))
    soap.reload()
    provider.answers[b"*"] = answering(f"<m:TraCuuResponse>{inside}</m:TraCuuResponse>")
    assert call(soap, world).json == {"Xa": []}


def test_xml_is_taken_and_given_by_the_mapping(soap: Live, world: World, provider: Provider) -> None:
    body = "<ask><nguoi><ten>An &amp; Bình</ten></nguoi></ask>".encode()
    answer = call(soap, world, body, **{"Content-Type": "application/xml", "Accept": "application/xml"})
    assert (answer.status, answer.header("content-type").split(";")[0]) == (200, "application/xml")
    assert etree.fromstring(answer.body).findtext("Xa/DienTich") == "12.50"
    assert "<m:Ten>An &amp; Bình</m:Ten>".encode() in provider.received[0]


def test_a_large_answer_is_read_beside_the_loop_and_whole(soap: Live, world: World, provider: Provider) -> None:
    rows = "".join(f"<m:Xa><m:Ma>{number:05}</m:Ma></m:Xa>" for number in range(60_000))
    provider.answers[b"*"] = answering(f"<m:TraCuuResponse><m:KetQua>{rows}</m:KetQua></m:TraCuuResponse>")
    answer = call(soap, world)
    assert len(answer.json["Xa"]) == 60_000
