"""What published services offer to a dossier."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.choices import CALLABLE
from catalog.models import DataElement, DataService, Operation
from catalog.models.services import ServiceQuerySet
from catalog.selectors.elements import SharedField, already_shared
from connections.models import ConnectionRequest

MOST = 50


@dataclass(frozen=True, slots=True)
class Offered:
    """Operations and fields of a service's published versions as (code, words) pairs."""

    operations: list[tuple[str, str]]
    fields: list[tuple[str, str]]


def offered_by(service: DataService) -> Offered:
    """Return what *service* offers; an operation or field of several versions stands once."""
    live = {"version__service": service, "version__state__in": CALLABLE}
    operations = {
        code: f"{title} ({method} {template})"
        for code, title, method, template in Operation.objects.filter(**live)
        .order_by("version__name", "template")
        .values_list("code", "title", "method", "template")
    }
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    fields = {
        name: f"{label} ({name})"
        for name, label in elements.order_by("operation__version__name", "place").values_list("name", "label")
    }
    return Offered(list(operations.items()), list(fields.items()))


def shared_elsewhere(service: DataService, offered: Offered) -> list[SharedField]:
    """Return which fields of *service* another published service shares too, so nothing is asked twice (QC4.4)."""
    told = [(name, words.rsplit(" (", 1)[0]) for name, words in offered.fields]
    return already_shared(told, besides=service.pk)


def services_to_choose(request: ConnectionRequest, words: str) -> ServiceQuerySet:
    """Return published services the dossier does not ask for yet, found by folded words, fifty at most."""
    found = DataService.objects.published().matching(words).exclude(pk__in=request.lines.values("service_id"))
    return found.select_related("provider")[:MOST]


def codes_offered(services: Iterable[int]) -> dict[int, tuple[set[str], set[str]]]:
    """Return for each published service its operation codes and field names."""
    found: dict[int, tuple[set[str], set[str]]] = {}
    live = {"version__service_id__in": list(services), "version__state__in": CALLABLE}
    for service, code in Operation.objects.filter(**live).values_list("version__service_id", "code"):
        found.setdefault(service, (set(), set()))[0].add(code)
    elements = DataElement.objects.filter(**{f"operation__{name}": value for name, value in live.items()})
    for service, name in elements.values_list("operation__version__service_id", "name"):
        found[service][1].add(name)
    return found


def services_callable(services: Iterable[int], environment: str) -> set[int]:
    """Return which of *services* can be called in *environment* now: a version in force with an address in use."""
    found = DataService.objects.filter(
        pk__in=list(services),
        versions__state__in=CALLABLE,
        versions__upstreams__environment=environment,
        versions__upstreams__active=True,
    )
    return set(found.values_list("pk", flat=True))
