"""What waits for leadership, and what stands: read in one query, each row a kind, a body or thing, and how many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value

from accounts.models import Agency
from catalog.models import DirectSharing
from connections.choices import Step
from connections.models import Clock, Connection
from core import clock
from incidents.models import Incident, Violation
from incidents.register_choices import OPEN, ViolationState
from reports.queries.leadership import SERIOUS, Counts, standing_rows
from reports.queries.window import Window

#: Steps that wait for the agency, not for SKHCN.
AGENCY_STEPS = (Step.COMPLETION,)
KINDS = ("overdue", "unconnected", "violations", "sharing", "incidents")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row: *number* of dossiers, violations or cases, or an incident's severity; *own* wait for the agency."""

    code: str
    name: str
    number: int
    own: int


@dataclass(frozen=True, slots=True)
class Read:
    """What one query gave: counts of two windows by kind, what waits by kind, names of agencies by code."""

    standing: dict[str, Counts]
    waiting: dict[str, tuple[Waiting, ...]]
    names: dict[str, str]


def read_together(now: datetime, current: Window, previous: Window, codes: Iterable[str]) -> Read:
    """Read :func:`standing_rows`, what waits and the names of the agencies *codes* in one query.

    What waits, by kind, the most first: ``overdue``: dossiers with a step past its day, by the agency that filed them.
    ``unconnected``: bodies that may file and have no live connection. ``violations``: not settled yet, by agency.
    ``sharing``: sharing past the platform whose last day or day of review has passed, by provider. ``incidents``:
    serious ones that are open.
    """
    named = Agency.objects.filter(code__in=list(codes) or [""])
    names = _rows(named, "names", "code", "name", Value(0, output_field=IntegerField()))
    parts = (names, *standing_rows(current, previous), *_waiting(now))
    found = list(parts[0].union(*parts[1:], all=True))
    kinds = _by_kind(found)
    counted = {kind: Counts(number, other) for kind, _code, _name, number, other in found if kind not in KINDS}
    return Read(counted, kinds, {row[1]: row[2] for row in found if row[0] == "names"})


def _waiting(now: datetime) -> tuple[QuerySet[Any], ...]:
    return _overdue(now), _unconnected(), _violations(), _sharing(), _incidents()


def _by_kind(rows: Iterable[tuple[str, str, str, int, int]]) -> dict[str, tuple[Waiting, ...]]:
    found: dict[str, list[Waiting]] = defaultdict(list)
    for kind, code, name, number, own in rows:
        found[kind].append(Waiting(code, name, number, own))
    return {kind: tuple(sorted(found[kind], key=lambda row: (-row.number, row.name))) for kind in KINDS}


def _rows(rows: QuerySet[Any], kind: str, code: str, name: str, number: Any, own: Any = None) -> QuerySet[Any]:
    """Return rows of five columns that can stand in one answer."""
    none = Value(0, output_field=IntegerField())
    named = rows.order_by().values(
        w_kind=Value(kind, output_field=CharField()), w_code=F(code) if code else Value(""), w_name=F(name)
    )
    counted = named.annotate(w_number=number, w_own=own if own is not None else none)
    return counted.values_list("w_kind", "w_code", "w_name", "w_number", "w_own")


def _overdue(now: datetime) -> QuerySet[Any]:
    late = Clock.objects.filter(ended_at__isnull=True, due_at__lt=now)
    own = Count("request", filter=Q(step__in=AGENCY_STEPS), distinct=True)
    dossiers = Count("request", distinct=True)
    return _rows(late, "overdue", "request__agency__code", "request__agency__name", dossiers, own)


def _unconnected() -> QuerySet[Any]:
    live = Connection.objects.filter(live_at__isnull=False, closed_at__isnull=True, system__owner=OuterRef("pk"))
    bodies = Agency.objects.in_force(clock.today()).filter(~Exists(live), may_file=True)
    return _rows(bodies, "unconnected", "code", "name", Value(1, output_field=IntegerField()))


def _violations() -> QuerySet[Any]:
    open_ones = Violation.objects.exclude(state=ViolationState.CLOSED)
    return _rows(open_ones, "violations", "agency__code", "agency__name", Count("pk"))


def _sharing() -> QuerySet[Any]:
    return _rows(DirectSharing.objects.overdue(), "sharing", "provider__code", "provider__name", Count("pk"))


def _incidents() -> QuerySet[Any]:
    open_ones = Incident.objects.filter(SERIOUS, state__in=OPEN)
    return _rows(open_ones, "incidents", "code", "public_title", F("severity"))
