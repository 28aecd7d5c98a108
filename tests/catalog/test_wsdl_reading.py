"""WSDL files as others write them: read whole, or refused with what to mend; nothing is fetched."""

import time
from pathlib import Path

import pytest

from catalog.openapi import Refused
from catalog.wsdl import describe
from tests.catalog.wsdl_samples import ANSWER, REQUEST, wsdl


def test_an_operation_with_its_messages_and_fields() -> None:
    said = describe(wsdl())
    assert (said.openapi, said.title, said.errors) == ("WSDL 1.1", "ThuaDat", 0)
    (found,) = said.operations
    assert (found.code, found.title, found.method, found.template) == (
        "tra-cuu-thua",
        "Tra cứu thửa đất",
        "POST",
        "/tra-cuu-thua",
    )
    soap = found.soap
    assert soap is not None
    assert (soap.version, soap.path, soap.action) == ("1.1", "/ws/thua.asmx", "urn:dat:TraCuuThua")
    assert (soap.namespace, soap.request, soap.qualified) == ("urn:dat", "TraCuuThua", True)
    assert soap.parameters.splitlines() == [
        "SoTo = .SoTo!",
        "NguoiHoi/Ten = .NguoiHoi.Ten!",
        "NguoiHoi/Tuoi = .NguoiHoi.Tuoi",
        "Loai = .Loai",
    ]
    assert (soap.response, found.record_path, soap.repeated) == (
        "TraCuuThuaResponse/KetQua",
        "Thua",
        "Thua, Thua.GhiChu",
    )
    assert [(item.name, item.label, item.data_type) for item in found.fields] == [
        ("Ma", "Mã thửa đất", "chuỗi"),
        ("DienTich", "", "số"),
        ("NgayCap", "", "ngày"),
        ("ConHieuLuc", "", "đúng/sai"),
        ("GhiChu", "", "danh sách"),
    ]


def test_soap_1_2_unqualified_and_a_byte_order_mark() -> None:
    changes = [
        ("http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/"),
        (' elementFormDefault="qualified"', ""),
    ]
    said = describe(b"\xef\xbb\xbf" + wsdl(REQUEST + ANSWER, *changes))
    soap = said.operations[0].soap
    assert soap is not None
    assert (soap.version, soap.qualified, said.errors) == ("1.2", False, 0)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("<wsdl:types>", '<wsdl:import location="http://127.0.0.1:9/x.wsdl"/><wsdl:types>', "import"),
        (REQUEST, f'<xsd:import namespace="urn:x" schemaLocation="x.xsd"/>{REQUEST}', "import"),
        (REQUEST, f'<xsd:include schemaLocation="file:///etc/passwd"/>{REQUEST}', "include"),
        ('type="t:Nguoi"', 'type="z:Nguoi"', "Tiền tố"),
        ('type="t:Nguoi" minOccurs="0"', 'ref="t:KhongCo"', "không có trong tệp"),
        ("<wsdl:definitions ", "<wsdl:khac ", "XML"),
        ("http://schemas.xmlsoap.org/wsdl/\"", "http://www.w3.org/ns/wsdl\"", "WSDL 2.0"),
        ('<?xml version="1.0" encoding="UTF-8"?>', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', "DTD"),
        ("Tra cứu thửa đất", "<a>" * 90 + "</a>" * 90, "lồng quá sâu"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_the_reason(old: str, new: str, word: str) -> None:
    with pytest.raises(Refused) as caught:
        describe(wsdl(REQUEST + ANSWER, (old, new)))
    assert word in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('style="document"', 'style="rpc"', "document/literal"),
        ('use="literal"', 'use="encoded"', "document/literal"),
        ('element="t:TraCuuThua"', 'type="xsd:string"', "đúng một phần tử"),
        ('<wsdl:part name="p" element="t:TraCuuThua"/>', "", "đúng một phần tử"),
        ('name="Ma" type', 'name="Mã" type', "không dấu"),
        ("/ws/thua.asmx", "/ws/../thua", "dấu /"),
        ('soapAction="urn:dat:TraCuuThua"', 'soapAction="a b"', "soapAction"),
    ],
)
def test_what_is_not_taken_is_an_error_with_its_line(old: str, new: str, word: str) -> None:
    said = describe(wsdl(REQUEST + ANSWER, (old, new)))
    assert said.errors
    found = [item for item in said.problems if item.is_error and word in item.text]
    assert found, said.problems
    assert found[0].place.startswith("dòng ")


def test_types_that_hold_themselves_come_to_an_end() -> None:
    loop = '<xsd:element name="Cha" type="t:Nguoi" minOccurs="0"/>'
    said = describe(wsdl(REQUEST.replace('<xsd:element name="Tuoi"', f'{loop}<xsd:element name="Tuoi"') + ANSWER))
    soap = said.operations[0].soap
    assert soap is not None
    assert "NguoiHoi/Cha = .NguoiHoi.Cha" in soap.parameters.splitlines()
    base = '<xsd:extension base="t:Goc">'
    with pytest.raises(Refused, match="quá sâu"):
        describe(wsdl(REQUEST + ANSWER, (base, '<xsd:extension base="t:Thua">')))


def test_types_that_multiply_are_refused_in_time() -> None:
    levels = "".join(
        f'<xsd:complexType name="T{n}"><xsd:sequence>'
        + "".join(f'<xsd:element name="e{k}" type="t:T{n + 1}"/>' for k in range(30))
        + "</xsd:sequence></xsd:complexType>"
        for n in range(6)
    )
    levels += '<xsd:complexType name="T6"><xsd:sequence/></xsd:complexType>'
    begun = time.monotonic()
    with pytest.raises(Refused, match="quá lớn"):
        describe(wsdl(REQUEST + ANSWER + levels, ('type="t:Nguoi"', 'type="t:T0"')))
    assert time.monotonic() - begun < 5


def test_a_file_too_large_is_refused_unread() -> None:
    with pytest.raises(Refused, match="2 MB"):
        describe(wsdl() + b" " * (2 * 1024 * 1024))


def test_the_sample_provider_describes_itself() -> None:
    said = describe((Path(__file__).parents[2] / "lgsp" / "provider" / "communes.wsdl").read_bytes())
    assert ([item.code for item in said.operations], said.errors) == (["tra-cuu-xa", "danh-sach-xa"], 0)
