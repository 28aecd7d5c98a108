"""Messages in JSON and XML: strict reading (N21, N22), and one equal in the other form, there and back."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from core.formats import BadMessage, from_xml, name_of, read_json, read_xml, to_xml, write_json
from core.formats.numbers import text_of

NAMES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "a",
            "b",
            "item",
            "member",
            "@id",
            "@xmlns",
            "@xmlns:p",
            "@xmlns:q",
            "p:a",
            "@p:x",
            "@q:x",
            "#text",
            "lgsp:type",
            "@lgsp:type",
            "@xmlns:lgsp",
            "xml:a",
            "@xml:lang",
            "@xml:id",
            "@xmlns:xml",
            "họ_tên",
            "@",
            "1a",
            "a:b:c",
            "-",
        ]
    ),
)
TEXTS = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        ["urn:x", "urn:y", "urn:lgsp:json-xml:1", "", "x y", " ", "\r\n", "\\u0001", "\x00", "\ufffe", "]]>"]
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=20,
)
# Writings of numbers that a float or 64 bits would not give back.
NUMBERS = [
    "1.10", "-0.0", "1E5", "1e-7", "0.1000000000000000000000001", "12345678901234567.89", "9223372036854775808",
    "-123456789012345678901234567890", "0", "-1",
]  # fmt: skip
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


def same(one: Any, other: Any) -> bool:
    """Equal in kind, in order of members and in every sign of a number."""
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[n], other[n]) for n in one)
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, int | float) and not isinstance(one, bool):
        return not isinstance(other, bool) and text_of(one) == text_of(other)
    return type(one) is type(other) and one == other


def drawn(rounds: int, values: st.SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    """Check so many drawn values."""
    settings(SLOW, max_examples=rounds)(given(values)(check))()


@pytest.mark.parametrize("rounds", [100, pytest.param(500, marks=pytest.mark.heavy)], ids=["in small", "many"])
def test_json_to_xml_to_json_is_what_it_was(rounds: int) -> None:
    drawn(rounds, VALUES, json_comes_back)


def json_comes_back(value: Any) -> None:
    read = read_json(json.dumps(value).encode())
    document = to_xml(read, "root")
    back = from_xml(read_xml(document))
    assert same(read, back), document
    assert same(read_json(write_json(back)), read)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_keeps_every_sign(number: str) -> None:
    body = f'{{"so":[{number},{number}],"mot":{number}}}'.encode()
    document = to_xml(read_json(body), "r")
    assert document.count(f">{number}<".encode()) == 3
    assert write_json(from_xml(read_xml(document))) == body


LOCALS = st.sampled_from(["a", "b", "c", "ngày", "lang", "space", "item"])
PREFIXES = st.sampled_from(["", "", "", "p", "q", "xml"])
PLAIN = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=6)
ATTRIBUTES = st.lists(st.tuples(PREFIXES, LOCALS, PLAIN | st.sampled_from(["\r\n\t", "a&b"])), max_size=2)
SPACES = st.dictionaries(
    st.sampled_from(["", "p", "q"]), st.sampled_from(["urn:x", "urn:y", "http://x/y?z=1#a", ""]), max_size=2
)
ELEMENTS = st.recursive(
    st.tuples(PREFIXES, LOCALS, SPACES, ATTRIBUTES, PLAIN | st.sampled_from(["", "\r\n\t", " "]), st.just([])),
    lambda inner: st.tuples(
        PREFIXES, LOCALS, SPACES, ATTRIBUTES, st.sampled_from(["", " ", "\n"]), st.lists(inner, max_size=5)
    ),
    max_leaves=12,
)


def written(tree: Any) -> str:
    """Write a drawn element; what is no XML among them the parser refuses."""
    prefix, local, spaces, attributes, text, children = tree
    signs = {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
    name = f"{prefix}:{local}" if prefix else local
    head = "".join(f' xmlns{":" + p if p else ""}="{escape(uri, signs)}"' for p, uri in spaces.items())
    head += "".join(f' {p + ":" if p else ""}{n}="{escape(v, signs)}"' for p, n, v in attributes)
    return f"<{name}{head}>{escape(text, signs)}{''.join(written(child) + text for child in children)}</{name}>"


def canonical(root: Any) -> bytes:
    """Canonical XML without the white space between elements, which is no data."""
    for element in root.iter():
        if len(element):
            element.text = None if not (element.text or "").strip(" \t\r\n") else element.text
            for child in element:
                child.tail = None if not (child.tail or "").strip(" \t\r\n") else child.tail
    return etree.tostring(root, method="c14n")


def refusal_or_value(source: bytes) -> BadMessage | tuple[str, Any]:
    try:
        root = read_xml(source)
        return name_of(root), from_xml(root)
    except BadMessage as error:
        return error


@pytest.mark.parametrize("rounds", [200, pytest.param(1000, marks=pytest.mark.heavy)], ids=["in small", "many"])
def test_plain_xml_to_json_to_xml_is_what_it_was_or_refused(rounds: int) -> None:
    drawn(rounds, ELEMENTS, xml_comes_back_or_is_refused)


def xml_comes_back_or_is_refused(tree: Any) -> None:
    source = written(tree).encode()
    found = refusal_or_value(source)
    if isinstance(found, BadMessage):
        assert found.code in {"xml-invalid", "xml-namespace", "xml-order", "xml-name"}, source
        return
    name, value = found
    back = to_xml(value, name)
    assert b"lgsp:type" not in back
    assert b"lgsp:name" not in back
    assert canonical(read_xml(source)) == canonical(read_xml(back)), value


def deep_json(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


BAD_JSON = {
    "deeper than 64": (deep_json(65), "json-depth"),
    "objects deeper than 64": (b'{"a":' * 65 + b"1" + b"}" * 65, "json-depth"),
    "very deep": (deep_json(1_000_000), "json-depth"),
    "a name twice": (b'{"a":1,"a":2}', "json-duplicate"),
    "a name twice, spelt otherwise": (b'{"a":1,"\\u0061":2}', "json-duplicate"),
    "NaN": (b"[NaN]", "json-number"),
    "minus Infinity": (b"[-Infinity]", "json-number"),
    "beyond 1e308": (b"[1e309]", "json-number"),
    "beyond 1e308 in digits": (b"[" + b"9" * 400 + b"]", "json-number"),
    "a million digits": (b"[" + b"9" * 1_000_000 + b"]", "json-number"),
    "half a character": (b'["\\ud800"]', "json-surrogate"),
    "half a character in a name": (b'{"\\udc00a":1}', "json-surrogate"),
    "no UTF-8": (b'["\xff"]', "encoding"),
    "UTF-16": ('["a"]'.encode("utf-16"), "encoding"),
    "half a character in bytes": (b'["\xed\xa0\x80"]', "encoding"),
    "empty": (b"", "json-invalid"),
    "two documents": (b"{} {}", "json-invalid"),
    "a control character": (b'["a\x01"]', "json-invalid"),
    "too many parts": (b"[" + b"0," * 2_100_000 + b"0]", "json-large"),
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_n22_json_with_two_readings_is_refused(name: str) -> None:
    body, code = BAD_JSON[name]
    begun = time.monotonic()
    with pytest.raises(BadMessage) as refused:
        read_json(body)
    assert refused.value.code == code
    assert refused.value.detail
    assert refused.value.detail_en
    assert time.monotonic() - begun < 2


def test_n22_what_is_at_the_edge_is_read() -> None:
    assert read_json(deep_json(64))
    assert read_json(b"[1.7e308]") == [1.7e308]
    assert read_json(b'\xef\xbb\xbf["\\ud83d\\ude00"]') == ["😀"]
    digits = b"9" * 300
    assert write_json(read_json(b"[" + digits + b"]")) == b"[" + digits + b"]"


LAUGHS = "".join(f'<!ENTITY l{n} "{("&l" + str(n - 1) + ";") * 10}">' for n in range(1, 10))
BAD_XML = {
    "DTD": ("<!DOCTYPE a><a/>", "xml-dtd"),
    "DTD behind comments": ('<?xml version="1.0"?><!-- x --> <?y z?>\n<!DOCTYPE a []><a/>', "xml-dtd"),
    "external entity": ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml-dtd"),
    "parameter entity": ('<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><a/>', "xml-dtd"),
    "external DTD": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', "xml-dtd"),
    "billion laughs": (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>', "xml-dtd"),
    "an entity nobody declared": ("<a>&x;</a>", "xml-invalid"),
    "XInclude": (
        '<a xmlns:x="http://www.w3.org/2001/XInclude"><b><x:include href="file:///etc/passwd"/></b></a>',
        "xml-include",
    ),
    "deeper than 65": ("<a>" * 66 + "</a>" * 66, "xml-depth"),
    "very deep": ("<a>" * 500_000, "xml-invalid"),
    "too many elements": ("<a>" + "<b/>" * 2_000_001 + "</a>", "xml-large"),
    "XML 1.1": ('<?xml version="1.1"?><a/>', "xml-invalid"),
    "an encoding that is none": ('<?xml version="1.0" encoding="base64"?><a/>', "encoding"),
    "a control character": ("<a>\x01</a>", "xml-invalid"),
    "a control character by number": ("<a>&#1;</a>", "xml-invalid"),
    "an attribute twice": ('<a b="1" b="2"/>', "xml-invalid"),
    "two roots": ("<a/><b/>", "xml-invalid"),
    "empty": ("", "xml-invalid"),
    "a comment that never ends": ("<!-- <!DOCTYPE a>", "xml-invalid"),
}


@pytest.mark.parametrize("name", BAD_XML)
def test_n21_xml_that_is_more_than_data_is_refused(name: str) -> None:
    source, code = BAD_XML[name]
    begun = time.monotonic()
    with pytest.raises(BadMessage) as refused:
        read_xml(source.encode())
    assert refused.value.code == code
    assert time.monotonic() - begun < 2


def test_n21_a_dtd_in_another_encoding_is_seen() -> None:
    with pytest.raises(BadMessage, match="DTD"):
        read_xml('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"))


def test_a_text_of_megabytes_is_read() -> None:
    text = "x" * 11_000_000
    assert from_xml(read_xml(f"<a><b>{text}</b></a>".encode())) == {"b": text}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("<a>text<b/></a>", "xml-mixed"),
        ("<a><b/>text</a>", "xml-mixed"),
        ("<a><b/><c/><b/></a>", "xml-order"),
        ("<a><?x y?></a>", "xml-instruction"),
        ('<a xmlns:lgsp="urn:other" lgsp:x="1"/>', "xml-namespace"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="number">x</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="number">NaN</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="number">1e999</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="boolean">yes</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="null">x</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="escaped">\\x</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:type="string">x</a>', "xml-mark"),
        ('<a xmlns:lgsp="urn:lgsp:json-xml:1" lgsp:odd="x"/>', "xml-mark"),
        ('<a xml:id="x"/>', "xml-name"),
        ("<a>" + "<b/><b><c>" * 30 + "</c></b>" * 30 + "</a>", "json-depth"),
    ],
)
def test_xml_without_an_equal_is_refused_and_says_where(source: str, code: str) -> None:
    with pytest.raises(BadMessage) as refused:
        from_xml(read_xml(source.encode()))
    assert refused.value.code == code
    assert refused.value.line == 1 or code == "json-depth"


def values() -> Iterator[tuple[str, Any]]:
    yield "<r><a>1</a></r>", {"a": "1"}
    yield "<r><a>1</a><a>2</a></r>", {"a": ["1", "2"]}
    yield "<r><a/></r>", {"a": ""}
    yield "<r/>", ""
    yield '<r xmlns:l="urn:lgsp:json-xml:1"><a l:type="number">1</a></r>', {"a": 1}
    yield '<r xmlns:l="urn:lgsp:json-xml:1" xmlns="urn:x"><a l:type="null"/></r>', {"@xmlns": "urn:x", "a": None}
    yield '<r> <a id="5">x</a> </r>', {"a": {"@id": "5", "#text": "x"}}
    yield '<r xmlns="urn:x"><p:a xmlns:p="urn:y" p:b="1"/></r>', {
        "@xmlns": "urn:x",
        "p:a": {"@xmlns:p": "urn:y", "@p:b": "1"},
    }  # fmt: skip
    yield "<r><a><![CDATA[<b>]]></a><!-- no data --></r>", {"a": "<b>"}


@pytest.mark.parametrize(("source", "value"), [*values()])
def test_plain_xml_is_natural_json(source: str, value: Any) -> None:
    assert from_xml(read_xml(source.encode())) == value


@pytest.mark.parametrize("root", ["", "1a", "a b", "p:a", "lgsp:a", "a>", "a:b:c"])
def test_a_root_that_is_no_name_is_refused(root: str) -> None:
    with pytest.raises(BadMessage):
        to_xml({"a": 1}, root)
