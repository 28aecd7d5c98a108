"""Reading incidents: lists, how they stand, what the public is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from core import clock
from core.actor import Actor
from core.text import fold
from incidents.models import Incident, IncidentDeadline, IncidentEntry, IncidentPolicy, Outage
from incidents.register_choices import ENDED, OPEN, Audience, IncidentState, Severity
from incidents.selectors.affected import public_services

#: A deadline is shown as near when less than this is left.
NEAR = timedelta(hours=24)
HISTORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PublicUpdate:
    """One public word: when, and the text."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident as the status page may show it: never a restricted service, a name of a person or an inner note.

    ``ended_at`` is None while it lasts; ``services`` are those everybody may know of.
    """

    code: str
    title: str
    severity: int
    severity_label: str
    state: str
    state_label: str
    started_at: datetime
    ended_at: datetime | None
    services: tuple[str, ...]
    service_ids: tuple[int, ...]
    updates: tuple[PublicUpdate, ...]


def incident_policy() -> IncidentPolicy:
    """Return the rules in force; the defaults where nobody changed them."""
    return IncidentPolicy.objects.filter(pk=1).first() or IncidentPolicy(pk=1)


def still_served(outage: Outage) -> bool:
    """Return whether another live address of the same version takes the calls meanwhile."""
    upstream = outage.upstream
    others = (
        type(upstream)
        .objects.filter(version_id=upstream.version_id, environment=upstream.environment, active=True)
        .exclude(pk=upstream.pk)
    )
    return others.exclude(pk__in=Outage.objects.open().values("upstream_id")).exists()


def incident_list(actor: Actor, *, words: str = "", tab: str = "") -> QuerySet[Incident]:
    """Return the incidents the actor may see, open ones first and the gravest on top; *tab* "open" or "ended"."""
    found = Incident.objects.visible_to(actor).select_related("agency", "owner")
    for word in fold(words).split():
        found = found.filter(search__contains=word)
    if tab == "open":
        found = found.filter(state__in=OPEN)
    elif tab == "ended":
        found = found.filter(state__in=ENDED)
    return found.order_by(F("closed_at").desc(nulls_first=True), "severity", "-id")


def timeline_of(incident: Incident, actor: Actor, *, all_of_it: bool) -> list[IncidentEntry]:
    """Return the timeline as its reader may read it: all for SKHCN, what is meant for them for others."""
    found = incident.entries.select_related("agency").order_by("-at", "-id")
    return list(found if all_of_it else found.exclude(audience=Audience.INTERNAL))


def deadlines_of(incident: Incident) -> list[tuple[IncidentDeadline, str]]:
    """Return the clocks of an incident with how each stands: met, late, near or running."""
    return [(row, _standing(row)) for row in incident.deadlines.all()]


def _standing(row: IncidentDeadline) -> str:
    if row.met_at is not None:
        return "met" if row.met_at <= row.due_at else "met_late"
    left = row.due_at - clock.now()
    return "late" if left < timedelta(0) else "near" if left < NEAR else "running"


def public_incidents(
    *, since: datetime | None = None, running_only: bool = False, limit: int = 100
) -> list[PublicIncident]:
    """Return what the public was told, the newest first: those that last, and those that ended since *since*.

    Ninety days back when nothing is said. Three queries whatever their number.
    """
    found = Incident.objects.published().exclude(state=IncidentState.DISMISSED)
    if running_only:
        found = found.running()
    else:
        begun = since or clock.now() - HISTORY
        found = found.filter(Q(resolved_at__isnull=True) | Q(resolved_at__gte=begun) | Q(published_at__gte=begun))
    rows = list(found.order_by("-published_at", "-id")[:limit])
    services = public_services(row.pk for row in rows)
    updates: dict[int, list[PublicUpdate]] = {}
    entries = IncidentEntry.objects.filter(incident__in=rows, audience=Audience.PUBLIC).order_by("-at", "-id")
    for incident_id, at, text in entries.values_list("incident_id", "at", "text"):
        updates.setdefault(incident_id, []).append(PublicUpdate(at, text))
    return [_public(row, services.get(row.pk, ()), updates.get(row.pk, ())) for row in rows]


def _public(row: Incident, services: Sequence[tuple[int, str]], updates: Sequence[PublicUpdate]) -> PublicIncident:
    return PublicIncident(
        code=row.code,
        title=row.public_title,
        severity=row.severity,
        severity_label=str(Severity(row.severity).label),
        state=row.state,
        state_label=str(row.get_state_display()),
        started_at=row.started_at,
        ended_at=row.resolved_at,
        services=tuple(title for _pk, title in services),
        service_ids=tuple(pk for pk, _title in services),
        updates=tuple(updates),
    )
