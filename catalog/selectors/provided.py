"""Reading an agency's own services for the pages of their provider."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django_stubs_ext import StrOrPromise

from audit.models import Fact
from catalog.guards import class_gaps, legal_gaps
from catalog.models import ApiDescription, DataService, Operation, ServiceVersion, Upstream
from catalog.models.services import ServiceQuerySet
from catalog.service_deeds import SERVICE_DEEDS
from core.actor import Actor

SHOWN = 30


@dataclass(frozen=True, slots=True)
class OwnService:
    """A service of the list: its versions, and what it still lacks before one can be published."""

    service: DataService
    versions: list[ServiceVersion]
    gaps: list[str]


def services_of(actor: Actor, words: str = "") -> ServiceQuerySet:
    """Return the services that the actor's agency provides, with their versions; none without an agency."""
    own = DataService.objects.filter(provider_id=actor.agency_id or 0).matching(words)
    versions = ServiceVersion.objects.order_by("-id")
    return own.select_related("provider", "sector").prefetch_related(Prefetch("versions", versions))


def shown(service: DataService) -> OwnService:
    """Return *service*, read by :func:`services_of`, with its gaps."""
    return OwnService(service, list(service.versions.all()), gaps_of(service))


def gaps_of(service: DataService) -> list[str]:
    """Return the names of the legal items and classes that *service* lacks."""
    return list((legal_gaps(service) | class_gaps(service)).values())


def history_of(service: DataService) -> list[tuple[Fact, StrOrPromise]]:
    """Return the last deeds on *service* and its versions, newest first, with what they are called."""
    ids = [str(pk) for pk in service.versions.values_list("pk", flat=True)]
    about = Q(subject_type="catalog.dataservice", subject_id=str(service.pk)) | Q(
        subject_type="catalog.serviceversion", subject_id__in=ids
    )
    found = Fact.objects.filter(about).order_by("-id")[:SHOWN]
    return [(fact, SERVICE_DEEDS.get(fact.deed, fact.deed)) for fact in found]


def parts_of(version: ServiceVersion) -> tuple[list[Operation], list[Upstream], list[ApiDescription]]:
    """Return the operations of *version* with their fields, its addresses, and the descriptions handed in for it."""
    operations = version.operations.prefetch_related("elements").order_by("template", "method")
    descriptions = version.descriptions.defer("content").order_by("-id")[:SHOWN]
    return list(operations), list(version.upstreams.order_by("environment", "place", "id")), list(descriptions)
