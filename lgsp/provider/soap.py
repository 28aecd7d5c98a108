"""The communes over SOAP 1.1 and 1.2, document/literal, as an older system of an agency would offer them.

``POST /soap/communes``: ``TraCuuXa`` (``Ma``) and ``DanhSachXa`` (``Cap``, ``SoDong``, ``TuDong``), of namespace
``http://donvihanhchinh.tuyenquang.example/soap``, answered by ``TraCuuXaResponse`` and ``DanhSachXaResponse``; what is
wrong is a Client fault with HTTP 500. ``GET /soap/communes`` with or without ``?wsdl``: the WSDL beside this file.
"""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from lgsp.provider.communes import LEVELS, Commune, Communes

SOAP = "/soap/communes"
SPACE = "http://donvihanhchinh.tuyenquang.example/soap"
WSDL = Path(__file__).with_name("communes.wsdl")
_11, _12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
_TYPES = {_11: "text/xml; charset=utf-8", _12: "application/soap+xml; charset=utf-8"}
_FIELDS = {
    "Ma": "code",
    "Ten": "name",
    "Cap": "level",
    "TenDayDu": "full_name",
    "MaTinh": "province_code",
    "TenTinh": "province_name",
    "HieuLucTu": "valid_from",
}
MAX_ROWS = 200
Answer = tuple[int, str, bytes]


class Wrong(Exception):
    """The request is at fault."""


class SoapCommunes:
    """Answers envelopes from memory."""

    def __init__(self, communes: Communes) -> None:
        self._communes = communes
        self._operations: dict[str, Callable[[ET.Element], ET.Element]] = {
            "TraCuuXa": self._one,
            "DanhSachXa": self._many,
        }

    def wsdl(self) -> Answer:
        """Return the description."""
        return 200, "text/xml; charset=utf-8", WSDL.read_bytes()

    def answer(self, content: bytes) -> Answer:
        """Return status, content type and envelope."""
        space = _11
        try:
            space, asked = _opened(content)
            return 200, _TYPES[space], _enveloped(space, self._operation(asked.tag)(asked))
        except Wrong as wrong:
            return 500, _TYPES[space], _enveloped(space, _fault(space, str(wrong)))

    def _operation(self, tag: str) -> Callable[[ET.Element], ET.Element]:
        name = tag.removeprefix(f"{{{SPACE}}}")
        if name == tag or name not in self._operations:
            raise Wrong(f"Không có thao tác {name[:60]}.")
        return self._operations[name]

    def _one(self, asked: ET.Element) -> ET.Element:
        found = self._communes.get(_said(asked, "Ma"))
        if found is None:
            raise Wrong("Không tìm thấy đơn vị hành chính có mã này.")
        response = ET.Element(f"{{{SPACE}}}TraCuuXaResponse")
        _written(ET.SubElement(response, f"{{{SPACE}}}KetQua"), found)
        return response

    def _many(self, asked: ET.Element) -> ET.Element:
        level = _said(asked, "Cap")
        if level and level not in LEVELS:
            raise Wrong("Cap nhận giá trị xa hoặc phuong.")
        most, first = _number(asked, "SoDong", 50), _number(asked, "TuDong", 0)
        rows = self._communes.listed(level)
        response = ET.Element(f"{{{SPACE}}}DanhSachXaResponse")
        for row in rows[first : first + min(most, MAX_ROWS)]:
            _written(ET.SubElement(response, f"{{{SPACE}}}Xa"), row)
        ET.SubElement(response, f"{{{SPACE}}}TongSo").text = str(len(rows))
        return response


def _opened(content: bytes) -> tuple[str, ET.Element]:
    """Return the namespace of the envelope and the element in its body. Raises :class:`Wrong`."""
    if b"<!" in content:
        raise Wrong("Không nhận DTD hay thực thể.")
    try:
        root = ET.fromstring(content)  # noqa: S314  # nothing that declares entities gets here
    except ET.ParseError:
        raise Wrong("Thông điệp không phải XML.") from None
    space = next((one for one in (_11, _12) if root.tag == f"{{{one}}}Envelope"), "")
    body = root.find(f"{{{space}}}Body") if space else None
    if body is None or len(body) != 1:
        raise Wrong("Cần một phong bì SOAP với đúng một phần tử trong Body.")
    return space, body[0]


def _said(asked: ET.Element, name: str) -> str:
    return (asked.findtext(f"{{{SPACE}}}{name}") or "").strip()


def _number(asked: ET.Element, name: str, default: int) -> int:
    text = _said(asked, name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise Wrong(f"{name} phải là số nguyên không âm.")
    return int(text)


def _written(element: ET.Element, row: Commune) -> None:
    for name, field in _FIELDS.items():
        ET.SubElement(element, f"{{{SPACE}}}{name}").text = getattr(row, field)


def _fault(space: str, text: str) -> ET.Element:
    fault = ET.Element(f"{{{space}}}Fault")
    if space == _11:
        ET.SubElement(fault, "faultcode").text = "s:Client"
        ET.SubElement(fault, "faultstring").text = text
        return fault
    ET.SubElement(ET.SubElement(fault, f"{{{space}}}Code"), f"{{{space}}}Value").text = "s:Sender"
    reason = ET.SubElement(ET.SubElement(fault, f"{{{space}}}Reason"), f"{{{space}}}Text")
    reason.set("{http://www.w3.org/XML/1998/namespace}lang", "vi")
    reason.text = text
    return fault


def _enveloped(space: str, inside: ET.Element) -> bytes:
    ET.register_namespace("s", space)
    root = ET.Element(f"{{{space}}}Envelope")
    ET.SubElement(root, f"{{{space}}}Body").append(inside)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)
