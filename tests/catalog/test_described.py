"""The description the platform publishes of a version: valid in both releases, true to the catalogue, cheap."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from catalog.models import DataElement, DataService, ServiceVersion
from catalog.services.data_services import change_service
from catalog.services.descriptions import apply
from catalog.services.versions import deprecate_version, publish_version, withdraw_version
from core.clock import today
from tests.catalog.conftest import JOB
from tests.catalog.described import PLOTS_ADDRESS, carried_document, words_of
from tests.catalog.openapi_samples import sound
from tests.catalog.test_openapi_descriptions import handed, seen
from tests.catalog.test_sample_catalogue import loaded

__all__ = ["loaded"]
Drafts = Callable[..., ServiceVersion]
Queries = Callable[..., Any]
COMMUNES = "/openapi/administrative-units/v1.json"


def fetched(address: str) -> dict[str, Any]:
    answer = Client().get(address)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def both(address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both releases of a description; each passes the validator."""
    new, old = fetched(address), fetched(f"{address}?version=3.0")
    OpenAPIV31SpecValidator(new).validate()
    OpenAPIV30SpecValidator(old).validate()
    return new, old


@pytest.fixture
def described(draft: Drafts) -> Callable[[Any], ServiceVersion]:
    """Publish a version whose operations came of a handed-in document."""

    def make(document: Any) -> ServiceVersion:
        version = draft(code="plots", title="Thửa đất", personal_data="basic")
        found = handed(version, document)
        apply(actor=JOB, description=found, seen=seen(found))
        DataElement.objects.filter(data_class="").update(data_class="shared")
        return publish_version(actor=JOB, version=ServiceVersion.objects.get(pk=version.pk))

    return make


@pytest.mark.clause("QC14.6", "QC11.2")
@pytest.mark.xdist_group("samples")
def test_every_sample_service_is_described_validly_in_both_releases(loaded: float) -> None:
    codes = list(DataService.objects.values_list("code", flat=True))
    assert len(codes) == 40
    for code in codes:
        new, old = both(f"/openapi/{code}/v1.json")
        operations = [item for path in new["paths"].values() for item in path.values()]
        version = ServiceVersion.objects.get(service__code=code)
        assert {item["x-lgsp-operation"] for item in operations} == {item.code for item in version.operations.all()}
        assert set(new["paths"]) == set(old["paths"])
        assert words_of(old).isdisjoint({"examples_of_schema", "const", "null"})


def test_a_description_says_what_the_catalogue_says(published: DataService, settings: Any) -> None:
    settings.PUBLIC_URL = "https://lgsp.example"
    new, old = both(COMMUNES)
    assert (new["openapi"], old["openapi"]) == ("3.1.1", "3.0.3")
    assert new["servers"][0]["url"] == "https://lgsp.example/api/data/administrative-units/v1"
    operation = new["paths"]["/communes"]["get"]
    assert (operation["operationId"], operation["summary"]) == ("communes", "Danh sách xã, phường")
    record = new["components"]["schemas"]["CommunesRecord"]["properties"]
    assert record["code"]["type"] == ["string", "null"]
    assert old["components"]["schemas"]["CommunesRecord"]["properties"]["code"]["nullable"] is True
    assert record["code"]["x-lgsp-data-class"] == "public"
    good = operation["responses"]["200"]
    assert {"RateLimit", "RateLimit-Policy", "X-LGSP-Fields-Dropped"} <= set(good["headers"])
    for status in ("400", "401", "403", "404", "429", "502", "503", "504"):
        answer = new["components"]["responses"][operation["responses"][status]["$ref"].rpartition("/")[2]]
        assert answer["content"]["application/problem+json"]["examples"]
    refused = new["components"]["responses"]["Problem401"]["content"]["application/problem+json"]["examples"]
    assert "clock-skew" in refused
    assert "key-unknown" not in refused
    schemes = new["components"]["securitySchemes"]
    assert schemes["signature"] == {**schemes["signature"], "type": "apiKey", "in": "header", "name": "Signature"}
    assert schemes["token"]["flows"]["clientCredentials"]["tokenUrl"] == "https://lgsp.example/api/oauth/token"


def test_what_the_provider_described_is_carried_over(described: Callable[[Any], ServiceVersion]) -> None:
    described(carried_document())
    new, old = both(PLOTS_ADDRESS)
    plots = new["paths"]["/plots"]["get"]
    named = {item["name"]: item for item in plots["parameters"]}
    assert set(named) == {"xa", "limit"}, "a header is not forwarded, so it is not described"
    assert named["limit"]["schema"]["exclusiveMinimum"] == 0
    assert old["paths"]["/plots"]["get"]["parameters"][1]["schema"]["exclusiveMinimum"] is True
    good = plots["responses"]["200"]["content"]["application/json"]
    whole = good["schema"]
    assert whole["properties"]["data"] == {"type": "array", "items": {"$ref": "#/components/schemas/ListPlotsRecord"}}
    assert whole["properties"]["total"]["type"] == "integer"
    record = new["components"]["schemas"]["ListPlotsRecord"]["properties"]
    assert record["area"]["type"] == ["number", "null"]
    assert old["components"]["schemas"]["ListPlotsRecord"]["properties"]["area"]["nullable"] is True
    assert record["kind"]["enum"] == ["dat_o", "dat_nong_nghiep"]
    sent = new["paths"]["/plots"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert sent == {"$ref": "#/components/schemas/Plot"}
    assert "Kind" in new["components"]["schemas"]
    assert good["example"] == {"data": [{"code": "A1", "area": 12.5}], "total": 1}
    assert new["paths"]["/plots"]["post"]["requestBody"]["required"] is True


def test_what_is_unsound_in_it_is_left_out(described: Callable[[Any], ServiceVersion]) -> None:
    document = carried_document(spoilt=True)
    described(document)
    new, _old = both(PLOTS_ADDRESS)
    names = [item["name"] for item in new["paths"]["/plots"]["get"]["parameters"]]
    assert names == ["limit"]
    assert "pattern" not in new["paths"]["/plots"]["get"]["parameters"][0]["schema"]
    assert "Node" in new["components"]["schemas"], "a schema that holds itself is carried as one"


@pytest.mark.clause("QC11.8")
def test_a_version_that_ends_says_so(draft: Drafts) -> None:
    version = publish_version(actor=JOB, version=draft())
    deprecate_version(actor=JOB, version=version, reason="Có phiên bản mới", sunset_on=today().replace(year=2099))
    new, _old = both(COMMUNES)
    operation = new["paths"]["/communes"]["get"]
    assert operation["deprecated"] is True
    assert "Sunset" in operation["responses"]["200"]["headers"]
    assert new["info"]["x-lgsp-sunset"].startswith("2099-")
    withdraw_version(actor=JOB, version=ServiceVersion.objects.get(pk=version.pk), reason="Thay bằng dịch vụ khác")
    assert Client().get(COMMUNES).status_code == 404


@pytest.mark.clause("QC14.7", "QC3.3")
def test_what_is_not_public_is_not_described(draft: Drafts) -> None:
    draft(url="http://10.77.66.55:8080/nguon")
    answer = Client().get(COMMUNES)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    publish_version(actor=JOB, version=ServiceVersion.objects.get())
    DataService.objects.update(security_note="Chỉ gọi từ mạng riêng", capacity_per_day=71_717)
    text = Client().get(COMMUNES).content.decode()
    for hidden in ("10.77.66.55", "mạng riêng", "71717"):
        assert hidden not in text


def test_what_has_not_changed_is_not_sent_and_a_change_is_seen(
    published: DataService, django_assert_num_queries: Queries
) -> None:
    first = Client().get(COMMUNES)
    assert first["Cache-Control"] == "public, max-age=300"
    with django_assert_num_queries(3):
        again = Client().get(COMMUNES, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert Client().get(f"{COMMUNES}?version=3.0")["ETag"] != first["ETag"]
    change_service(actor=JOB, service=published, title="Đơn vị hành chính sau sắp xếp")
    changed = Client().get(COMMUNES, headers={"If-None-Match": first["ETag"]})
    assert changed.json()["info"]["title"] == "Đơn vị hành chính sau sắp xếp (v1)"


def test_many_operations_take_no_more_queries(
    described: Callable[[Any], ServiceVersion], django_assert_num_queries: Queries
) -> None:
    document = sound()
    one = document["paths"]["/plots"]["get"]
    for number in range(30):
        document["paths"][f"/plots-{number}"] = {"get": {**one, "operationId": f"list{number}"}}
    described(document)
    with django_assert_num_queries(4):
        assert len(fetched(PLOTS_ADDRESS)["paths"]) == 32
    with django_assert_num_queries(3):
        fetched(PLOTS_ADDRESS)


@pytest.mark.parametrize("query", ["version=2.0", "version=3.2", "grant=QK-1", "version="])
def test_an_unknown_parameter_is_named(published: DataService, query: str) -> None:
    answer = Client().get(f"{COMMUNES}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert answer.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_yaml_says_the_same_without_anchors(published: DataService) -> None:
    answer = Client().get("/openapi/administrative-units/v1.yaml")
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi;")
    text = answer.content.decode()
    assert "&id001" not in text
    assert yaml.safe_load(text)["paths"] == fetched(COMMUNES)["paths"]
