"""N19, N21–N23 where bodies are parsed: an answer whose fields are judged is read strictly, or not passed on."""

import gzip
from dataclasses import replace

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live, Reply
from tests.broker.provider import Provider, reply
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
COMMUNES = "/api/data/administrative-units/v1/communes"
SECRET = b"gheim"


def narrowed(broker: Live, world: World, fields: frozenset[str] = frozenset({"code", "name"})) -> None:
    world.grants["QK-1"] = replace(world.grants["QK-1"], fields=fields)
    broker.reload()


def call(broker: Live, world: World) -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(), broker.authority, COMMUNES))


def deep(levels: int) -> bytes:
    return b'{"data":[{"code":' + b"[" * (levels - 3) + b"]" * (levels - 3) + b',"secret":"gheim"}]}'


# Answers that two readers could take differently, or that no reader should be made to take.
UNFIT = {
    "deeper than 64": deep(65),
    "very deep": deep(100_000),
    "a number beyond all": b'{"data":[{"code":1e400,"secret":"gheim"}]}',
    "a number just beyond": b'{"data":[{"code":1.8e308,"secret":"gheim"}]}',
    "a number below all": b'{"data":[{"code":-1e999,"secret":"gheim"}]}',
    "NaN": b'{"data":[{"code":NaN,"secret":"gheim"}]}',
    "Infinity": b'{"data":[{"code":-Infinity,"secret":"gheim"}]}',
    "a name twice in a record": b'{"data":[{"code":"1","code":"gheim"}]}',
    "a name twice on the way": b'{"data":[{"code":"gheim"}],"data":[{"code":"2"}]}',
    "a name twice, spelt otherwise": b'{"data":[{"code":"1","c\\u006fde":"gheim"}]}',
    "half a character": b'{"data":[{"code":"\\ud800","secret":"gheim"}]}',
    "half a character the other way": b'{"data":[{"code":"\\udc00\\ud800","secret":"gheim"}]}',
    "not UTF-8": b'{"data":[{"code":"\xff","secret":"gheim"}]}',
    "UTF-16": '{"data":[{"code":"1","secret":"gheim"}]}'.encode("utf-16"),
    "a comma too many": b'{"data":[{"code":"1","secret":"gheim"},]}',
    "text behind it": b'{"data":[{"code":"1"}]} gheim',
    "nothing but a word": b"gheim",
    "records that are none": b'{"data":["gheim"]}',
    "no records where they should be": b'{"rows":[{"secret":"gheim"}]}',
    "a control character": b'{"data":[{"code":"a\x01","secret":"gheim"}]}',
}


@pytest.mark.parametrize("name", UNFIT)
def test_n22_an_answer_with_two_readings_is_not_passed_on(
    name: str, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    narrowed(broker, world)
    provider.answers[b"*"] = reply(UNFIT[name])
    answer = call(broker, world)
    assert (answer.status, answer.code, answer.json["side"]) == (502, "provider-answer-invalid", "provider"), (
        answer.body
    )
    assert SECRET not in answer.body
    assert len(provider.received) == 1
    row = log.call(answer.header("x-request-id"))
    assert (row["verdict"], row["status"], row["reason"]) == ("A", 502, "provider-answer-invalid")
    assert (row["side"], row["upstream_status"]) == ("provider", 200)


@pytest.mark.parametrize(
    ("body", "passed"),
    [
        (b'{"data":[{"code":123456789012345678901234567890}]}', b"123456789012345678901234567890"),
        (b'{"data":[{"code":1.7e308}]}', b"308"),
        (b'{"data":[{"code":"\\ud83d\\ude00"}]}', "😀".encode()),
        (b'{"data":[]}', b"[]"),
    ],
)
def test_n22_what_can_be_read_one_way_passes(
    body: bytes, passed: bytes, broker: Live, provider: Provider, world: World
) -> None:
    narrowed(broker, world)
    provider.answers[b"*"] = reply(body)
    answer = call(broker, world)
    assert answer.status == 200, answer.body
    assert passed in answer.body


def test_n22_sixty_four_levels_pass(broker: Live, provider: Provider, world: World) -> None:
    narrowed(broker, world)
    provider.answers[b"*"] = reply(deep(64))
    answer = call(broker, world)
    assert answer.status == 200, answer.body
    assert SECRET not in answer.body


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;gheim</a>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><a>gheim</a>',
        b'<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd"/>gheim</a>',
        b"<a>gheim</a>",
    ],
)
def test_n21_xml_whose_fields_cannot_be_judged_is_not_passed_on(
    body: bytes, broker: Live, provider: Provider, world: World, log: Log
) -> None:
    """No XML is parsed: with every field granted it passes as it came, else not at all."""
    provider.answers[b"*"] = reply(body, kind="application/xml")
    whole = call(broker, world)
    assert (whole.status, whole.body) == (200, body)
    narrowed(broker, world)
    answer = call(broker, world)
    assert (answer.status, answer.code) == (502, "provider-answer-invalid")
    assert SECRET not in answer.body
    assert log.call(answer.header("x-request-id"))["reason"] == "provider-answer-invalid"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "x-gzip", "compress", "zstd", "a"])
def test_n23_a_body_under_a_coding(coding: str, broker: Live, world: World, refused: object) -> None:
    target = "/api/data/administrative-units/v1/reports"
    body = gzip.compress(b"0" * 10_000)
    headers = signed(world.credentials(), broker.authority, target, "POST", body=body)
    answer = broker.send(target, {**headers, "Content-Encoding": coding}, method="POST", body=body)
    refused(answer, 415, "content-encoding-not-supported")  # type: ignore[operator]


def test_n23_an_answer_under_a_coding_is_not_undone(broker: Live, provider: Provider, world: World, log: Log) -> None:
    """Neither inflated nor passed on: nobody could say which fields it holds."""
    for fields in (None, frozenset({"code"})):
        world.grants["QK-1"] = replace(world.grants["QK-1"], fields=fields)
        broker.reload()
        provider.answers[b"*"] = reply(gzip.compress(b'{"data":[]}'), extra="Content-Encoding: gzip\r\n")
        answer = call(broker, world)
        assert (answer.status, answer.code) == (502, "provider-answer-invalid")
        assert log.call(answer.header("x-request-id"))["response_bytes"] == len(answer.body)
