"""Open metadata: the export parses and carries what DCAT-AP asks for; public addresses reveal what is public only."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from rdflib import DCAT, DCTERMS, RDF, Graph
from rdflib.term import Literal, URIRef

from accounts.models import Agency
from catalog.models import DataService, Sector, ServiceVersion
from catalog.selectors import metadata
from catalog.services.versions import publish_version, withdraw_version
from tests.catalog.conftest import JOB
from tests.shelf import SHELF

# The parser of the library warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
Drafts = Callable[..., ServiceVersion]
SECRET = "http://10.77.66.55:8080/nguon"
ADDRESSES = ("/danh-muc/", "/danh-muc/land-plots/", "/danh-muc.jsonld", "/.well-known/api-catalog")
# Class -> the properties DCAT-AP 3.0 makes mandatory for it.
MANDATORY = {
    DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher),
    DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
    DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
    DCAT.Distribution: (DCAT.accessURL,),
}


@pytest.fixture
def published(draft: Drafts, agency: Callable[..., Agency], settings: object) -> ServiceVersion:
    """A published service beside a draft, with all that is not public filled in."""
    settings.PUBLIC_URL = "https://lgsp.example"  # type: ignore[attr-defined]
    return SHELF.take("published metadata", lambda: published_beside_a_draft(draft, agency))


def published_beside_a_draft(draft: Drafts, agency: Callable[..., Agency]) -> ServiceVersion:
    """Put both into the database."""
    agency("H60.02", is_operator=True)
    agency("H60.07", shared_mailbox="van-thu@lgsp.example")
    version = publish_version(
        actor=JOB, version=draft(url=SECRET, code="land-plots", provider="H60.07", title="Tra cứu thửa đất")
    )
    draft(url=SECRET, code="secret-plans", title="Bản nháp chưa công bố")
    sector = Sector.objects.get_or_create(code="dat-dai", defaults={"title": "Đất đai", "source": "kiểm thử"})[0]
    DataService.objects.filter(code="land-plots").update(
        sector=sector,
        security_note="Chỉ gọi từ mạng truyền số liệu chuyên dùng",
        capacity_per_day=71_717,
        mandatory_sharing=True,
        update_every_days=7,
    )
    return version


def parsed(text: str) -> Graph:
    return Graph().parse(data=text, format="json-ld")


def test_the_export_parses_and_carries_what_is_mandatory(published: ServiceVersion) -> None:
    answer = Client().get("/danh-muc.jsonld")
    assert answer["Content-Type"].startswith("application/ld+json")
    graph = parsed(answer.content.decode())
    for kind, properties in MANDATORY.items():
        subjects = list(graph.subjects(RDF.type, kind))
        assert subjects, kind
        for subject in subjects:
            for name in properties:
                assert list(graph.objects(subject, name)), (subject, name)
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert list(graph.objects(catalogue, DCAT.service))
    assert list(graph.objects(catalogue, DCAT.dataset))


def test_the_export_says_where_who_and_for_whom(published: ServiceVersion) -> None:
    graph = parsed(Client().get("/danh-muc.jsonld").content.decode())
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    assert list(graph.objects(service, DCAT.endpointURL)) == [URIRef("https://lgsp.example/api/data/land-plots/v1/")]
    assert Literal("Tra cứu thửa đất (v1)", lang="vi") in graph.objects(service, DCTERMS.title)
    assert "RESTRICTED" in str(next(graph.objects(service, DCTERMS.accessRights)))
    contact = next(graph.objects(service, DCAT.contactPoint))
    assert URIRef("mailto:van-thu@lgsp.example") in graph.objects(contact)
    assert list(graph.objects(service, DCAT.servesDataset)) == list(graph.subjects(RDF.type, DCAT.Dataset))


def test_an_export_of_nothing_is_a_catalogue_still(db: None) -> None:
    graph = parsed(Client().get("/danh-muc.jsonld").content.decode())
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert list(graph.objects(catalogue, DCTERMS.publisher))


def test_what_has_not_changed_is_not_sent_again(published: ServiceVersion) -> None:
    first = Client().get("/danh-muc.jsonld")
    again = Client().get("/danh-muc.jsonld", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    DataService.objects.filter(code="land-plots").update(title="Tra cứu thửa đất, tờ bản đồ")
    assert Client().get("/danh-muc.jsonld", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_long_catalogue_comes_in_pages(
    published: ServiceVersion, draft: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_version(actor=JOB, version=draft(code="second", title="Dịch vụ khác"))
    monkeypatch.setattr(metadata, "PAGE_SIZE", 1)
    first = Client().get("/danh-muc.jsonld")
    assert first["Link"] == '<https://lgsp.example/danh-muc.jsonld?page=2>; rel="next"'
    last = Client().get("/danh-muc.jsonld?page=2")
    assert not last.has_header("Link")
    assert "land-plots" in first.content.decode()
    assert "land-plots" not in last.content.decode()


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "99999999999", "%00"])
def test_there_is_no_page_past_the_end(published: ServiceVersion, page: str) -> None:
    assert Client().get(f"/danh-muc.jsonld?page={page}").status_code == 404


def test_the_catalogue_of_apis_lists_each_published_version(published: ServiceVersion) -> None:
    answer = Client().get("/.well-known/api-catalog")
    entries = {entry["anchor"]: entry for entry in answer.json()["linkset"]}
    entry = entries["https://lgsp.example/api/data/land-plots/v1/"]
    for relation in ("service-doc", "service-desc", "service-meta", "status"):
        path = entry[relation][0]["href"].removeprefix("https://lgsp.example")
        assert Client().get(path).status_code == 200
    assert Client().head("/.well-known/api-catalog")["Link"] == '</.well-known/api-catalog>; rel="api-catalog"'
    withdraw_version(actor=JOB, version=published, reason="Thay bằng dịch vụ khác")
    assert "land-plots" not in Client().get("/.well-known/api-catalog").content.decode()


@pytest.mark.clause("QC14.7", "QC3.3")
@pytest.mark.parametrize("address", ADDRESSES)
def test_public_addresses_reveal_nothing_restricted(published: ServiceVersion, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    text += json.dumps(json.loads(text), ensure_ascii=False) if "json" in answer["Content-Type"] else ""
    for hidden in ("10.77.66.55", "secret-plans", "Bản nháp chưa công bố", "71717", "71.717", "mạng truyền số liệu"):
        assert hidden not in text


def test_the_export_takes_the_same_queries_for_one_and_for_many(
    published: ServiceVersion, draft: Drafts, django_assert_num_queries: Callable[..., object]
) -> None:
    for number in range(6):
        publish_version(actor=JOB, version=draft(code=f"service-{number}", title=f"Dịch vụ {number}"))
    with django_assert_num_queries(4):
        Client().get("/danh-muc.jsonld")
    with django_assert_num_queries(1):
        Client().get("/.well-known/api-catalog")
