"""Systems, data services and grants (QC7.6, QC11.2, QC11.3)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from audit.models import Fact
from catalog.choices import SystemState
from catalog.models import InformationSystem, ServiceVersion
from connections.models import Grant
from core.choices import Environment
from reports.queries.window import Window

_MOVES = ("system.registered", "system.retired")


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """What can be connected, what can be called, what may be called; ``by_agency`` by id, each a count by name.

    Names of the counts: ``systems``, ``services``, ``versions``, ``held`` (grants of its systems), ``given`` (grants
    to its services).
    """

    systems: int
    services: int
    versions: int
    published: int
    grants: int
    granted: int
    revoked: int
    by_agency: dict[int, Counter[str]]


def catalogue_figures(window: Window) -> CatalogueFigures:
    """Return register, catalogue and grants as of the window's end, and what came and went in it; five queries."""
    lasting = window.lasting("published_at", "withdrawn_at")
    versions = ServiceVersion.objects.aggregate(
        services=Count("service", filter=lasting, distinct=True),
        versions=Count("pk", filter=lasting),
        published=Count("service", filter=window.happened("published_at"), distinct=True),
    )
    in_force = in_force_at(window)
    grants = Grant.objects.filter(environment=Environment.LIVE).aggregate(
        grants=Count("pk", filter=in_force),
        granted=Count("pk", filter=window.happened("opened_at")),
        revoked=Count("pk", filter=window.happened("revoked_at")),
    )
    by_agency: dict[int, Counter[str]] = {}
    systems = _registered(window).values_list("owner_id").annotate(systems=Count("pk"))
    offered = ServiceVersion.objects.filter(lasting).order_by().values_list("service__provider_id")
    held = Grant.objects.filter(in_force, environment=Environment.LIVE).order_by()
    _add(by_agency, ("systems",), systems)
    _add(by_agency, ("services", "versions"), offered.annotate(Count("service", distinct=True), Count("pk")))
    pairs = list(held.values_list("system__owner_id", "service__provider_id").annotate(Count("pk")))
    for holder, giver, count in pairs:
        by_agency.setdefault(holder, Counter())["held"] += count
        by_agency.setdefault(giver, Counter())["given"] += count
    total = sum(counts["systems"] for counts in by_agency.values())
    return CatalogueFigures(systems=total, **versions, **grants, by_agency=by_agency)


def in_force_at(window: Window) -> Q:
    """Return the condition that a grant is given, not revoked and within its days at the window's end."""
    day = window.last_day
    valid = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return window.lasting("opened_at", "revoked_at") & valid


def _registered(window: Window) -> QuerySet[InformationSystem]:
    """Return the systems registered at the window's end: as they stand, later moves taken back by their facts."""
    later = Fact.objects.filter(
        subject_type=InformationSystem._meta.label_lower,
        subject_id=Cast(OuterRef("pk"), CharField()),
        deed__in=_MOVES,
        at__gte=window.until,
    )
    before = Subquery(later.order_by("id").annotate(state=KT("before__state")).values("state")[:1])
    found = InformationSystem.objects.annotate(then=Coalesce(before, "state", output_field=CharField()))
    return found.filter(then=SystemState.REGISTERED).order_by()


def _add(by_agency: dict[int, Counter[str]], names: tuple[str, ...], rows: Iterable[tuple[int, ...]]) -> None:
    for pk, *counts in rows:
        by_agency.setdefault(pk, Counter()).update(dict(zip(names, counts, strict=True)))
