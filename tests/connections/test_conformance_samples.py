"""Samples of a dossier against a structure of the other form, and in other encodings (QC9.8)."""

import json
from datetime import date
from typing import Any

import pytest

from catalog.models import MessageProfile
from connections.choices import AttachmentKind
from connections.services import attachments
from connections.services.conformance import Sample, judged, samples_of
from core.formats import to_xml
from core.problems import InvalidInput
from tests.connections.conftest import Chain

pytestmark = pytest.mark.clause("QC9.8")
SCHEMA = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]{3}$"},
        "name": {"type": "string"},
        "n": {"type": "integer"},
    },
}
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="receipt" type="xs:string"/>
  <xs:element name="person"><xs:complexType><xs:sequence>
    <xs:element name="id"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{3}"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="name" type="xs:string"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
GOOD = {"id": "012", "name": "Lê Văn Mẫu"}


def structure(content: Any) -> MessageProfile:
    form = {"form": "xsd", "xsd": content} if isinstance(content, str) else {"form": "json", "schema": content}
    return MessageProfile(title="Hộ tịch", version="1", code="ho-tich", valid_from=date(2026, 1, 1), **form)


def said(content: Any, *texts: str) -> list[tuple[str, str, bool]]:
    """Return the lines a run keeps: pointer, text, whether it went well."""
    samples = [Sample(f"typed:{number}", f"M{number}", text) for number, text in enumerate(texts)]
    return [(line["pointer"], line["text"], line["ok"]) for line in judged(structure(content), samples).lines]


def test_xml_is_converted_to_json_before_a_json_schema_judges_it() -> None:
    good = "<p><id>012</id><name>Lê Văn Mẫu</name></p>"
    number = to_xml({**GOOD, "n": 7}, "p").decode()
    wrong = "<p><id>12</id><name>A</name><n>7</n></p>"
    assert said(SCHEMA, good, number, wrong) == [
        ("", "Mẫu «M0» (XML, đã chuyển sang JSON): đúng cấu trúc", True),
        ("", "Mẫu «M1» (XML, đã chuyển sang JSON): đúng cấu trúc", True),
        ("/id", "Mẫu «M2» (XML, đã chuyển sang JSON): Giá trị «12» không theo mẫu ^[0-9]{3}$", False),
        ("/n", "Mẫu «M2» (XML, đã chuyển sang JSON): Giá trị phải là số nguyên", False),
    ]


def test_json_is_converted_to_xml_before_an_xsd_judges_it() -> None:
    """JSON says no root: of those the structure has the fitting one is taken."""
    found = said(XSD, json.dumps(GOOD, ensure_ascii=False), json.dumps({"id": "x", "name": "A"}), '"012"')
    assert found[0] == ("", "Mẫu «M0» (JSON, đã chuyển sang XML): đúng cấu trúc", True)
    assert [(pointer, ok) for pointer, _text, ok in found[1:]] == [("/person/id", False), ("", True)]


def test_a_sample_in_the_form_of_its_structure_is_judged_as_it_stands() -> None:
    assert said(SCHEMA, json.dumps(GOOD))[0][1] == "Mẫu «M0»: đúng cấu trúc"
    assert said(XSD, "\n<person><id>012</id><name>A</name></person>")[0][1] == "Mẫu «M0»: đúng cấu trúc"


@pytest.mark.parametrize(
    ("content", "text", "part"),
    [
        (SCHEMA, "<p>x<id>012</id></p>", "Văn bản đứng lẫn với phần tử con"),
        (SCHEMA, "<p><id>012</id>", "XML sai ở dòng 1"),
        (SCHEMA, "<!DOCTYPE p [<!ENTITY a 'b'>]><p><id>&a;</id></p>", "DTD"),
        (SCHEMA, "<p>" + "<a>" * 90 + "</a>" * 90 + "</p>", "tầng"),
        (XSD, '{"id": "012", "id": "013"}', "xuất hiện hai lần"),
        (XSD, "{", "JSON sai ở dòng 1"),
        (XSD, '{"id": 12, "name": "A"}', "không được quy định"),
    ],
)
def test_what_has_no_equal_or_cannot_be_read_is_a_finding(content: Any, text: str, part: str) -> None:
    found = said(content, text)
    assert not any(ok for _pointer, _text, ok in found)
    assert part in " ".join(line for _pointer, line, _ok in found)


def attached(chain: Chain, name: str, content: bytes) -> None:
    attachments.Attachment(
        request=chain.request,
        kind=AttachmentKind.MESSAGE_SAMPLE,
        added_by=chain.users["agency_officer"],
        **attachments.stored_fields(attachments.check_upload(_Given(name, content), taken=attachments.MESSAGES)),
    ).save()


class _Given:
    """A file as a form hands it over."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content, self.size = name, content, len(content)

    def read(self) -> bytes:
        return self.content


DECLARED = '<?xml version="1.0" encoding="{}"?><person><id>012</id><name>Lê Hân</name></person>'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("declared", "codec"), [("windows-1258", "cp1258"), ("UTF-16", "utf-16"), ("UTF-8", "utf-8-sig")]
)
def test_a_file_in_another_encoding_is_decoded_before_it_is_judged(
    chain: Chain, settings: Any, tmp_path: Any, declared: str, codec: str
) -> None:
    settings.DATA_DIR = tmp_path
    chain.draft()
    attached(chain, "mau.xml", DECLARED.format(declared).encode(codec))
    (sample,) = samples_of(chain.request)
    assert ("Lê Hân" in sample.text, sample.unread) == (True, "")
    for content in (XSD, SCHEMA):
        assert judged(structure(content), [sample]).passed


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content", [DECLARED.format("shift_jis").encode(), DECLARED.format("UTF-8").encode("cp1258"), b"<a>\xff</a>"]
)
def test_a_file_that_is_no_text_is_refused_when_it_is_handed_in(chain: Chain, content: bytes) -> None:
    chain.draft()
    with pytest.raises(InvalidInput) as refused:
        attached(chain, "mau.xml", content)
    assert "mã ghi ở đầu tệp" in str(refused.value.errors)


def test_a_file_that_is_no_text_any_more_is_a_finding_not_a_guess() -> None:
    samples = [Sample("file:1", "cũ.xml", "", unread="Bảng mã không được hỗ trợ."), Sample("typed:1", "M", "{}")]
    found = judged(structure({"type": "object"}), samples)
    assert [(line["text"], line["ok"]) for line in found.lines] == [
        ("Mẫu «cũ.xml»: Bảng mã không được hỗ trợ.", False),
        ("Mẫu «M»: đúng cấu trúc", True),
    ]
    assert found.summary == "1 trong 2 mẫu chưa đúng cấu trúc"
