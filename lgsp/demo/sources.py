"""Services whose source systems differ: one that speaks SOAP, one of a national platform that asks who calls."""

import xml.etree.ElementTree as ET

from lgsp.demo.browser import Surprise
from lgsp.demo.connecting import NATIONAL, SOAP, Access
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="{space}">'
    "<s:Body><m:tra_cuu_xa><ma>02215</ma></m:tra_cuu_xa></s:Body></s:Envelope>"
)


def offered(people: People, agency: str) -> list[str]:
    """Return which of the two services are published here."""
    technician = people.of(agency, "technician")
    return [code for code in (SOAP, NATIONAL) if technician.client.get(f"/danh-muc/{code}/").status_code == 200]


def show(people: People, tell: Teller, agency: str, held: list[Access]) -> None:
    """Call both with the live key: by REST, by SOAP, in XML, and with and without what the national platform asks."""
    technician = people.of(agency, "technician")
    for access in held:
        if access.service == SOAP:
            with tell.step("Hệ thống nguồn dùng SOAP, bên gọi dùng REST, XML rồi SOAP", technician.name, "QC6.4"):
                told = _by_every_door(access, people.portal)
        elif access.service == NATIONAL:
            with tell.step("Nền tảng quốc gia mẫu: nêu thủ tục và cán bộ ở từng lượt", technician.name, "QC6.3"):
                told = _with_names(access, people.portal)
        else:
            continue
        for line in told:
            tell.detail(line)


def _by_every_door(access: Access, portal: str) -> list[str]:
    system = access.system(portal)
    target = f"/api/data/{SOAP}/v1/xa/02215"
    found, _request_id = system.get(target)
    call = system.signed("GET", target)
    call.headers["Accept"] = "application/xml"
    in_xml = system.send(call, status=200)
    address, space = f"/api/data/-/soap/{SOAP}/v1", f"urn:lgsp:data:{SOAP}:v1"
    call = system.signed("POST", address, ENVELOPE.format(space=space).encode(), kind="text/xml; charset=utf-8")
    by_soap = system.send(call, status=200)
    system.close()
    names = [item.text for item in ET.fromstring(by_soap.content).iter("TenDayDu")]  # noqa: S314 - our own answer
    if names != [found["TenDayDu"]] or found["TenDayDu"] not in in_xml.text:
        raise Surprise(f"REST, XML và SOAP không cùng dữ liệu: {found}, {in_xml.text[:200]}, {by_soap.text[:200]}")
    return [
        f"REST, JSON: {found['TenDayDu']}",
        f"REST, {in_xml.headers['content-type']}: cùng dữ liệu",
        f"SOAP 1.1 tại {address}: cùng dữ liệu",
    ]


def _with_names(access: Access, portal: str) -> list[str]:
    system, first = access.system(portal), access.operations[0]
    refused = system.send(system.signed("GET", first.target), status=422, code="provider-demands-more")
    answer = system.send(system.signed("GET", first.target, named=first.headers), status=200)
    system.close()
    titles = ", ".join(row["title"] for row in answer.json()["data"])
    return [f"Thiếu {', '.join(refused.json()['missing'])}: 422 provider-demands-more", f"Đủ tiêu đề: {titles}"]
