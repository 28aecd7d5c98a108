"""What the live configuration does stands in the description: forms, structures, headers, the end, SOAP."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from catalog.described import Cut
from catalog.models import DataService, ServiceVersion, Upstream
from catalog.selectors.described import callable_version, described_of, document
from catalog.services.operations import fields_of, set_operation
from catalog.services.profile_uses import set_profile_use
from catalog.services.upstreams import set_upstream
from catalog.services.versions import create_version, deprecate_version, publish_version
from core.clock import today
from core.formats import from_xml
from tests.catalog.conftest import JOB
from tests.catalog.described import PLOTS_ADDRESS, carried_document
from tests.catalog.test_described import COMMUNES, both, described
from tests.catalog.test_profile_uses import report, structure, use

__all__ = ["described"]
Drafts = Callable[..., ServiceVersion]
CITIZEN = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["ma", "con"],
    "properties": {"ma": {"type": "string", "pattern": "^[0-9]{12}$"}, "con": {"$ref": "#/$defs/con"}},
    "$defs": {"con": {"type": "object", "properties": {"ten": {"type": "string", "maxLength": 100}}}},
}
LISTED = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "bi_mat"],
                "properties": {"code": {"type": "string", "pattern": "^[0-9]{5}$"}, "bi_mat": {"type": "string"}},
            },
        }
    },
}
XSD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="bao_cao" type="xs:string"/></xs:schema>'
)


def page(code: str = "administrative-units") -> str:
    answer = Client().get(f"/danh-muc/{code}/api/v1/")
    assert answer.status_code == 200
    return answer.content.decode()


def cut(environment: str, **changes: Any) -> dict[str, Any]:
    """Return the document as a grant in *environment* leaves it."""
    version = callable_version("administrative-units", "v1")
    assert version is not None
    values: dict[str, Any] = {
        "grant": "QK-1",
        "environment": environment,
        "purpose": "p",
        "operations": frozenset({"communes"}),
        "fields": frozenset({"code"}),
        "daily_quota": 1,
        **changes,
    }
    return dict(document(described_of(version).cut_to(Cut(**values))))


@pytest.mark.clause("QC6.4")
def test_answers_come_in_json_and_xml_by_the_mapping(described: Callable[[Any], ServiceVersion]) -> None:
    described(carried_document())
    for found in both(PLOTS_ADDRESS):
        content = found["paths"]["/plots"]["get"]["responses"]["200"]["content"]
        assert list(content) == ["application/json", "application/xml"]
        in_xml = content["application/xml"]
        assert in_xml["x-lgsp-mapping"] == "urn:lgsp:json-xml:1"
        assert in_xml["schema"]["xml"] == {"name": "list-plots"}
        example = from_xml(etree.fromstring(in_xml["example"].encode()))
        assert example == content["application/json"]["example"], "the broker's own mapping wrote it"
        sent = found["paths"]["/plots"]["post"]["requestBody"]["content"]
        assert list(sent) == ["application/json", "application/xml"]
        assert sent["application/xml"]["schema"]["allOf"] == [sent["application/json"]["schema"]]
        assert found["info"]["x-lgsp-forms"]["requests"] == ["application/json", "application/xml"]
    text = page("plots")
    assert "application/xml" in text
    assert "&lt;list-plots" in text


def test_a_source_system_that_takes_xml_or_anything_is_described_as_such(
    described: Callable[[Any], ServiceVersion],
) -> None:
    version = described(carried_document())
    ServiceVersion.objects.filter(pk=version.pk).update(message_form="xml", accepts_gzip=True)
    version.operations.filter(code="add-plot").update(xml_root="ThuaDat")
    new, _old = both(PLOTS_ADDRESS)
    operation = new["paths"]["/plots"]["post"]
    assert list(operation["requestBody"]["content"]) == ["application/xml", "application/json"]
    assert operation["requestBody"]["content"]["application/xml"]["schema"]["xml"] == {"name": "ThuaDat"}
    assert "Content-Encoding" in {item["name"] for item in operation["parameters"]}
    ServiceVersion.objects.filter(pk=version.pk).update(message_form="raw", accepts_gzip=False)
    new, _old = both(PLOTS_ADDRESS)
    assert list(new["paths"]["/plots"]["post"]["requestBody"]["content"]) == ["application/json"]
    assert "requests" not in new["info"]["x-lgsp-forms"]
    assert "giữ nguyên như bên gọi gửi" in page("plots")


@pytest.mark.clause("QC4.9", "QC9.8")
def test_a_structure_bound_to_a_request_is_its_schema_and_422_says_where(draft: Drafts) -> None:
    version = draft()
    made = report(version)
    profile = structure(schema=CITIZEN, illustration=True)
    set_profile_use(actor=JOB, operation=made, profile=profile, direction="request")
    publish_version(actor=JOB, version=version)
    new, old = both(COMMUNES)
    sent = new["paths"]["/reports"]["post"]["requestBody"]
    assert sent["required"] is True
    assert sent["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/HoTichMessage"}
    schema = new["components"]["schemas"]["HoTichMessage"]
    assert schema["properties"]["ma"]["pattern"] == "^[0-9]{12}$"
    assert schema["properties"]["con"]["properties"]["ten"]["maxLength"] == 100
    assert schema["externalDocs"]["url"].endswith(f"/cau-truc-thong-diep/{profile.pk}/")
    assert (schema["x-lgsp-structure"]["version"], schema["x-lgsp-structure"]["illustration"]) == ("1", True)
    refused = new["paths"]["/reports"]["post"]["responses"]["422"]["$ref"].rpartition("/")[2]
    examples = new["components"]["responses"][refused]["content"]["application/problem+json"]["examples"]
    assert examples["message-not-conforming"]["value"]["errors"][0]["pointer"] == "/congDan/soDinhDanh"
    for found in (new, old):
        errors = found["components"]["schemas"]["Problem"]["properties"]["errors"]
        assert set(errors["items"]["required"]) == {"pointer", "code"}
    plain = new["paths"]["/communes"]["get"]["responses"]["422"]["$ref"].rpartition("/")[2]
    answers = new["components"]["responses"]
    assert "message-not-conforming" not in answers[plain]["content"]["application/problem+json"]["examples"]
    text = page()
    assert "Thông điệp hộ tịch 1" in text
    assert "422 message-not-conforming" in text


def test_a_structure_bound_to_an_answer_says_what_its_fields_are_and_no_more(draft: Drafts) -> None:
    version = draft()
    use(version, structure(schema=LISTED))
    publish_version(actor=JOB, version=version)
    new, _old = both(COMMUNES)
    record = new["components"]["schemas"]["CommunesRecord"]
    assert record["properties"]["code"]["pattern"] == "^[0-9]{5}$"
    assert record["required"] == ["code"]
    good = new["paths"]["/communes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert good["properties"]["data"]["type"] == "array"
    assert "bi_mat" not in str(new), "what the catalogue does not name is not shown"
    marks = new["paths"]["/communes"]["get"]["x-lgsp-structures"]
    assert marks["answer"]["code"] == "ho-tich"
    refused = new["paths"]["/communes"]["get"]["responses"]["502"]["$ref"].rpartition("/")[2]
    told = new["components"]["responses"][refused]["content"]["application/problem+json"]["examples"]
    assert "provider-message-invalid" in told
    assert list(cut("live")["components"]["schemas"]["CommunesRecord"]["properties"]) == ["code"]


def test_an_xsd_stands_in_its_file_and_the_document_points_there(draft: Drafts) -> None:
    version = draft()
    ServiceVersion.objects.filter(pk=version.pk).update(message_form="raw")  # an XSD judges no JSON
    made = report(version)
    profile = structure(form="xsd", schema=None, xsd=XSD)
    for direction in ("request", "answer"):
        set_profile_use(actor=JOB, operation=made, profile=profile, direction=direction)
    publish_version(actor=JOB, version=version)
    new, _old = both(COMMUNES)
    schema = new["components"]["schemas"]["HoTichMessage"]
    assert (schema["type"], schema["x-lgsp-structure"]["form"]) == ("object", "xsd")
    answer = new["paths"]["/reports"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/HoTichMessage"}


@pytest.mark.clause("QC6.3", "QC4.4")
def test_headers_an_address_demands_are_parameters_where_it_is_asked(draft: Drafts) -> None:
    version = draft()
    publish_version(actor=JOB, version=version)
    before = both(COMMUNES)[0]["paths"]["/communes"]["get"]
    assert "parameters" not in before
    plain = Client().get(COMMUNES)
    Upstream.objects.filter(environment="live").update(procedure_header="MaDVC", officer_header="MaCanBo")
    Upstream.objects.filter(environment="sandbox").update(procedure_header="MaDVC")
    assert Client().get(COMMUNES, headers={"If-None-Match": plain["ETag"]}).status_code == 200
    new, old = both(COMMUNES)
    for found in (new, old):
        named = {item["name"]: item for item in found["paths"]["/communes"]["get"]["parameters"]}
        assert {name: item["required"] for name, item in named.items()} == {
            "X-LGSP-Procedure": True,
            "X-LGSP-Officer": False,
        }
        assert {item["in"] for item in named.values()} == {"header"}
        assert "Mã cán bộ" in named["X-LGSP-Officer"]["description"]
        assert "missing" in found["components"]["schemas"]["Problem"]["properties"]
    assert "MaDVC" not in str(new), "how the source system calls it is the provider's own affair"
    live = {item["name"]: item["required"] for item in cut("live")["paths"]["/communes"]["get"]["parameters"]}
    assert live == {"X-LGSP-Procedure": True, "X-LGSP-Officer": True}
    sandbox = [item["name"] for item in cut("sandbox")["paths"]["/communes"]["get"]["parameters"]]
    assert sandbox == ["X-LGSP-Procedure"]
    text = page()
    assert "X-LGSP-Procedure" in text
    assert "x-lgsp-procedure" in text, "the call written out signs it"
    assert "provider-demands-more" in text


@pytest.mark.clause("QC11.8")
def test_an_end_is_told_with_its_day_page_and_successor_on_every_answer(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    later = create_version(actor=JOB, service=version.service, name="v2")
    values = {"code": "communes", "title": "Danh sách", "method": "GET", "template": "/communes"}
    set_operation(actor=JOB, version=later, elements=fields_of(version.operations.get()), **values)
    set_upstream(actor=JOB, version=later, environment="live", base_url="http://127.0.0.1:9")
    publish_version(actor=JOB, version=ServiceVersion.objects.get(pk=later.pk))
    deprecate_version(actor=JOB, version=version, reason="Có bản mới", sunset_on=today().replace(year=2099))
    new, old = both(COMMUNES)
    for found in (new, old):
        operation = found["paths"]["/communes"]["get"]
        assert operation["deprecated"] is True
        assert operation["externalDocs"]["url"].endswith("/danh-muc/administrative-units/v1/ngung-cung-cap/")
        assert "v2" in operation["externalDocs"]["description"]
        assert {"Deprecation", "Sunset", "Link"} <= set(operation["responses"]["200"]["headers"])
        refused = found["components"]["responses"]
        assert {"Deprecation", "Sunset", "Link"} <= set(refused["Problem403"]["headers"])
        assert "Sunset" not in refused["Problem401"]["headers"], "nobody is proven yet"
        assert found["info"]["x-lgsp-ending"]["successor"].endswith("/api/data/administrative-units/v2")
        assert found["info"]["x-lgsp-ending"]["sunset_on"].startswith("2099-")
    text = page()
    assert "thay bằng phiên bản v2" in text
    assert "/ngung-cung-cap/" in text


@pytest.mark.clause("QC6.4")
def test_the_soap_door_and_its_wsdl_are_named(published: DataService, settings: Any) -> None:
    settings.PUBLIC_URL = "https://lgsp.example"
    new, _old = both(COMMUNES)
    assert new["info"]["x-lgsp-soap"] == {
        "address": "https://lgsp.example/api/data/-/soap/administrative-units/v1",
        "wsdl": "https://lgsp.example/wsdl/administrative-units/v1.wsdl",
    }
    refused = new["components"]["responses"].values()
    codes = {code for one in refused for code in one["content"]["application/problem+json"]["examples"]}
    assert not {code for code in codes if code.startswith("soap-")}, "those are for the SOAP address"
    text = page()
    assert re.search(r">\s*10 giây\s*<", text), "whole seconds are told as such"
    assert "/api/data/-/soap/administrative-units/v1" in text
    assert "/wsdl/administrative-units/v1.wsdl" in text


def test_what_a_soap_provider_is_sent_is_what_callers_may_send(draft: Drafts) -> None:
    version = draft()
    soap = {
        "soap_version": "1.1",
        "soap_namespace": "urn:n",
        "soap_request": "Hoi",
        "soap_response": "HoiResponse",
        "soap_parameters": "Ma = {code}\nSoDong = ?limit!\nTrang = ?page",
    }
    operation = version.operations.get()
    fields = fields_of(operation)
    set_operation(
        actor=JOB, version=version, operation=operation, elements=fields, template="/communes/{code}", **soap
    )
    values = {"code": "find", "title": "Tìm", "method": "POST", "template": "/find"}
    lines = 'Nguoi/Ten = .nguoi.ten\nMa = .ma!\nKenh = "037"'
    set_operation(actor=JOB, version=version, elements=[], **{**values, **soap, "soap_parameters": lines})
    publish_version(actor=JOB, version=version)
    new, _old = both(COMMUNES)
    asked = {item["name"]: item["required"] for item in new["paths"]["/communes/{code}"]["get"]["parameters"]}
    assert asked == {"code": True, "limit": True, "page": False}
    sent = new["paths"]["/find"]["post"]["requestBody"]
    schema = sent["content"]["application/json"]["schema"]
    assert schema["required"] == ["ma"]
    assert list(schema["properties"]["nguoi"]["properties"]) == ["ten"]
    assert "urn:n" not in str(new)
