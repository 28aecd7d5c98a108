"""Reading the catalogue for its pages."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Prefetch, Q, QuerySet

from catalog.choices import CALLABLE
from catalog.models import DataElement, DataService, Operation, ProfileUse, ServiceVersion
from catalog.selectors.corrections import corrected
from catalog.selectors.finding import FACETS, Wanted, counts_of, found_rows, number_of
from catalog.words import spaced, words_of, words_of_name
from core.actor import Actor

SHOWN_FIELDS = 3


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of what was found: services with ``matched`` field labels, the total, and the facets' counts.

    ``instead`` are the words searched in place of mistyped ones, "" when those typed were searched.
    """

    services: list[DataService]
    total: int
    counts: dict[str, list[tuple[str, str, int]]]
    instead: str = ""
    near: bool = False


def find(wanted: Wanted, *, start: int, size: int) -> FoundPage:
    """Return *size* services from place *start* on, with facets each counted without itself.

    Words that nothing holds are put right once; failing that, titles like them are given. One statement finds and
    counts, one reads the page, one tells which fields matched; two or three more where words were mistyped.
    """
    used = wanted
    rows = found_rows(used, start, size)
    if not number_of(rows, "all") and wanted.terms:
        meant = corrected(wanted.terms)
        used = replace(wanted, terms=meant) if meant else replace(wanted, near=True)
        rows = found_rows(used, start, size)
    ids = [int(row[1]) for row in rows if row[0] == "page"]
    return FoundPage(
        services=_services(ids, used),
        total=number_of(rows, "found"),
        counts={name: counts_of(rows, name) for name in FACETS},
        instead=" ".join(used.terms) if used.terms != wanted.terms else "",
        near=used.near and bool(ids),
    )


def _services(ids: list[int], wanted: Wanted) -> list[DataService]:
    """Return the services in the order of *ids*; ``matched`` are the fields that hold what the entry does not."""
    rows = DataService.objects.select_related("provider", "sector", "entry").defer("entry__words", "search")
    found = rows.in_bulk(ids)
    terms = () if wanted.near else wanted.terms
    silent = [pk for pk, item in found.items() if not all(f" {term}" in item.entry.own for term in terms)]
    matched = matching_fields(silent, terms) if silent else {}
    for pk, service in found.items():
        service.matched = matched.get(pk, [])  # type: ignore[attr-defined]
    return [found[pk] for pk in ids if pk in found]


def matching_fields(ids: list[int], terms: tuple[str, ...]) -> dict[int, list[str]]:
    """Return for each service the labels of the callable fields that hold most of *terms*, three at most."""
    holding = reduce(or_, (Q(search__contains=term) for term in terms))
    elements = DataElement.objects.filter(
        holding, operation__version__service_id__in=ids, operation__version__state__in=CALLABLE
    )
    best: dict[int, dict[str, int]] = defaultdict(dict)
    for service, label, name in elements.values_list("operation__version__service_id", "label", "name"):
        text = spaced([*words_of(label), *words_of_name(name)])
        hits = sum(f" {term}" in text for term in terms)
        if hits:
            best[service][label] = max(hits, best[service].get(label, 0))
    return {pk: _best(labels) for pk, labels in best.items()}


def _best(labels: dict[str, int]) -> list[str]:
    most = max(labels.values())
    return sorted((label for label, hits in labels.items() if hits == most), key=lambda text: (len(text), text))[
        :SHOWN_FIELDS
    ]


def versions_for(actor: Actor, service: DataService) -> QuerySet[ServiceVersion]:
    """Return the versions of *service* the actor sees, newest first: operations, fields, structures."""
    uses = ProfileUse.objects.select_related("profile").order_by("direction", "since")
    told = Prefetch("profile_uses", uses)
    operations = Operation.objects.prefetch_related("elements", told).order_by("template", "method")
    visible = ServiceVersion.objects.visible_to(actor).filter(service=service)
    return visible.prefetch_related(Prefetch("operations", operations)).order_by("-id")
