"""Documents of others, read in a child process: what is found, how it is said, what it may cost."""

import json
import time
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from core import inspector
from core.inspection.child import answered
from core.inspector import MOST_BYTES, explain, inspect_description, inspect_message, inspect_schema

PERSON = {
    "type": "object",
    "required": ["id", "name"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{12}$"},
        "name": {"type": "string", "minLength": 2},
        "born": {"type": "string", "format": "date"},
        "sex": {"enum": ["1", "2"]},
        "tags": {"type": "array", "items": {"type": "integer"}},
    },
}


@pytest.fixture
def _judged_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the judges work in this process: starting a child for each fault takes longer than all the judging."""

    def ask(reader: str, job: dict[str, Any]) -> dict[str, Any]:
        judge = import_module(f"core.inspection.{reader}")
        return json.loads(json.dumps(answered(judge._work, json.loads(json.dumps(job)))))

    monkeypatch.setattr(inspector, "_ask", ask)


def said(text: str, schema: dict[str, Any] = PERSON) -> dict[str, str]:
    return {item["pointer"]: explain(item) for item in inspect_message(text, schema).findings}


@pytest.mark.clause("QC9.8", "QC4.9")
def test_each_fault_of_a_message_has_its_place_and_says_in_vietnamese_what_is_wrong() -> None:
    assert said('{"id": "000000000001", "name": "Mẫu"}') == {}
    found = said('{"id": "12", "born": "31/12/2000", "sex": "3", "tags": [1, "x"], "extra": true}')
    assert found["/id"] == "Giá trị «12» không theo mẫu ^[0-9]{12}$"
    assert found["/born"] == "Giá trị «31/12/2000» không đúng định dạng date"
    assert found["/sex"] == "Giá trị «3» phải là một trong: 1, 2"
    assert found["/tags/1"] == "Giá trị phải là số nguyên"
    texts = {explain(item) for item in inspect_message('{"id": "000000000001", "extra": 1}', PERSON).findings}
    assert texts == {"Thiếu trường «name»", "Có trường không được quy định: «extra»"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "không phải JSON đúng cú pháp"),
        ('{"id": NaN}', "không phải JSON"),
        ("[" * 5000 + "]" * 5000, "lồng quá 64 tầng"),
        ('"' + "a" * MOST_BYTES + '"', "quá lớn"),
        ("", "không phải JSON"),
    ],
    ids=["cut-off", "no-number", "deep", "large", "empty"],
)
def test_what_cannot_be_read_is_told_and_costs_nothing(text: str, words: str) -> None:
    (only,) = said(text).values()
    assert words in only


@pytest.mark.parametrize(
    "seconds", [1, pytest.param(inspector.CPU_SECONDS, marks=pytest.mark.heavy)], ids=["", "as long as it may"]
)
def test_a_pattern_that_never_ends_is_stopped(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "CPU_SECONDS", seconds)
    started = time.monotonic()
    (only,) = said(json.dumps("a" * 40 + "!"), {"pattern": "^(a+)+$"}).values()
    assert "quá lâu nên đã dừng" in only
    assert time.monotonic() - started < 31


@cache
def of_a_good_schema() -> list[dict[str, Any]]:
    return inspect_schema(json.dumps(PERSON)).findings


@pytest.mark.usefixtures("_judged_here")
@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ([], "phải là một đối tượng"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "JSON Schema 2020-12"),
        ({"properties": {"a": {"$ref": "https://example.test/a.json"}}}, "tham chiếu ra ngoài"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "không trỏ tới phần nào"),
        ({"properties": {"a": {"pattern": "("}}}, "không đúng định dạng"),
        ({"properties": {"a": {"minLength": "2"}}}, "phải là số nguyên"),
    ],
)
def test_a_schema_is_judged_before_it_is_used(schema: Any, words: str) -> None:
    findings = inspect_schema(json.dumps(schema)).findings
    assert words in " ".join(explain(item) for item in findings)
    assert of_a_good_schema() == []


GOOD = """
openapi: 3.1.0
info: {title: Giao diện mẫu, version: "1"}
servers: [{url: "https://api.example.test"}]
paths:
  /communes/{code}:
    get:
      operationId: one
      parameters: [{name: code, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
"""


@pytest.mark.clause("QC9.3")
def test_an_openapi_description_is_judged_and_says_what_it_is() -> None:
    seen = inspect_description(GOOD)
    assert seen.findings == []
    assert seen.said == {"version": "3.1.0", "title": "Giao diện mẫu", "operations": 1}


@pytest.mark.usefixtures("_judged_here")
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("openapi: 3.1.0", "swagger: '2.0'", "Chỉ nhận mô tả OpenAPI 3.0 hoặc 3.1"),
        ("operationId: one", "summary: one", "chưa có tên riêng"),
        ("https://api", "http://api", "không dùng https"),
        ("securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}", "schemas: {}", "chưa nêu cách xác thực"),
        ('{"200": {description: ok}}', '{"200": {$ref: "https://example.test/x.yaml"}}', "tham chiếu ra ngoài"),
        (
            "parameters: [{name: code, in: path, required: true, schema: {type: string}}]",
            "tags: []",
            "chưa khai: code",
        ),
        ("title: Giao diện mẫu, ", "", "Thiếu trường «title»"),
        ("/communes/{code}:", "/communes/{code}: &a", None),
        ("components:", "x: &a [1]\ny: *a\ncomponents:", "bí danh"),
        ("paths:", "paths", "không phải JSON hoặc YAML"),
    ],
)
def test_faults_of_a_description_are_named(before: str, after: str, words: str | None) -> None:
    text = " ".join(explain(item) for item in inspect_description(GOOD.replace(before, after)).findings)
    assert text == "" if words is None else words in text


def test_every_rule_that_has_no_text_is_named_all_the_same() -> None:
    assert explain({"pointer": "", "code": "dependentRequired"}) == "Không thỏa quy tắc «dependentRequired»"
