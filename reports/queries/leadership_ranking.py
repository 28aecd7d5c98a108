"""What agencies are ranked by, counted for all of them in one query (ux.md D4)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value

from accounts.models import Agency
from catalog.choices import SystemState
from catalog.duty_choices import WAITING_FOR_PROVIDER
from catalog.models import DataErrorReport, DataService, InformationSystem
from catalog.selectors.freshness import with_fresh_until
from connections.models import Clock
from core import clock
from core.text import sort_key
from incidents.models import IncidentParty
from incidents.register_choices import IncidentState, PartyRole, Severity
from reports.models import RankingPolicy
from reports.queries.leadership_attention import AGENCY_STEPS
from reports.queries.window import Window

PARTS = ("connections", "quality", "on_time", "incidents")
_NONE = Value(0, output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Ratio:
    """*good* of *whole*; incidents have no whole."""

    good: int = 0
    whole: int = 0


@dataclass(frozen=True, slots=True)
class AgencyParts:
    """What one agency is judged by."""

    code: str
    name: str
    connections: Ratio
    quality: Ratio
    on_time: Ratio
    incidents: int


def ranking_policy() -> RankingPolicy:
    """Return the weights in force; the defaults where nobody changed them."""
    return RankingPolicy.objects.filter(pk=1).first() or RankingPolicy(pk=1)


def agency_parts(window: Window, *, now: datetime) -> list[AgencyParts]:
    """Return the parts of every body that exists at the end of *window* and may file, in the order of their names.

    ``connections``: registered systems with a live connection. ``quality``: published services whose data is within
    its promised day and that have no report of wrong data past its day of answer; both as they stand now.
    ``on_time``: the agency's own steps of dossiers and answers to reports of wrong data that ended in the window, or
    are overdue.
    ``incidents``: severities 1 and 2 that began in the window and touched it as provider.
    """
    bodies = _ratio(Agency.objects.in_force(window.last_day).filter(may_file=True), "body", "", _NONE, _NONE)
    parts = (_connections(), _quality(), _steps(window, now), _answers(window, now), _incidents(window))
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    names: dict[str, str] = {}
    for kind, code, name, good, whole in bodies.union(*parts, all=True):
        found[code][kind][0] += good
        found[code][kind][1] += whole
        if kind == "body":
            names[code] = name
    return [
        AgencyParts(
            code,
            name,
            connections=Ratio(*found[code]["connections"]),
            quality=Ratio(*found[code]["quality"]),
            on_time=Ratio(*found[code]["on_time"]),
            incidents=found[code]["incidents"][0],
        )
        for code, name in sorted(names.items(), key=lambda pair: (sort_key(pair[1]), pair[0]))
    ]


def _ratio(rows: QuerySet[Any], kind: str, agency: str, good: Any, whole: Any) -> QuerySet[Any]:
    """Return rows of five columns; *agency* is how the rows lead to their agency, "" when they are agencies."""
    lead = f"{agency}__" if agency else ""
    named = rows.order_by().values(
        r_kind=Value(kind, output_field=CharField()), r_code=F(f"{lead}code"), r_name=F(f"{lead}name")
    )
    counted = named.annotate(r_good=good, r_whole=whole)
    return counted.values_list("r_kind", "r_code", "r_name", "r_good", "r_whole")


def _connections() -> QuerySet[Any]:
    live = Q(connection__live_at__isnull=False, connection__closed_at__isnull=True)
    systems = InformationSystem.objects.filter(state=SystemState.REGISTERED)
    return _ratio(systems, "connections", "owner", Count("pk", filter=live), Count("pk"))


def _quality() -> QuerySet[Any]:
    late_answer = Exists(DataErrorReport.objects.overdue().filter(service=OuterRef("pk")))
    services = with_fresh_until(DataService.objects.all()).filter(first_published__isnull=False)
    fresh = Q(fresh_until__isnull=True) | Q(fresh_until__gte=clock.today())
    judged = services.annotate(answers_late=late_answer)
    return _ratio(judged, "quality", "provider", Count("pk", filter=fresh & Q(answers_late=False)), Count("pk"))


def _kept(rows: QuerySet[Any], kind: str, agency: str, ended: Q, late: Q) -> QuerySet[Any]:
    """Count those that ended in the window, or that are late now; good ones ended in time and are not late again."""
    in_time = ended & ~late
    return _ratio(rows.filter(ended | late), kind, agency, Count("pk", filter=in_time), Count("pk"))


def _steps(window: Window, now: datetime) -> QuerySet[Any]:
    late = Q(ended_at__isnull=True, due_at__lt=min(now, window.until))
    late |= Q(ended_at__isnull=False, due_at__isnull=False, ended_at__gt=F("due_at"))
    steps = Clock.objects.filter(step__in=AGENCY_STEPS)
    steps = steps.filter(Q(ended_at__isnull=True) | window.happened("ended_at"))
    return _kept(steps, "on_time", "request__agency", window.happened("ended_at"), late)


def _answers(window: Window, now: datetime) -> QuerySet[Any]:
    """Count answers of providers; one that was reopened is judged by its new day."""
    waiting = Q(state__in=WAITING_FOR_PROVIDER)
    late = waiting & Q(due_at__lt=min(now, window.until))
    late |= ~waiting & Q(answered_at__isnull=False, due_at__isnull=False, answered_at__gt=F("due_at"))
    reports = DataErrorReport.objects.filter(waiting | window.happened("answered_at"))
    return _kept(reports, "on_time", "service__provider", window.happened("answered_at"), late)


def _incidents(window: Window) -> QuerySet[Any]:
    begun = Q(incident__started_at__gte=window.since, incident__started_at__lt=window.until)
    parties = IncidentParty.objects.filter(
        begun, role=PartyRole.PROVIDER, incident__severity__lte=Severity.HIGH
    ).exclude(incident__state=IncidentState.DISMISSED)
    return _ratio(parties, "incidents", "agency", Count("pk"), _NONE)
