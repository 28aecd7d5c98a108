"""Screens of descriptions, structures and SOAP, with the content they need: entered by hand, as people enter it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urljoin

from lgsp.demo.browser import Page, Person, Surprise
from lgsp.demo.connecting import NATIONAL, SOAP
from lgsp.demo.people import People
from lgsp.provider.soap import WSDL

Shot = tuple[str, str, str, str]
PROVIDER, OPERATOR, TECHNICIAN = "cung-cap.snv", "van-hanh.skhcn", "ky-thuat.snnmt"
SERVICE, STRUCTURE = "administrative-units", "don-vi-hanh-chinh"
RECORD = {
    "type": "object",
    "required": ["code", "name"],
    "properties": {
        "code": {"type": "string", "pattern": "^[0-9]{5}$", "description": "Mã đơn vị hành chính"},
        "name": {"type": "string", "maxLength": 100, "description": "Tên"},
        "level": {"enum": ["xa", "phuong"], "description": "Cấp"},
    },
}
ONE = {"type": "object", "required": ["data"], "properties": {"data": RECORD}}


def described_shots(people: People) -> Iterator[Shot]:
    """Give the pictures; what they show is entered where it is not there yet."""
    operator, provider = people.by_name(OPERATOR), people.by_name(PROVIDER)
    bind_structures(operator)
    draft, difference = next_version_of_wsdl(provider)
    desk = _version_of(operator, SERVICE)
    operation = _row(operator, "/quan-tri/catalog/operation/?q=tra-cuu-xa", "v2")
    upstream = _row(operator, "/quan-tri/catalog/upstream/?q=dung+chung+quoc+gia", "/dmdc/")
    structure = _row(operator, f"/quan-tri/catalog/messageprofile/?q={STRUCTURE}", "Đơn vị hành chính")
    yield "reference-soap", "", f"/danh-muc/{SOAP}/api/v1/", "Tài liệu API của dịch vụ có nguồn SOAP"
    yield "reference-national", TECHNICIAN, f"/danh-muc/{NATIONAL}/api/v1/", "Tài liệu API: tiêu đề phải gửi"
    yield "reference-structure", "", f"/danh-muc/{SERVICE}/api/v1/", "Tài liệu API: cấu trúc thông điệp"
    yield "guide-forms", "", "/nha-phat-trien/huong-dan/json-xml/", "Hướng dẫn: JSON, XML, SOAP"
    yield "service-structures", "", f"/danh-muc/{SERVICE}/", "Trang dịch vụ: cấu trúc thông điệp"
    yield "own-structures", PROVIDER, f"{draft}cau-truc/", "Cấu trúc thông điệp của bản nháp"
    own = f"/dich-vu-cua-co-quan/{SERVICE}/v1/cau-truc/"
    yield "own-structures-published", PROVIDER, own, "Cấu trúc thông điệp của phiên bản đã công bố"
    yield "wsdl-difference", PROVIDER, difference, "Khác biệt theo tệp WSDL mới"
    yield "own-soap", PROVIDER, f"{draft}thao-tac/tra-cuu-xa/soap/", "Hệ thống nguồn trả lời bằng SOAP"
    yield "desk-soap", OPERATOR, operation, "Thao tác tại Sở: phần SOAP"
    yield "desk-upstream", OPERATOR, upstream, "Địa chỉ hệ thống nguồn: tài khoản và tiêu đề"
    yield "desk-structures", OPERATOR, f"{desk}thong-diep/", "Cấu trúc thông điệp tại Sở"
    yield "desk-structure", OPERATOR, structure, "Một cấu trúc và nơi áp dụng"
    yield "desk-reruns", OPERATOR, "/quan-tri/connections/conformancererun/", "Kiểm tra lại tuân thủ cấu trúc"
    yield "sandbox-national", TECHNICIAN, open_in_sandbox(people), "Gọi thử: tiêu đề hệ thống nguồn yêu cầu"


def _version_of(operator: Person, code: str) -> str:
    """Return the staff address of the published version of a service."""
    return _row(operator, f"/quan-tri/catalog/serviceversion/?q={code}", "").split("change/")[0]


def _row(operator: Person, address: str, words: str) -> str:
    """Return the address behind the first row of a staff list that holds *words*."""
    page = operator.open(address)
    found = page.tree.xpath(f"//table//tr[contains(., '{words}')]//a[contains(@href, '/change/')]/@href")
    if not found:
        raise Surprise(f"{page.address}: không có dòng «{words}»")
    return urljoin(page.address, found[0])


def bind_structures(operator: Person) -> None:
    """Enter a structure, apply it, then its next version, which lists the connections to look at again."""
    if STRUCTURE in operator.open(f"/quan-tri/catalog/messageprofile/?q={STRUCTURE}").text:
        return
    _enter(operator, "1", ONE)
    desk = _version_of(operator, SERVICE)
    page = operator.open(f"{desk}thong-diep/")
    operator.send(page, "Lưu", place="Một xã, phường theo mã", profile="Đơn vị hành chính", reason="Theo mẫu minh họa")
    _enter(operator, "2", {**ONE, "required": ["data", "cap_nhat"]})
    # The newest of a structure stands first.
    newest = _row(operator, f"/quan-tri/catalog/messageprofile/?q={STRUCTURE}", "Đơn vị hành chính")
    pk = newest.split("/change/")[0].rsplit("/", 1)[1]
    with suppress(Surprise):  # the platform's own job may have listed them meanwhile
        operator.send(operator.open(f"/quan-tri/connections/conformancererun/lap/{pk}/"), "")


def _enter(operator: Person, version: str, content: object) -> None:
    operator.fill(
        "/quan-tri/catalog/messageprofile/add/",
        code=STRUCTURE,
        version=version,
        title="Đơn vị hành chính cấp xã (minh họa)",
        form="json",
        content=json.dumps(content, ensure_ascii=False, indent=2),
        source="Minh họa của bản trình diễn",
        clause="QC9.8",
        illustration=1,
        valid_from="01/11/2026",
    )


def next_version_of_wsdl(provider: Person) -> tuple[str, str]:
    """Hand in a changed WSDL, make the next version of it; return the draft's address and that of the difference."""
    home = f"/dich-vu-cua-co-quan/{SOAP}/"
    changed = WSDL.read_text(encoding="utf-8").replace(
        '<xsd:element name="TuDong" type="xsd:int" minOccurs="0"/>',
        '<xsd:element name="TuDong" type="xsd:int" minOccurs="0"/>\n            '
        '<xsd:element name="TuKhoa" type="xsd:string" minOccurs="0"/>',
    )
    changed = changed.replace(
        '<xsd:element name="HieuLucTu" type="xsd:date">',
        '<xsd:element name="DanSo" type="xsd:int"/>\n          <xsd:element name="HieuLucTu" type="xsd:date">',
    )
    difference = _upload(provider, f"{home}v1/openapi/", "don-vi-hanh-chinh-2.wsdl", changed.encode())
    if f"{home}v2/" not in " ".join(provider.open(home).tree.xpath("//a/@href")):
        provider.send(provider.open(difference), "Lập phiên bản mới")
    return f"{home}v2/", difference


def _upload(person: Person, address: str, name: str, content: bytes) -> str:
    page = person.open(address)
    data = {key: value for key, value in page.form("file").form_values() if key != "file"}
    answer = Page(person.client.post(page.address, data=data, files={"file": (name, content)}))
    if answer.faults or answer.status >= 400:
        raise Surprise(f"{address}: {answer.faults or answer.status}")
    return answer.address


def open_in_sandbox(people: People) -> str:
    """Return the page that tries an operation of the national sample; it is opened where it is not."""
    technician = people.by_name(TECHNICIAN)
    with suppress(Surprise):
        opening = f"/nha-phat-trien/thu-nghiem/mo-quyen/?service={NATIONAL}"
        technician.send(technician.open(opening), "Mở quyền gọi thử")
    return technician.open("/nha-phat-trien/thu-nghiem/").link("Các mục của một danh mục")
