"""What the example server answers, from a description and without one."""

import json
from typing import Any

import pytest

from catalog.openapi.exchanges import exchange_of
from catalog.openapi.references import Resolver
from catalog.openapi.samples import MOST_VALUES, Samples, value_of
from lgsp.examples.answers import Book, Leaf, answer_of
from tests.catalog.openapi_samples import SOUND

FIELDS = (("code", "Mã", "chuỗi 5 chữ số"), ("name", "Tên", "chuỗi"), ("on", "Ngày", "ngày"))


def book(*leaves: Leaf) -> Book:
    return Book.of("units", "v1", list(leaves))


def made(schema: Any, **parts: Any) -> Any:
    document = {"components": {"schemas": parts}}
    return Samples(Resolver(document)).of(schema)


def test_records_are_made_of_names_and_types_and_are_the_same_each_time() -> None:
    units = book(
        Leaf("GET", "/communes", "data", FIELDS),
        Leaf("GET", "/communes/{code}", "data", FIELDS),
        Leaf("GET", "/communes/search", "", FIELDS),
    )
    many = answer_of(units, "GET", "/communes")
    assert (many.status, len(many.body["data"])) == (200, 3)
    assert many == answer_of(units, "GET", "/communes")
    one = answer_of(units, "GET", "/communes/02215").body["data"]
    assert (one["code"], one["name"]) == ("02215", "Tên (mẫu 1)")
    assert isinstance(answer_of(units, "GET", "/communes/search").body, list)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/other", 404), ("GET", "/communes/1/2", 404), ("POST", "/communes", 405), ("GET", "", 404)],
)
def test_what_the_version_does_not_offer_is_refused(method: str, path: str, status: int) -> None:
    found = answer_of(book(Leaf("GET", "/communes", "", FIELDS)), method, path)
    assert (found.status, bool(found.allow)) == (status, status == 405)


def test_the_description_decides_where_it_says_something() -> None:
    told = exchange_of(SOUND, "GET", "/plots/{code}")
    assert told.status == 200
    assert told.answer["owner_name"] == "Tên chủ sử dụng đất (mẫu)"
    assert told.answer["issued_on"] == "2026-01-15"
    listed = exchange_of(SOUND, "GET", "/plots")
    assert isinstance(listed.answer["data"], list)
    assert exchange_of(SOUND, "GET", "/nothing").status == 0
    assert exchange_of(SOUND, "POST", "/plots").status == 0


def test_examples_of_the_description_come_first() -> None:
    media = {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}, "example": {"a": 7}}
    parameters = [
        {"name": "q", "in": "query", "required": True, "description": "Từ khóa", "schema": {"example": "minh xuan"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
    ]
    post = {
        "parameters": parameters,
        "requestBody": {"content": {"application/json": {"examples": {"one": {"value": {"x": "ữ"}}}}}},
        "responses": {"201": {"content": {"application/json": media}}},
    }
    told = exchange_of({"paths": {"/a": {"post": post}}}, "POST", "/a")
    assert (told.status, told.answer, json.loads(told.body)) == (201, {"a": 7}, {"x": "ữ"})
    assert [(item.name, item.required, item.example) for item in told.query] == [
        ("q", True, "minh xuan"),
        ("limit", False, ""),
    ]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"type": ["null", "integer"], "minimum": 5}, 5),
        ({"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000001"),
        ({"type": "string", "maxLength": 3, "minLength": 3}, "mẫu"),
        ({"oneOf": [{"type": "boolean"}, {"type": "string"}]}, True),
        ({"type": "array", "items": {"const": 4}, "minItems": 2}, [4, 4]),
        ({"$ref": "#/nowhere"}, None),
        ("text", None),
    ],
)
def test_a_schema_gives_a_value_that_fits(schema: Any, value: Any) -> None:
    assert made(schema) == value


def test_a_schema_that_goes_round_or_grows_without_end_is_bounded() -> None:
    node = {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/Node"}}}
    assert made({"$ref": "#/components/schemas/Node"}, Node=node) == {"again": None}
    wide = {
        f"L{n}": {
            "type": "object",
            "properties": {key: {"$ref": f"#/components/schemas/L{n + 1}"} for key in "abcdefgh"},
        }
        for n in range(12)
    }
    text = json.dumps(made({"$ref": "#/components/schemas/L0"}, **wide))
    assert len(text) < MOST_VALUES * 60


def test_values_by_words_say_that_they_are_samples() -> None:
    assert value_of("Họ tên", "chuỗi", "s", 2) == "Họ tên (mẫu 2)"
    assert value_of("Số định danh", "chuỗi 12 chữ số", "s", 2) == "000000000002"
    assert isinstance(value_of("Số", "số nguyên", "s", 1), int)
