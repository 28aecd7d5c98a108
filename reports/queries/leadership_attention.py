"""What waits for leadership: read in one query, each row a kind, a body or thing, and how many."""

from collections import defaultdict
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
from reports.queries.leadership import SERIOUS

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


def attention(now: datetime) -> dict[str, tuple[Waiting, ...]]:
    """Return what waits by kind, the most first.

    ``overdue``: dossiers with a step past its day, by the agency that filed them. ``unconnected``: bodies that may
    file and have no live connection. ``violations``: not settled yet, by agency. ``sharing``: sharing past the
    platform whose last day or day of review has passed, by provider. ``incidents``: serious ones that are open.
    """
    parts = (_overdue(now), _unconnected(), _violations(), _sharing(), _incidents())
    found: dict[str, list[Waiting]] = defaultdict(list)
    for kind, code, name, number, own in parts[0].union(*parts[1:], all=True):
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
