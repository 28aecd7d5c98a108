"""The public catalogue in DCAT 3 with the properties of DCAT-AP 3.0, as nodes of a JSON-LD graph.

Only what the public pages say stands here: never an address of a source system, a person, or anybody's quota.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Agency
from catalog.choices import ServiceState, SharingClass
from catalog.models import DataService, Sector, ServiceVersion
from catalog.selectors.metadata import Harvest

Node = dict[str, Any]
CONTEXT: Node = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU = "http://publications.europa.eu/resource/authority"
_RIGHTS = {
    SharingClass.OPEN: f"{_EU}/access-right/PUBLIC",
    SharingClass.SHARED: f"{_EU}/access-right/RESTRICTED",
    SharingClass.PRIVATE: f"{_EU}/access-right/NON_PUBLIC",
}
_FREQUENCIES = {1: "DAILY", 7: "WEEKLY", 30: "MONTHLY", 90: "QUARTERLY", 365: "ANNUAL"}
_STATES = {ServiceState.PUBLISHED: "Completed", ServiceState.DEPRECATED: "Deprecated"}
MANDATORY = "Nghị định 278/2025/NĐ-CP ngày 22/10/2025 về kết nối, chia sẻ dữ liệu bắt buộc"


def absolute(path: str) -> str:
    """Return the public address of *path*."""
    return urljoin(settings.PUBLIC_URL, path)


def page_of(service: DataService) -> str:
    """Return the address of the page for people."""
    return absolute(reverse("data_service", args=[service.code]))


def endpoint_of(version: ServiceVersion) -> str:
    """Return where a version is called."""
    return absolute(f"/api/data/{version.service.code}/{version.name}/")


def description_of(version: ServiceVersion) -> str:
    """Return where the operations of a version are described for machines (OpenAPI)."""
    return absolute(reverse("service_openapi", args=[version.service.code, version.name]))


def reference_of(version: ServiceVersion) -> str:
    """Return where the operations of a version are described for people."""
    return absolute(reverse("service_reference", args=[version.service.code, version.name]))


def graph_of(harvest: Harvest, *, page: int, address: str) -> list[Node]:
    """Return the nodes of one page of the catalogue, the catalogue itself first."""
    services, datasets, sectors, agencies = [], [], {}, {}
    for service in harvest.services:
        versions = harvest.versions[service.pk]
        for version in versions:
            version.service = service
        services += [_data_service(version) for version in versions]
        datasets.append(_dataset(service, versions))
        agencies[service.provider_id] = service.provider
        if service.sector is not None:
            sectors[service.sector.pk] = service.sector
    publisher = harvest.operator
    if publisher is not None:
        agencies[publisher.pk] = publisher
    catalogue = _catalogue(publisher, services, datasets)
    return [
        catalogue,
        _view(harvest, page, address),
        *services,
        *datasets,
        *map(_agent, agencies.values()),
        *map(_theme, sectors.values()),
    ]


def _text(value: str) -> Node:
    return {"@value": value, "@language": "vi"}


def _ref(address: str) -> Node:
    return {"@id": address}


def _catalogue(publisher: Agency | None, services: Iterable[Node], datasets: Iterable[Node]) -> Node:
    home = absolute(reverse("catalogue"))
    return {
        "@id": f"{home}#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": _text(_("Danh mục dữ liệu chia sẻ của tỉnh Tuyên Quang")),
        "dct:description": _text(
            _("Các dịch vụ dữ liệu đã công bố trên Nền tảng tích hợp, chia sẻ dữ liệu của tỉnh Tuyên Quang.")
        ),
        "dct:publisher": _ref(_agent_address(publisher))
        if publisher
        else {"@type": "foaf:Agent", "foaf:name": "LGSP"},
        "foaf:homepage": _ref(home),
        "dct:language": _ref(f"{_EU}/language/VIE"),
        "dcat:service": [_ref(node["@id"]) for node in services],
        "dcat:dataset": [_ref(node["@id"]) for node in datasets],
    }


def _view(harvest: Harvest, page: int, address: str) -> Node:
    links = {"hydra:first": 1, "hydra:last": harvest.pages}
    if page > 1:
        links["hydra:previous"] = page - 1
    if page < harvest.pages:
        links["hydra:next"] = page + 1
    return {
        "@id": f"{address}?page={page}",
        "@type": "hydra:PartialCollectionView",
        "hydra:totalItems": harvest.total,
        **{name: _ref(f"{address}?page={number}") for name, number in links.items()},
    }


def _data_service(version: ServiceVersion) -> Node:
    service = version.service
    node = {
        "@id": f"{page_of(service)}#{version.name}",
        "@type": "dcat:DataService",
        "dct:title": _text(f"{service.title} ({version.name})"),
        "dct:description": _text(service.summary or service.data_scope),
        "dcat:endpointURL": _ref(endpoint_of(version)),
        "dcat:endpointDescription": _ref(description_of(version)),
        "dcat:servesDataset": _ref(_dataset_address(service)),
        "dcat:version": version.name,
        "adms:status": _ref(f"http://purl.org/adms/status/{_STATES[ServiceState(version.state)]}"),
        **_shared(service),
    }
    if version.published_at:
        node["dct:issued"] = _date(version.published_at)
    return node


def _dataset(service: DataService, versions: Iterable[ServiceVersion]) -> Node:
    node = {
        "@id": _dataset_address(service),
        "@type": "dcat:Dataset",
        "dct:identifier": service.code,
        "dct:title": _text(service.title),
        "dct:description": _text(service.data_scope or service.summary or service.title),
        "dcat:distribution": [_distribution(version) for version in versions],
        **_shared(service),
    }
    frequency = _FREQUENCIES.get(service.update_every_days or 0)
    if frequency:
        node["dct:accrualPeriodicity"] = _ref(f"{_EU}/frequency/{frequency}")
    if service.data_updated_on:
        node["dct:modified"] = _date(service.data_updated_on)
    return node


def _distribution(version: ServiceVersion) -> Node:
    return {
        "@id": f"{page_of(version.service)}#{version.name}-distribution",
        "@type": "dcat:Distribution",
        "dct:title": _text(f"{version.service.title} ({version.name})"),
        "dcat:accessURL": _ref(endpoint_of(version)),
        "dcat:accessService": _ref(f"{page_of(version.service)}#{version.name}"),
        "dcat:mediaType": _ref("https://www.iana.org/assignments/media-types/application/json"),
    }


def _shared(service: DataService) -> Node:
    """Return what a service and its data have in common."""
    node: Node = {
        "dct:publisher": _ref(_agent_address(service.provider)),
        "dcat:contactPoint": _contact(service.provider),
        "dcat:landingPage": _ref(page_of(service)),
    }
    if service.sharing_class in _RIGHTS:
        node["dct:accessRights"] = _ref(_RIGHTS[SharingClass(service.sharing_class)])
    if service.sector is not None:
        node["dcat:theme"] = _ref(_theme_address(service.sector))
    if service.mandatory_sharing:
        node["dcatap:applicableLegislation"] = {"@type": "eli:LegalResource", "dct:title": _text(MANDATORY)}
    return node


def _date(value: Any) -> Node:
    kind = "xsd:dateTime" if hasattr(value, "hour") else "xsd:date"
    return {"@value": value.isoformat(), "@type": kind}


def _dataset_address(service: DataService) -> str:
    return f"{page_of(service)}#data"


def _agent_address(agency: Agency) -> str:
    return absolute(reverse("agency", args=[agency.code]))


def _agent(agency: Agency) -> Node:
    return {"@id": _agent_address(agency), "@type": "foaf:Agent", "foaf:name": _text(agency.name)}


def _contact(agency: Agency) -> Node:
    node: Node = {"@type": "vcard:Organization", "vcard:fn": agency.name, "vcard:hasURL": _ref(_agent_address(agency))}
    if agency.shared_mailbox:
        node["vcard:hasEmail"] = _ref(f"mailto:{agency.shared_mailbox}")
    return node


def _theme_address(sector: Sector) -> str:
    return f"{absolute(reverse('catalogue'))}?{urlencode({'sector': sector.code})}"


def _theme(sector: Sector) -> Node:
    return {"@id": _theme_address(sector), "@type": "skos:Concept", "skos:prefLabel": _text(sector.title)}
