"""A WSDL file goes the way of any description; SOAP of an operation is entered, judged and told to the broker."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import etree

from audit.models import Fact
from catalog.models import ApiDescription, Operation, ServiceVersion
from catalog.projection import load_services
from catalog.selectors.descriptions import reading_of
from catalog.services.descriptions import apply, hand_in
from catalog.services.operations import fields_of, set_operation
from catalog.services.versions import publish_version
from core.problems import InvalidInput
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import as_bytes, sound
from tests.catalog.wsdl_samples import ANSWER, REQUEST, wsdl

Drafts = Callable[..., ServiceVersion]
Clients = Callable[..., Client]
# A request of single values alone.
SINGLE = REQUEST.replace('<xsd:element name="Loai" type="xsd:string" minOccurs="0" maxOccurs="unbounded"/>', "")
SOAP = {
    "soap_version": "1.2",
    "soap_path": "/ws",
    "soap_action": "urn:a",
    "soap_namespace": "urn:n",
    "soap_request": "Hoi",
    "soap_qualified": True,
    "soap_parameters": "Ma = ?ma!\nKenh = \"037\"",
    "soap_response": "HoiResponse",
    "soap_repeated": "xa, xa.ten",
}  # fmt: skip


def handed(version: ServiceVersion, content: bytes, name: str = "mo-ta.wsdl") -> ApiDescription:
    return hand_in(actor=JOB, version=version, file=SimpleUploadedFile(name, content))


def applied(version: ServiceVersion, content: bytes) -> ApiDescription:
    found = handed(version, content)
    apply(actor=JOB, description=found, seen=reading_of(found).difference.seen)
    return found


@pytest.mark.clause("QC11.2")
def test_the_difference_is_shown_before_and_applied_after(draft: Drafts) -> None:
    version = draft()
    found = handed(version, wsdl())
    assert [item.code for item in version.operations.all()] == ["communes"]
    difference = reading_of(found).difference
    assert [item.shown.code for item in difference.added] == ["tra-cuu-thua"]
    apply(actor=JOB, description=found, seen=difference.seen)
    made = version.operations.get()
    assert (made.code, made.soap_version, made.soap_request) == ("tra-cuu-thua", "1.1", "TraCuuThua")
    assert [item.name for item in fields_of(made)] == ["Ma", "DienTich", "NgayCap", "ConHieuLuc", "GhiChu"]
    assert not reading_of(found).difference
    assert found.release == "WSDL 1.1"
    fact = Fact.objects.get(deed="operation.entered", after__soap_request="TraCuuThua")
    assert fact.after["soap_path"] == "/ws/thua.asmx"


def test_a_changed_file_names_what_of_soap_changes_and_keeps_classes(draft: Drafts) -> None:
    version = draft()
    applied(version, wsdl())
    operation = version.operations.get()
    classed = [item._replace(data_class="shared") for item in fields_of(operation)]
    set_operation(actor=JOB, version=version, operation=operation, elements=classed)
    found = handed(version, wsdl(REQUEST + ANSWER, ('soapAction="urn:dat:TraCuuThua"', 'soapAction="urn:dat:moi"')))
    (change,) = reading_of(found).difference.changed
    assert change.lines == (("SOAPAction", "urn:dat:TraCuuThua", "urn:dat:moi"),)
    apply(actor=JOB, description=found, seen=reading_of(found).difference.seen)
    operation.refresh_from_db()
    assert operation.soap_action == "urn:dat:moi"
    assert {item.data_class for item in fields_of(operation)} == {"shared"}


def test_openapi_says_nothing_of_soap_and_leaves_it(draft: Drafts) -> None:
    version = draft()
    applied(version, as_bytes(sound()))
    operation = version.operations.get(code="list-plots")
    kept = fields_of(operation)
    given = {**SOAP, "soap_parameters": "".join(f"{p} = {{{p}}}\n" for p in _places(operation))}
    set_operation(actor=JOB, version=version, operation=operation, elements=kept, **given)
    found = handed(version, as_bytes({**sound(), "info": {"title": "Khác", "version": "2"}}), "b.json")
    assert not reading_of(found).difference


def _places(operation: Operation) -> list[str]:
    return [part[1:-1] for part in operation.template.split("/") if part[:1] == "{"]


@pytest.mark.parametrize(
    ("field", "value", "told_on"),
    [
        ("soap_version", "", "soap_version"),
        ("soap_path", "ws", "soap_path"),
        ("soap_path", "/a/../b", "soap_path"),
        ("soap_path", "//a", "soap_path"),
        ("soap_action", 'a"b', "soap_action"),
        ("soap_namespace", "", "soap_namespace"),
        ("soap_namespace", "urn:<x>", "soap_namespace"),
        ("soap_request", "1a", "soap_request"),
        ("soap_response", "", "soap_response"),
        ("soap_response", "A//B", "soap_response"),
        ("soap_repeated", "a b", "soap_repeated"),
        ("soap_parameters", "Ma", "soap_parameters"),
        ("soap_parameters", "Ma = la", "soap_parameters"),
        ("soap_parameters", "Ma = {khong_co}", "soap_parameters"),
        ("soap_parameters", "Ma = .than", "soap_parameters"),
        ("soap_parameters", "Ma = @la", "soap_parameters"),
        ("soap_parameters", "Ma = ?a\nMa = ?b", "soap_parameters"),
        ("soap_parameters", "Ma = ?a\nMa/Con = ?b", "soap_parameters"),
        ("soap_parameters", 'Ma = "<b>"', "soap_parameters"),
    ],
)
def test_what_is_wrong_is_told_on_its_field_and_nothing_is_kept(
    draft: Drafts, field: str, value: str, told_on: str
) -> None:
    version, facts = draft(), Fact.objects.count()
    operation = version.operations.get()
    given: dict[str, Any] = {**SOAP, field: value}
    with pytest.raises(InvalidInput) as caught:
        set_operation(actor=JOB, version=version, operation=operation, elements=fields_of(operation), **given)
    assert list(caught.value.errors) == [told_on]
    operation.refresh_from_db()
    assert (operation.soap_version, Fact.objects.count()) == ("", facts)


def test_every_place_of_the_path_must_be_sent(draft: Drafts) -> None:
    version = draft()
    operation = version.operations.get()
    given: dict[str, Any] = {**SOAP, "template": "/communes/{code}"}
    with pytest.raises(InvalidInput) as caught:
        set_operation(actor=JOB, version=version, operation=operation, elements=fields_of(operation), **given)
    assert "{code}" in str(caught.value.errors["soap_parameters"])


def test_the_broker_is_told_how_to_ask(draft: Drafts) -> None:
    version = draft()
    operation = version.operations.get()
    elements = [*fields_of(operation), ("dan_so", "Dân số", "số nguyên", "public")]
    set_operation(actor=JOB, version=version, operation=operation, elements=elements, **SOAP)
    publish_version(actor=JOB, version=version)
    row = load_services()[0].operations[0]
    assert row.soap is not None
    assert [(item.path, item.kind, item.name, item.required) for item in row.soap.parameters] == [
        (("Ma",), "query", "ma", True),
        (("Kenh",), "text", "037", True),
    ]
    assert (row.soap.response, row.soap.repeated) == (("HoiResponse",), frozenset({"xa", "xa.ten"}))
    assert row.soap.kinds == {"dan_so": "integer"}


def test_the_provider_enters_soap_on_its_own_page(client_of: Clients, draft: Drafts) -> None:
    version = draft()
    client = client_of("provider_officer", "H60.03")
    page = "/dich-vu-cua-co-quan/administrative-units/v1/thao-tac/communes/soap/"
    answer = client.post(page, {**SOAP, "soap_request": "1 sai", "soap_parameters": "Ma = ?ma!\nSai"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "1 sai" in text
    assert "Dòng «Sai»" in text
    assert not version.operations.get().soap_version
    answer = client.post(page, SOAP)
    assert answer.status_code == 302
    assert version.operations.get().soap_request == "Hoi"
    shown = client.get("/dich-vu-cua-co-quan/administrative-units/v1/").content.decode()
    assert "SOAP 1.2" in shown
    answer = client.post(page, {"soap_version": "", "soap_qualified": True})
    assert answer.status_code == 302
    assert not version.operations.get().soap_version


def test_staff_enter_soap_beside_the_operation(client_of: Clients, draft: Drafts) -> None:
    version = draft()
    operation = version.operations.get()
    client = client_of("operator", "H60.02")
    page = f"/quan-tri/catalog/operation/{operation.pk}/change/"
    assert "Hệ thống nguồn trả lời bằng SOAP" in client.get(page).content.decode()
    plain = {"code": "communes", "title": "Danh sách", "method": "GET", "template": "/communes", "record_path": "data"}
    lines = "code: Mã | chuỗi | Công khai"
    answer = client.post(page, {**plain, **SOAP, "elements": lines, "soap_path": "sai"})
    assert "Đường dẫn bắt đầu bằng dấu /" in answer.content.decode()
    assert client.post(page, {**plain, **SOAP, "elements": lines}).status_code == 302
    assert version.operations.get().soap_path == "/ws"


def test_a_file_is_handed_in_looked_at_and_applied_by_the_pages(client_of: Clients, draft: Drafts) -> None:
    version = draft()
    client = client_of("provider_officer", "H60.03")
    home = "/dich-vu-cua-co-quan/administrative-units/v1/openapi/"
    bad = SimpleUploadedFile("loi.wsdl", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")
    answer = client.post(home, {"file": bad})
    assert (answer.status_code, ApiDescription.objects.count()) == (200, 0)
    assert "DTD" in answer.content.decode()
    answer = client.post(home, {"file": SimpleUploadedFile("thua.wsdl", wsdl())})
    shown = client.get(answer["Location"])
    text = shown.content.decode()
    assert "WSDL 1.1" in text
    assert "Tra cứu thửa đất" in text
    done = client.post(answer["Location"], {"seen": shown.context["difference"].seen})
    assert done.status_code == 302
    assert version.operations.get().soap_version == "1.1"


def test_the_wsdl_of_a_published_version_is_public_and_of_a_draft_unknown(draft: Drafts) -> None:
    version = draft()
    assert Client().get("/wsdl/administrative-units/v1.wsdl").status_code == 404
    publish_version(actor=JOB, version=version)
    answer = Client().get("/wsdl/administrative-units/v1.wsdl")
    root = etree.fromstring(answer.content)
    spaces = {"w": "http://schemas.xmlsoap.org/wsdl/", "x": "http://www.w3.org/2001/XMLSchema"}
    names = root.xpath("//w:portType/w:operation/@name", namespaces=spaces)
    fields = root.xpath("//x:complexType[@name='communes_record']//x:element/@name", namespaces=spaces)
    assert (answer.status_code, names) == (200, ["communes"])
    assert fields == ["code", "name", "more-members"]
    page = Client().get("/danh-muc/administrative-units/").content.decode()
    assert "/wsdl/administrative-units/v1.wsdl" in page


def test_the_wsdl_takes_the_same_queries_for_many(
    draft: Drafts, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    version = draft()
    for number in range(10):
        values = {"code": f"op-{number}", "title": "Một", "method": "GET", "template": f"/o{number}"}
        set_operation(actor=JOB, version=version, elements=[("a", "Trường", "chuỗi", "public")], **values)
    publish_version(actor=JOB, version=version)
    with django_assert_max_num_queries(8):
        assert Client().get("/wsdl/administrative-units/v1.wsdl").status_code == 200


@pytest.mark.clause("QC11.2")
def test_an_operation_is_a_deed_until_a_person_says_that_it_only_reads(draft: Drafts) -> None:
    version = draft()
    found = handed(version, wsdl(SINGLE + ANSWER))
    reading = reading_of(found)
    assert [(item.code, item.method) for item in reading.readable] == [("tra-cuu-thua", "POST")]
    apply(actor=JOB, description=found, seen=reading.difference.seen, reads=["tra-cuu-thua"])
    made = version.operations.get()
    assert (made.method, made.template) == ("GET", "/tra-cuu-thua")
    assert "." not in {line.partition("= ")[2][:1] for line in made.soap_parameters.splitlines()}
    assert not reading_of(found).difference, "the choice stays without being made again"
    again = reading_of(found)
    apply(actor=JOB, description=found, seen=again.difference.seen, reads=[])
    assert version.operations.get().method == "POST"


def test_what_was_adjusted_stays_while_the_request_asks_by_the_same_elements(draft: Drafts) -> None:
    version = draft()
    applied(version, wsdl(SINGLE + ANSWER))
    operation = version.operations.get()
    lines = operation.soap_parameters.splitlines()
    first, _equals, source = lines[0].partition(" = ")
    adjusted = "\n".join([f"{first} = {{ma}}", *(line.replace("= .", "= ?") for line in lines[1:])])
    assert source.startswith(".")
    set_operation(
        actor=JOB,
        version=version,
        operation=operation,
        elements=fields_of(operation),
        method="GET",
        template="/thua/{ma}",
        soap_parameters=adjusted,
    )
    assert not reading_of(handed(version, wsdl(SINGLE + ANSWER))).difference
    changed = wsdl(SINGLE + ANSWER, ('soapAction="urn:dat:TraCuuThua"', 'soapAction="urn:dat:moi"'))
    applied(version, changed)
    operation.refresh_from_db()
    assert (operation.method, operation.template) == ("GET", "/thua/{ma}")
    assert (operation.soap_action, operation.soap_parameters) == ("urn:dat:moi", adjusted)


def test_a_request_of_more_than_single_values_stays_a_deed(draft: Drafts) -> None:
    version = draft()
    found = handed(version, wsdl())
    reading = reading_of(found)
    assert reading.readable == []
    apply(actor=JOB, description=found, seen=reading.difference.seen, reads=["tra-cuu-thua"])
    assert version.operations.get().method == "POST"


def test_the_page_offers_the_choice_and_takes_it(draft: Drafts, client_of: Clients) -> None:
    version = draft()
    found = handed(version, wsdl(SINGLE + ANSWER))
    client = client_of("provider_officer", "H60.03")
    address = f"/dich-vu-cua-co-quan/{version.service.code}/v1/openapi/{found.pk}/"
    text = client.get(address).content.decode()
    assert 'name="reads"' in text
    seen = reading_of(found).difference.seen
    assert client.post(address, {"seen": seen, "reads": ["tra-cuu-thua"]}).status_code == 302
    assert version.operations.get().method == "GET"
