"""What published services offer to a dossier."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.choices import CALLABLE
from catalog.models import DataElement, DataService, InformationSystem, Operation
from catalog.models.services import ServiceQuerySet
from catalog.selectors.elements import SharedField
from connections.models import ConnectionRequest, Grant
from core.text import fold

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


def repeated_fields(service: DataService, system: InformationSystem | None, among: Iterable[int]) -> list[SharedField]:
    """Return which fields of *service* the system receives, or asks for, by another service already (QC4.4).

    *among* are ids of services asked for beside it. Alike means the same words, folded. Three queries.
    """
    held = Grant.objects.open().approved().filter(system=system) if system is not None else Grant.objects.none()
    others = {*among, *held.values_list("service_id", flat=True)} - {service.pk}
    own = {fold(label): (name, label) for name, label in _fields_of([service.pk]).values_list("name", "label")}
    alike = _fields_of(others).select_related("operation__version__service__provider").order_by("pk")
    found: dict[tuple[str, int], SharedField] = {}
    for item in alike:
        there, mine = item.operation.version.service, own.get(fold(item.label))
        if mine is not None:
            field = SharedField(*mine, there.code, there.title, there.provider.name, item.name, item.label)
            found.setdefault((mine[0], there.pk), field)
    return list(found.values())


def _fields_of(services: Iterable[int]) -> QuerySet[DataElement]:
    wanted = {"operation__version__service_id__in": list(services), "operation__version__state__in": CALLABLE}
    return DataElement.objects.filter(**wanted)


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
