"""Reading the catalogue for its pages."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet

from catalog.choices import SharingMethod
from catalog.models import DataService, Operation, ServiceVersion
from catalog.models.services import ServiceQuerySet
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for: words, codes of providing agencies, sharing methods."""

    words: str = ""
    providers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return bool(self.words) + len(self.providers) + len(self.methods)


def found_services(wanted: Wanted, *, without: str = "") -> ServiceQuerySet:
    """Return published services that match; condition *without* is left out, to count its values."""
    found = DataService.objects.published().matching(wanted.words)
    if wanted.providers and without != "providers":
        found = found.filter(provider__code__in=wanted.providers)
    if wanted.methods and without != "methods":
        found = found.filter(sharing_method__in=wanted.methods)
    return found


def provider_counts(wanted: Wanted) -> list[tuple[str, str, int]]:
    """Return code, name and number of services of each agency that provides some, in order of names."""
    rows = found_services(wanted, without="providers").order_by("provider__sort_key")
    grouped = rows.values_list("provider__code", "provider__name").annotate(n=Count("pk"))
    return [(code, name, n) for code, name, n in grouped]


def method_counts(wanted: Wanted) -> list[tuple[str, str, int]]:
    """Return code, name and number of services of each sharing method in use."""
    rows = found_services(wanted, without="methods").order_by().values_list("sharing_method").annotate(n=Count("pk"))
    counts = dict(rows)
    return [(item.value, str(item.label), counts[item.value]) for item in SharingMethod if item.value in counts]


def versions_for(actor: Actor, service: DataService) -> QuerySet[ServiceVersion]:
    """Return the versions of *service* the actor sees, newest first, with their operations and fields."""
    operations = Operation.objects.prefetch_related("elements").order_by("template", "method")
    visible = ServiceVersion.objects.visible_to(actor).filter(service=service)
    return visible.prefetch_related(Prefetch("operations", operations)).order_by("-id")
