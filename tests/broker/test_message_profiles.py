"""Messages are judged by their structure at the broker: 422 and 502 with pointers, always bounded (QC4.9)."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.messages.findings import TEXTS, worded
from broker.messages.lanes import Lane, Lanes
from catalog.projection import OperationRow, ProfileRow
from tests.broker import forking
from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import JSON, Provider, reply
from tests.broker.world import COMMUNES, REPORT, World, signed

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.9")]
BASE = "/api/data/administrative-units/v1"
PERSON = {
    "type": "object",
    "required": ["id", "name"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{12}$"},
        "name": {"type": "string", "maxLength": 20},
        "age": {"type": "integer", "minimum": 0},
    },
}
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="person"><xs:complexType><xs:sequence>
    <xs:element name="id"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{12}"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="born" type="xs:date"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
GOOD = {"id": "012345678901", "name": "Nguyễn Văn Mẫu"}
BOMB = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}


def profile(schema: Any = PERSON, number: int = 1) -> ProfileRow:
    form, text = ("xsd", schema) if isinstance(schema, str) else ("json", json.dumps(schema))
    return ProfileRow(number, "ho-tich", "1.0", form, text)


@pytest.fixture
def following(world: World, broker: Live) -> Callable[..., None]:
    """Let the operations of the service follow structures."""

    def follow(request: ProfileRow | None = None, answer: ProfileRow | None = None, form: str = "json") -> None:
        rows: tuple[OperationRow, ...] = (
            replace(COMMUNES, answer_profile=answer),
            replace(REPORT, request_profile=request, answer_profile=answer),
        )
        world.services["sandbox"] = replace(world.services["sandbox"], operations=rows, form=form)
        broker.reload()

    return follow


def send(broker: Live, world: World, body: Any, kind: str = "application/json", **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    target = f"{BASE}/reports"
    signature = signed(world.credentials(), broker.authority, target, "POST", body=content)
    return broker.send(target, {**signature, "content-type": kind, **headers}, method="POST", body=content)


def fetch(broker: Live, world: World, method: str = "GET") -> Reply:
    target = f"{BASE}/communes"
    return broker.send(target, signed(world.credentials(), broker.authority, target, method), method=method)


def test_a_message_that_follows_its_structure_is_forwarded_as_it_came(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], log: Log
) -> None:
    following(profile())
    answer = send(broker, world, GOOD)
    assert answer.status == 200, answer.body
    assert provider.received[0].endswith(json.dumps(GOOD).encode())
    assert log.call(answer.header("x-request-id"))["verdict"] == "A"


def test_one_that_does_not_is_refused_with_pointers_and_never_forwarded(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], log: Log
) -> None:
    following(profile())
    wrong = {"id": "SECRET-1", "age": -5, "HIDDEN": "SECRET-2"}
    answer = send(broker, world, wrong)
    assert (answer.status, answer.code, answer.json["side"]) == (422, "message-not-conforming", "consumer")
    assert answer.json["detail"] == "Thông điệp có 4 chỗ không theo cấu trúc ho-tich 1.0."
    told = {(item["pointer"], item["code"]): item["detail"] for item in answer.json["errors"]}
    assert told == {
        ("", "additionalProperties"): "Có trường không được quy định.",
        ("", "required"): "Thiếu trường bắt buộc; cần có: name.",
        ("/id", "pattern"): "Giá trị không theo mẫu được quy định.",
        ("/age", "minimum"): "Giá trị nhỏ hơn 0.",
    }
    assert b"SECRET" not in answer.body
    assert b"HIDDEN" not in answer.body
    assert provider.received == []
    row = log.call(answer.header("x-request-id"))
    assert (row["status"], row["reason"], row["side"]) == (422, "message-not-conforming", "consumer")
    assert row["upstream_id"] == 0
    english = send(broker, world, wrong, **{"accept-language": "en"})
    assert "The value is less than 0." in {item["detail"] for item in english.json["errors"]}
    assert english.json["detail"].startswith("The message departs")


def test_a_refused_message_leaves_its_idempotency_key_free(
    broker: Live, world: World, provider: Provider, following: Callable[..., None]
) -> None:
    following(profile())
    key = {"idempotency-key": "structure-1"}
    assert send(broker, world, {}, **key).status == 422
    assert send(broker, world, GOOD, **key).status == 200
    assert send(broker, world, GOOD, **key).status == 409
    assert len(provider.received) == 1


def test_at_most_twenty_findings_are_told(broker: Live, world: World, following: Callable[..., None]) -> None:
    following(profile({"type": "array", "items": {"type": "integer"}}))
    answer = send(broker, world, ["x"] * 500)
    assert [item["pointer"] for item in answer.json["errors"]] == [f"/{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"{", "application/json", "json-invalid"),
        (b"\xff", "application/json", "encoding"),
        (b"", "application/json", "empty"),
        (b"[" * 5000, "application/json", "json-depth"),
        (b"[" * 100 + b"]" * 100, "application/json", "json-depth"),
        (b'{"id": "1", "id": "2"}', "application/json", "json-duplicate"),
        (b'{"id": NaN}', "application/json", "json-number"),
    ],
)
def test_what_cannot_be_read_is_one_finding(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], body: bytes, kind: str, code: str
) -> None:
    following(profile())
    answer = send(broker, world, body, kind)
    assert (answer.status, [item["code"] for item in answer.json["errors"]]) == (422, [code])
    assert provider.received == []


def test_a_message_in_xml_is_judged_by_its_xsd(
    broker: Live, world: World, provider: Provider, following: Callable[..., None]
) -> None:
    following(profile(XSD), form="xml")
    good = b"<person><id>012345678901</id><born>2000-01-31</born></person>"
    assert send(broker, world, good, "application/xml").status == 200
    hint = b'<person xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:noNamespaceSchemaLocation="http://127.0.0.1:9/x.xsd"'
    assert send(broker, world, good.replace(b"<person", hint, 1), "text/xml").status == 200
    wrong = send(broker, world, b"<person><id>SECRET</id><born>31/01/2000</born><x/></person>", "application/xml")
    told = [(item["pointer"], item["code"]) for item in wrong.json["errors"]]
    assert told == [("/person/id", "pattern"), ("/person/born", "type"), ("/person/*", "element-unknown")]
    assert b"SECRET" not in wrong.body
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><person>&b;</person>'
    assert send(broker, world, bomb, "application/xml").status in (400, 422)
    assert len(provider.received) == 2


def test_what_is_judged_is_what_the_source_system_gets(
    broker: Live, world: World, provider: Provider, following: Callable[..., None]
) -> None:
    following(profile({"type": "object", "required": ["id"], "properties": {"id": {"maxLength": 3}}}))
    assert send(broker, world, b"<report><id>012</id></report>", "application/xml").status == 200
    assert provider.received[-1].endswith(b'{"id":"012"}')
    wrong = send(broker, world, b"<report><id>0123</id></report>", "application/xml")
    assert [item["pointer"] for item in wrong.json["errors"]] == ["/id"]
    following(profile(), form="raw")
    assert send(broker, world, b"{}", "text/plain").json["errors"][0]["code"] == "other-form"
    following(profile(XSD))
    assert send(broker, world, {"id": "1"}).json["errors"][0]["detail"] == "Thông điệp phải ở dạng application/xml."


def test_an_answer_out_of_structure_is_the_providers_fault_and_is_not_passed_on(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], log: Log
) -> None:
    rows = {"type": "object", "required": ["data"], "properties": {"data": {"type": "array"}}}
    following(answer=profile(rows))
    assert fetch(broker, world).body == JSON
    provider.answers[b"*"] = reply(b'{"data": "SECRET"}')
    answer = fetch(broker, world)
    assert (answer.status, answer.code, answer.json["side"]) == (502, "provider-message-invalid", "provider")
    assert [(item["pointer"], item["code"]) for item in answer.json["errors"]] == [("/data", "type")]
    assert b"SECRET" not in answer.body
    row = log.call(answer.header("x-request-id"))
    assert (row["reason"], row["side"], row["upstream_status"]) == ("provider-message-invalid", "provider", 200)
    provider.answers[b"*"] = reply(b"<data/>", kind="application/xml")
    assert fetch(broker, world).json["errors"][0]["code"] == "other-form"


@pytest.mark.parametrize("status", ["404 Not Found", "204 No Content"])
def test_errors_and_empty_answers_have_no_structure(
    broker: Live, world: World, provider: Provider, following: Callable[..., None], status: str
) -> None:
    following(answer=profile())
    body = b"" if status.startswith("204") else b"{}"
    provider.answers[b"*"] = reply(body, status=status)
    assert fetch(broker, world).status == int(status[:3])


def test_a_large_answer_is_held_whole_and_judged(
    broker: Live, world: World, provider: Provider, following: Callable[..., None]
) -> None:
    following(answer=profile({"type": "array", "items": {"type": "string"}}))
    provider.answers[b"*"] = reply(json.dumps(["x" * 1000] * 2_000).encode())
    assert fetch(broker, world).status == 200
    provider.answers[b"*"] = reply(json.dumps([*(["x" * 1000] * 2_000), 1]).encode())
    assert fetch(broker, world).json["errors"] == [
        {"pointer": "/2000", "code": "type", "detail": "Giá trị phải là chuỗi ký tự."}
    ]


# -- bounds ----------------------------------------------------------------------------------------
def test_a_pattern_that_never_ends_is_cut_off_while_others_are_served(
    broker: Live, world: World, following: Callable[..., None]
) -> None:
    following(profile(BOMB, number=77))
    assert send(broker, world, {"a": "a"}).status == 200
    begun, slow = time.monotonic(), []
    waiting = threading.Thread(target=lambda: slow.append(send(broker, world, {"a": "a" * 60 + "!"})))
    waiting.start()
    times = []
    while waiting.is_alive():
        asked = time.monotonic()
        assert fetch(broker, world).status == 200
        times.append(time.monotonic() - asked)
    assert time.monotonic() - begun < 8
    assert [(item["code"]) for item in slow[0].json["errors"]] == ["too-long"]
    assert len(times) > 20
    assert sorted(times)[int(len(times) * 0.9)] < 0.2
    # From now on it keeps nobody waiting but itself.
    assert 77 in broker.app.engine.lanes._slow
    assert send(broker, world, {"a": "a"}).status == 200


@pytest.fixture
def lane() -> Iterator[Lane]:
    found = Lane(seconds=1.0)
    yield found
    found.close()


def judged(lane: Lane, schema: Any, body: bytes, number: int = 1) -> list[dict[str, Any]] | None:
    return asyncio.run(lane.judge(profile(schema, number), body))


def test_a_child_that_died_is_replaced(lane: Lane) -> None:
    assert judged(lane, PERSON, json.dumps(GOOD).encode()) == []
    assert lane._child is not None
    first = lane._child
    first.kill()
    first.wait()
    assert judged(lane, PERSON, b"{}") is None  # found out with this one
    assert [item["code"] for item in judged(lane, PERSON, b"{}") or ()] == ["required"]
    assert lane._child.pid != first.pid


def test_a_closed_lane_leaves_no_child(lane: Lane) -> None:
    judged(lane, PERSON, b"{}")
    assert lane._child is not None
    pid = lane._child.pid
    lane.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    lane._thread = type(lane._thread)(1)  # for the fixture's own end


def test_a_child_whose_broker_is_gone_ends(tmp_path: Path) -> None:
    with (tmp_path / "said").open("wb") as said:
        done = forking.start(["tests.broker.orphaning"], os.environ, said=said.fileno())
    assert done.wait(60) == 0
    pid = int((tmp_path / "said").read_text())
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the child goes on")


def test_thirty_at_once_each_get_their_own_answer(broker: Live, world: World, following: Callable[..., None]) -> None:
    following(profile())
    found: dict[int, list[str]] = {}

    def one(number: int) -> None:
        body = GOOD if number % 2 else {"id": "x", "name": "n"}
        found[number] = [item["pointer"] for item in send(broker, world, body).json.get("errors", [])]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [] if number % 2 else ["/id"] for number in range(30)}


def test_a_structure_that_changed_is_used_anew(broker: Live, world: World, following: Callable[..., None]) -> None:
    following(profile({"required": ["a"]}, number=5))
    assert send(broker, world, {"b": 1}).status == 422
    following(profile({"required": ["b"]}, number=6))
    assert send(broker, world, {"b": 1}).status == 200
    following(None)
    assert send(broker, world, {}).status == 200


def test_too_many_waiting_are_told_to_come_again(broker: Live, world: World, following: Callable[..., None]) -> None:
    following(profile())
    lanes: Lanes = broker.app.engine.lanes
    lanes.usual.waiting += 1000
    try:
        answer = send(broker, world, GOOD)
    finally:
        lanes.usual.waiting -= 1000
    assert (answer.status, answer.code, answer.header("retry-after")) == (503, "overloaded", "1")


def test_every_finding_has_words_in_both_languages() -> None:
    for code in [*TEXTS, "dependentRequired"]:
        for english in (False, True):
            (told,) = worded([{"pointer": "/a", "code": code, "expected": "x"}], english=english)
            assert told["detail"].endswith((".", "»."))
            assert "{" not in told["detail"]
