"""Structures made to hurt are refused when they are entered: one clear answer, bounded time and memory (N22)."""

import json
import time
from typing import Any

import pytest

from core import inspector
from core.inspection.hardness import explodes
from core.inspector import explain, inspect_message, inspect_messages, inspect_schema, inspect_xsd

pytestmark = pytest.mark.clause("QC4.9")
HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
ROOT = '<xs:element name="a" type="xs:string"/>'


def doubling(levels: int) -> dict[str, Any]:
    """Each level refers twice to the next: 2^levels parts when opened."""
    defs: dict[str, Any] = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]} for n in range(levels)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{levels}": {"type": "object"}}}


def inside(particles: str, occurs: str = "") -> str:
    """A schema whose root holds these particles."""
    sequence = f"<xs:sequence {occurs}>{particles}</xs:sequence>"
    return f'{HEAD}<xs:element name="a"><xs:complexType>{sequence}</xs:complexType></xs:element></xs:schema>'


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object"}
    for _level in range(levels):
        found = {"allOf": [found]}
    return found


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"$ref": "#"}, "vòng về chính nó"),
        ({"$defs": {"n": {"properties": {"c": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}, "«#/$defs/n»"),
        (
            {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"items": {"$ref": "#/$defs/a"}}}},
            "vòng về chính nó",
        ),
        ({"properties": {"a": {"$dynamicRef": "#x"}}, "$dynamicAnchor": "x"}, "vòng về chính nó"),
        (doubling(40), "hơn 20000 phần"),
        (deep(40), "lồng quá 64 tầng"),
        ({"pattern": "^(a+)+$"}, "có thể chạy mãi không dừng"),
        ({"properties": {"a": {"pattern": "(x+x+)+y"}}}, "/properties/a/pattern"),
        ({"patternProperties": {"^(\\w+\\s?)*$": {}}}, "có thể chạy mãi không dừng"),
        ({"pattern": "a" * 1001}, "dài quá 1000 ký tự"),
        ({"$ref": "file:///etc/passwd"}, "tham chiếu ra ngoài"),
        ({"$ref": "other.json#/a"}, "tham chiếu ra ngoài"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_json_schema_without_bounds_is_refused_with_its_place(schema: dict[str, Any], words: str) -> None:
    begun = time.monotonic()
    found = inspect_schema(json.dumps(schema)).findings
    assert words in " ".join(f"{item['pointer']} {explain(item)}" for item in found)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "pattern",
    [
        "^[0-9]{12}$",
        r"^[A-Z0-9]{1,4}(\.[A-Z0-9]{1,4}){1,4}$",
        r"^[^@\s]+@[a-z0-9-]+(\.[a-z0-9-]+)+$",
        r"^\d{2}/\d{2}/\d{4}$",
        r"^(H60|H61)(\.\d{2})*$",
        "^.{0,200}$",
    ],
)
def test_patterns_people_use_are_let_through(pattern: str) -> None:
    assert not explodes(pattern)


def test_a_part_named_and_used_twice_is_no_recursion() -> None:
    schema = {
        "properties": {"from": {"$ref": "#/$defs/day"}, "to": {"$ref": "#day"}, "all": {"$ref": "#/$defs/days"}},
        "$defs": {"day": {"$anchor": "day", "type": "string"}, "days": {"items": {"$ref": "#/$defs/day"}}},
    }
    assert inspect_schema(json.dumps(schema)).findings == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<a/>", "phần tử gốc là thứ khác"),
        ("<xs:schema", "không phải XML đúng cú pháp, dòng 1"),
        (f"{HEAD}</xs:schema>", "chưa khai phần tử gốc"),
        (f'{HEAD}\n<xs:include schemaLocation="b.xsd"/>{ROOT}</xs:schema>', "ra ngoài văn bản, dòng 2: «b.xsd»"),
        (
            f'{HEAD}<xs:import namespace="urn:x" schemaLocation="http://127.0.0.1:9/x.xsd"/>{ROOT}</xs:schema>',
            "ra ngoài văn bản",
        ),
        (f'{HEAD}<xs:redefine schemaLocation="file:///etc/passwd"/>{ROOT}</xs:schema>', "ra ngoài văn bản"),
        (f'{HEAD}\n<xs:element name="a" type="none"/></xs:schema>', "không trỏ tới phần nào, dòng 2"),
        (f"{HEAD}{ROOT}\n<xs:elemnt/></xs:schema>", "Không đúng đặc tả XML Schema, dòng 2"),
        (
            f'{HEAD}{ROOT}<xs:group name="g"><xs:sequence><xs:group ref="g"/></xs:sequence></xs:group></xs:schema>',
            "vòng về chính nó",
        ),
        (
            inside('<xs:sequence maxOccurs="9999"><xs:element name="b"/></xs:sequence>', 'maxOccurs="9999"'),
            "Số lần lặp",
        ),
        (
            inside('<xs:element name="b" maxOccurs="99999999999999"/>'),
            "Số lần lặp",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + HEAD + ROOT + "</xs:schema>",
            "DOCTYPE",
        ),
        (HEAD + ROOT + "<!-- " + "x" * 1_100_000 + " --></xs:schema>", "quá lớn"),
        (HEAD + ROOT + "<xs:annotation>" * 70 + "</xs:annotation>" * 70 + "</xs:schema>", "64 tầng"),
    ],
)
def test_an_xsd_that_is_none_or_has_no_bounds_is_refused(content: str, words: str) -> None:
    begun = time.monotonic()
    assert words in " ".join(explain(item) for item in inspect_xsd(content).findings)
    assert time.monotonic() - begun < 15


def test_groups_that_double_cost_their_child_the_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "CPU_SECONDS", 1)
    groups = "".join(
        f'<xs:group name="g{n}"><xs:sequence><xs:group ref="g{n + 1}"/><xs:group ref="g{n + 1}"/></xs:sequence>'
        "</xs:group>"
        for n in range(40)
    )
    last = '<xs:group name="g40"><xs:sequence><xs:element name="z"/></xs:sequence></xs:group>'
    root = '<xs:element name="a"><xs:complexType><xs:group ref="g0"/></xs:complexType></xs:element>'
    begun = time.monotonic()
    (only,) = inspect_xsd(f"{HEAD}{groups}{last}{root}</xs:schema>").findings
    assert "quá lâu nên đã dừng" in explain(only)
    assert time.monotonic() - begun < 31


def test_samples_in_xml_are_told_in_vietnamese_with_their_place() -> None:
    schema = (
        f'{HEAD}<xs:element name="a"><xs:complexType><xs:sequence><xs:element name="n" type="xs:int" maxOccurs="2"/>'
        '</xs:sequence><xs:attribute name="v" use="required"/></xs:complexType></xs:element></xs:schema>'
    )
    assert inspect_xsd(schema).findings == []
    good, bad, none = inspect_messages(['<a v="1"><n>1</n></a>', "<a><n>1</n><n>x</n></a>", "<a"], schema)
    assert good.findings == []
    assert {item["pointer"]: explain(item) for item in bad.findings} == {
        "/a": "Thiếu thuộc tính «v»",
        "/a/n/1": "Giá trị phải là int",
    }
    assert explain(none.findings[0]) == "Nội dung không phải XML đúng cú pháp, dòng 1"


def test_one_sample_that_takes_too_long_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspector, "CPU_SECONDS", 1)
    schema = {"pattern": "^(a+)+$"}
    slow, good = inspect_messages([json.dumps("a" * 40 + "!"), '"a"'], schema)
    assert ("quá lâu" in explain(slow.findings[0]), good.findings) == (True, [])


def test_a_sample_is_read_as_strictly_as_the_broker_reads() -> None:
    (only,) = inspect_message('{"a": 1, "a": 2}', {}).findings
    assert "hai lần" in explain(only)


def test_a_recursive_tree_in_xml_is_bounded_by_its_depth() -> None:
    schema = (
        f'{HEAD}<xs:complexType name="t"><xs:sequence><xs:element name="t" type="t" minOccurs="0"/></xs:sequence>'
        '</xs:complexType><xs:element name="t" type="t"/></xs:schema>'
    )
    assert inspect_xsd(schema).findings == []
    assert inspect_message("<t>" * 10 + "</t>" * 10, schema).findings == []
    assert "64 tầng" in explain(inspect_message("<t>" * 100 + "</t>" * 100, schema).findings[0])
