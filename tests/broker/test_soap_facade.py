"""SOAP callers: the message is the REST call it stands for; else it is one fault, and nothing is forwarded."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.soaping import ADDRESS, HOME, SOAP_11, SOAP_12, TYPES, envelope, post, rows_of, told
from tests.broker.world import COMMUNE, COMMUNES, World, signed

pytestmark = pytest.mark.django_db
ONE = "<m:commune><code>00001</code></m:commune>"
ALL = "<m:communes/>"
DTD = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
MUST = '<s:Header><w:Security xmlns:w="urn:w" s:mustUnderstand="1"/></s:Header>'
Told = dict[str, str]


@pytest.fixture
def fault(broker: Live, provider: Provider, log: Log) -> Callable[..., Told]:
    """Check that an answer is the one fault it should be, that nothing was forwarded, and what the log keeps."""
    broker.app.engine.ledger._pacer._minutes.clear()

    def check(answer: Reply, status: int, code: str, *, wire: int = 500, operation: str = "") -> Told:
        found = told(answer)
        assert (answer.status, found["code"], found["status"]) == (wire, code, str(status)), answer.body
        assert found["request_id"] == answer.header("x-request-id")
        assert found["help"].endswith(f"/loi/{code}/")
        assert found["language"] == "vi"
        assert provider.received == []
        row = log.call(found["request_id"])
        assert (row["status"], row["reason"], row["operation"]) == (status, code, operation)
        assert row["verdict"] != "A"
        return found

    return check


@pytest.mark.clause("QC6.4")
@pytest.mark.parametrize("space", [SOAP_11, SOAP_12])
def test_a_message_becomes_the_call_it_names(
    broker: Live, world: World, provider: Provider, log: Log, space: str
) -> None:
    query = '<m:communes><Query><Parameter name="limit">2</Parameter></Query></m:communes>'
    answer = post(broker, world.credentials(), envelope(query, space=space), kind=TYPES[space])
    assert (answer.status, answer.header("content-type")) == (200, TYPES[space])
    root = etree.fromstring(answer.body)
    assert root.tag == f"{{{space}}}Envelope"
    assert root[0][0].tag == f"{{{HOME}}}communesResponse"
    assert rows_of(root, "Record")[0] == {"code": "00001", "name": "A", "more-members": None}
    assert root.findtext(".//Record/more-members/secret") == "x"
    assert root.findtext(".//Rest/total") == "2"
    (sent,) = provider.received
    assert sent.startswith(b"GET /communes?limit=2 HTTP/1.1\r\n")
    assert b"accept: application/json" in sent.lower()
    assert b"soapaction" not in sent.lower()
    assert b"content-type" not in sent.lower()
    row = log.call(answer.header("x-request-id"))
    assert (row["operation"], row["method"], row["verdict"], row["status"]) == ("communes", "GET", "A", 200)
    assert row["request_bytes"] == len(envelope(query, space=space))
    assert row["response_bytes"] == len(answer.body)


def test_path_and_json_body_are_filled_from_the_message(broker: Live, world: World, provider: Provider) -> None:
    assert post(broker, world.credentials(), envelope(ONE)).status == 200
    assert provider.received[0].startswith(b"GET /communes/00001 HTTP/1.1\r\n")
    provider.reset()
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:x="http://www.w3.org/2001/XMLSchema"'
    inside = '<m:note>a &lt; b</m:note><year xsi:type="x:int">2026</year><end xsi:nil="true"/><tag>1</tag><tag>2</tag>'
    body = envelope(f"<m:report><Body {xsi}>{inside}</Body></m:report>")
    provider.answers[b"*"] = reply(b'{"id": 12345678901234567890, "ok": true}', status="201 Created")
    answer = post(broker, world.credentials(), body)
    assert answer.status == 200
    head, _blank, sent = provider.received[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /reports HTTP/1.1\r\n")
    assert b"Content-Type: application/json" in head
    assert json.loads(sent) == {"note": "a < b", "year": 2026, "end": None, "tag": ["1", "2"]}
    assert etree.fromstring(answer.body).findtext(".//Answer/id") == "12345678901234567890"


def test_fields_outside_the_grant_are_dropped_for_soap_callers_too(
    broker: Live, world: World, log: Log, provider: Provider
) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=frozenset({"code"}))
    broker.reload()
    answer = post(broker, world.credentials(), envelope(ALL))
    assert rows_of(etree.fromstring(answer.body), "Record") == [{"code": "00001"}, {"code": "00002"}]
    assert (answer.header("x-lgsp-fields-dropped"), b">x<" in answer.body) == ("4", False)
    assert log.call(answer.header("x-request-id"))["fields_dropped"] == 4


def test_no_content_is_an_empty_response(broker: Live, world: World, provider: Provider) -> None:
    provider.answers[b"*"] = b"HTTP/1.1 204 No Content\r\n\r\n"
    answer = post(broker, world.credentials(), envelope("<m:report/>"))
    assert (answer.status, len(etree.fromstring(answer.body)[0][0])) == (200, 0)


def test_the_same_gate_the_same_refusals(broker: Live, world: World, fault: Callable[..., Told]) -> None:
    said = fault(post(broker, world.credentials(), envelope("<m:remove><code>1</code></m:remove>")),
                 403, "operation-not-granted", operation="remove")  # fmt: skip
    assert said["fault"] == "s:Client"
    said = fault(post(broker, world.credentials(grant="QK-9", purpose="x"), envelope(ALL)), 403, "grant-missing")
    assert "QK-9" in said["text"]


def test_a_wrong_signature_is_the_one_401_as_a_fault(broker: Live, world: World, fault: Callable[..., Told]) -> None:
    headers = signed(world.credentials(), broker.authority, ADDRESS, "POST", body=envelope(ONE))
    sent = {**headers, "Content-Type": "text/xml", "Signature": f"lgsp=:{'A' * 43}=:"}
    answer = broker.send(ADDRESS, sent, method="POST", body=envelope(ONE))
    found = told(answer)
    assert (answer.status, found["code"], found["status"]) == (500, "signature-invalid", "401")
    assert answer.header("www-authenticate")


V11 = TYPES[SOAP_11]
INVALID = (400, "soap-envelope-invalid", "Client")
VERSION = (400, "soap-version-mismatch", "VersionMismatch")
WRONG: dict[str, tuple[bytes, str, int, str, str]] = {
    "dtd": (DTD + envelope(ONE).split(b"?>", 1)[1], V11, *INVALID),
    "not xml": (b"{}", V11, *INVALID),
    "deep": (
        envelope("<m:report><Body>" + "<a>" * 90 + "</a>" * 90 + "</Body></m:report>"),
        V11, *INVALID,
    ),
    "two elements": (envelope(ONE + ONE), V11, *INVALID),
    "empty body": (envelope(""), V11, *INVALID),
    "two bodies": (
        envelope(ONE).replace(b"</s:Envelope>", b"<s:Body/></s:Envelope>"),
        V11, *INVALID,
    ),
    "wrong namespace": (envelope(ONE, home="urn:other"), V11, *INVALID),
    "no envelope": (f'<m:commune xmlns:m="{HOME}"/>'.encode(), V11, *INVALID),
    "other soap": (envelope(ONE, space="urn:soap"), V11, *VERSION),
    "1.2 as 1.1": (envelope(ONE, space=SOAP_12), V11, *VERSION),
    "must understand": (
        envelope(ONE, header=MUST), V11, 400, "soap-header-not-understood", "MustUnderstand",
    ),
    "content type": (envelope(ONE), "application/json", 415, "soap-content-type", "Client"),
    "unknown operation": (envelope("<m:nothing/>"), V11, 404, "unknown-operation", "Client"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_message_is_one_fault_and_nothing_is_forwarded(
    broker: Live, world: World, fault: Callable[..., Told], name: str
) -> None:
    body, kind, status, code, meant = WRONG[name]
    found = fault(post(broker, world.credentials(), body, kind=kind), status, code)
    assert found["fault"] == f"s:{meant}"


def test_an_action_that_names_another_operation_is_refused(
    broker: Live, world: World, fault: Callable[..., Told], provider: Provider
) -> None:
    other, own = f'"{HOME}:communes"', f'"{HOME}:commune"'
    answer = post(broker, world.credentials(), envelope(ONE), SOAPAction=other)
    found = fault(answer, 400, "soap-action-mismatch", operation="commune")
    assert f"{HOME}:commune" in found["text"]
    kind = f'application/soap+xml; charset=utf-8; action="{HOME}:communes"'
    answer = post(broker, world.credentials(), envelope(ONE, space=SOAP_12), kind=kind)
    assert fault(answer, 400, "soap-action-mismatch", wire=400, operation="commune")["fault"] == "s:Sender"
    assert post(broker, world.credentials(), envelope(ONE), SOAPAction=own).status == 200


PARAMETERS = {
    "missing": ("<m:commune/>", "code"),
    "empty": ("<m:commune><code> </code></m:commune>", "code"),
    "twice": ("<m:commune><code>1</code><code>2</code></m:commune>", "code"),
    "unknown": ("<m:commune><code>1</code><kode>2</kode></m:commune>", "kode"),
    "foreign": ('<m:commune><x:code xmlns:x="urn:x">1</x:code></m:commune>', "code"),
    "inside": ("<m:commune><code><a/></code></m:commune>", "code"),
    "slash": ("<m:commune><code>1/../2</code></m:commune>", "code"),
    "dots": ("<m:commune><code>..</code></m:commune>", "code"),
    "line": ('<m:commune><code>1</code><Query><Parameter name="a">x&#10;y</Parameter></Query></m:commune>', "code"),
    "no name": ("<m:commune><code>1</code><Query><Parameter>5</Parameter></Query></m:commune>", "Query"),
    "body of get": ("<m:commune><code>1</code><Body/></m:commune>", "Body"),
    "mixed body": ("<m:report><Body>a<b/>c</Body></m:report>", "Body"),
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_that_cannot_be_used_is_named(
    broker: Live, world: World, fault: Callable[..., Told], name: str
) -> None:
    inside, where = PARAMETERS[name]
    operation = "report" if "report" in inside else "commune"
    answer = post(broker, world.credentials(), envelope(inside))
    assert where in fault(answer, 400, "message-parameter-invalid", operation=operation)["text"]


def test_a_value_cannot_lead_to_another_operation(broker: Live, world: World, fault: Callable[..., Told]) -> None:
    search = replace(COMMUNES, operation_id=9, code="search", template="/communes/search")
    row = world.services["sandbox"]
    world.services["sandbox"] = replace(row, operations=(*row.operations, search))
    broker.reload()
    answer = post(broker, world.credentials(), envelope("<m:commune><code>search</code></m:commune>"))
    fault(answer, 400, "message-parameter-invalid", operation=COMMUNE.code)


def test_a_huge_message_is_refused_before_it_is_read(broker: Live, world: World, provider: Provider, log: Log) -> None:
    answer = post(broker, world.credentials(), envelope(f"<m:commune><code>{'1' * 70_000}</code></m:commune>"))
    found = told(answer)
    assert (answer.status, found["code"], found["status"]) == (500, "too-large", "413")
    assert provider.received == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_taken(broker: Live, world: World, method: str, fault: Callable[..., Told]) -> None:
    headers = signed(world.credentials(), broker.authority, ADDRESS, method)
    answer = broker.send(ADDRESS, headers, method=method)
    fault(answer, 405, "method-not-allowed")
    assert answer.header("allow") == "POST"


@pytest.mark.parametrize("service", ["nothing/v1", "administrative-units/v9", "administrative-units/v1/more", "x"])
def test_an_address_of_no_service_is_told_so(broker: Live, world: World, service: str, fault: Any) -> None:
    target = f"/api/data/-/soap/{service}"
    headers = signed(world.credentials(), broker.authority, target, "POST", body=envelope(ONE))
    answer = broker.send(target, {**headers, "Content-Type": "text/xml"}, method="POST", body=envelope(ONE))
    fault(answer, 404, "unknown-service")


def test_what_the_provider_refuses_is_a_client_fault_and_the_log_keeps_its_status(
    broker: Live, world: World, provider: Provider, log: Log
) -> None:
    provider.answers[b"*"] = reply(b'{"error":{"code":"not-found"}}', status="404 Not Found")
    answer = post(broker, world.credentials(), envelope(ONE))
    found = told(answer)
    assert (answer.status, found["fault"], found["code"], found["status"]) == (
        500,
        "s:Client",
        "provider-rejected",
        "404",
    )
    assert etree.fromstring(answer.body).findtext(".//answer/error/code") == "not-found"
    row = log.call(found["request_id"])
    assert (row["status"], row["reason"], row["side"]) == (404, "", "consumer")


def test_markup_a_provider_refuses_with_is_not_repeated(broker: Live, world: World, provider: Provider) -> None:
    provider.answers[b"*"] = reply(b"<script>alert(1)</script>", status="400 Bad Request", kind="text/html")
    answer = post(broker, world.credentials(), envelope(ONE))
    assert (told(answer)["code"], b"script" in answer.body) == ("provider-rejected", False)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (reply(b"<html/>", kind="text/html"), "provider-answer-invalid"),
        (reply(b'{"a":1,"a":2}'), "provider-answer-invalid"),
        (reply(b"x", status="500 Oops"), "provider-error"),
        (reply(b"x", status="302 Found"), "provider-redirected"),
    ],
)
def test_an_answer_that_cannot_be_passed_is_a_server_fault(
    broker: Live, world: World, provider: Provider, log: Log, sent: bytes, code: str
) -> None:
    provider.answers[b"*"] = sent
    answer = post(broker, world.credentials(), envelope(ALL), **{"Accept-Language": "en"})
    found = told(answer)
    assert (answer.status, found["fault"], found["code"], found["language"]) == (500, "s:Server", code, "en")
    assert log.call(found["request_id"])["reason"] == code


def test_signs_and_lists_of_an_answer_are_escaped(broker: Live, world: World, provider: Provider) -> None:
    value = {"data": [{"code": "<a>&]]>", "name": None}, {"code": ["x", "y"], "name": {"a": 1}}]}
    provider.answers[b"*"] = reply(json.dumps(value).encode())
    root = etree.fromstring(post(broker, world.credentials(), envelope(ALL)).body)
    first, second = root.iter("Record")
    assert first.findtext("code") == "<a>&]]>"
    assert first.find("name").get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true"
    assert [item.text for item in second.findall("code")] == ["x", "y"]
    assert second.findtext("name/a") == "1"
