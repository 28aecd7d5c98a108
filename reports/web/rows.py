"""From a figure to the list of the rows it counts: which page, narrowed to the period, and who may open it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from catalog.choices import SystemState
from catalog.duty_choices import ErrorAnswer, ReviewOutcome
from connections.choices import ENDED, Kind, State
from connections.web.call_forms import MOST_DAYS
from core.actor import Actor
from core.choices import Environment
from incidents.alert_choices import Detector
from incidents.maintenance_words import WindowState
from incidents.register_choices import (
    OPEN,
    Act,
    AppealResult,
    IncidentState,
    LegalClass,
    Outcome,
    Severity,
    ViolationState,
)

Query = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Span:
    """The time a report covers: moments from *since* to *until*, days from *first* to *last*."""

    since: datetime
    until: datetime
    first: date
    last: date

    def happened(self, field: str, **more: object) -> Query:
        """Return what narrows a list to rows whose moment *field* lies inside."""
        return {f"{field}__gte": self.since.isoformat(), f"{field}__lt": self.until.isoformat(), **more}

    def days(self, field: str, **more: object) -> Query:
        """Return what narrows a list to rows whose day *field* lies inside."""
        return {f"{field}__gte": self.first.isoformat(), f"{field}__lte": self.last.isoformat(), **more}

    def begun(self, field: str, **more: object) -> Query:
        """Return what narrows a list to rows begun before the end."""
        return {f"{field}__lt": self.until.isoformat(), **more}


Narrow = Callable[[Span], Query | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """A list: the name of its page, what narrows it (None: it cannot be narrowed to this span), who may open it."""

    page: str
    narrow: Narrow
    permission: str


def url_of(code: str, span: Span, actor: Actor) -> str:
    """Return where the rows of the figure or table *code* are listed for *actor*; "" where there is no such list."""
    found = ROWS.get(code)
    if found is None or (found.permission and not actor.may(found.permission)):
        return ""
    query = found.narrow(span)
    if query is None:
        return ""
    try:
        address = reverse(found.page)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


def _calls(span: Span, **more: object) -> Query | None:
    """Narrow the call log, which shows so many days at once: of a longer period there is no one list."""
    if (span.last - span.first).days >= MOST_DAYS:
        return None
    live = Environment.LIVE.value
    return {"since": span.first.isoformat(), "until": span.last.isoformat(), "environment": live, **more}


def _open(field: str, **more: object) -> dict[str, object]:
    return {f"{field}__isnull": "True", **more}


def _named(values: Iterable[object]) -> str:
    """Return *values* as the lists of staff take several of one column."""
    return ",".join(sorted(map(str, values)))


_LIVE = {"environment__exact": Environment.LIVE.value}
_NEW = {"kind__exact": Kind.NEW.value}
_KNOWN = {"state__in": _named(set(IncidentState) - {IncidentState.DISMISSED})}
_DROPPED = {"state__in": _named(ENDED - {State.TERMINATED})}
_TERMINATED = {"state__exact": State.TERMINATED.value}
_UNSETTLED = {"state__in": _named(set(ViolationState) - {ViolationState.CLOSED})}


def _of_severity(level: int, span: Span) -> Query:
    return span.happened("detected_at", severity__exact=level, **_KNOWN)


def _violations(field: str, value: str, since: str, span: Span) -> Query:
    """Narrow to violations of the period whose *field* had *value* at its end: since the moment *since*, if any."""
    known = span.begun(since) if since else {}
    return span.happened("opened_at", **{f"{field}__exact": value}, **known)


# By page and who may open it: figure or table -> what narrows the list.
_LISTS: dict[tuple[str, str], dict[str, Narrow]] = {
    ("admin:connections_connection_changelist", "request.view_all"): {
        "connections_live": lambda span: span.begun("live_at", **_open("closed_at")),
        "connections_suspended": lambda span: span.begun("live_at", **_open("closed_at")),
    },
    ("admin:connections_connectionrequest_changelist", "request.view_all"): {
        "connections_approved": lambda span: span.happened("approved_at", **_NEW),
        "connections_put_live": lambda span: span.happened("live_at", **_NEW),
        "connections_terminated": lambda span: span.happened("ended_at", **_TERMINATED),
        "dossiers_submitted": lambda span: span.happened("submitted_at"),
        "dossiers_received": lambda span: span.happened("received_at"),
        "dossiers_approved": lambda span: span.happened("approved_at"),
        "dossiers_live": lambda span: span.happened("live_at"),
        "dossiers_ended": lambda span: span.happened("ended_at", **_DROPPED),
        "dossiers_open": lambda span: span.begun("submitted_at", **_open("live_at", **_open("ended_at"))),
    },
    ("admin:connections_clock_changelist", "request.view_all"): {
        "steps_on_time": lambda span: span.happened("ended_at"),
        "steps_early": lambda span: span.happened("ended_at"),
        "steps_late": lambda span: span.happened("ended_at"),
        "steps_on_time_rate": lambda span: span.happened("ended_at"),
        "steps_running": lambda span: span.begun("started_at", **_open("ended_at")),
        "steps_overdue": lambda span: span.begun("started_at", **_open("ended_at")),
        "steps_paused": lambda span: span.begun("started_at", **_open("ended_at")),
    },
    ("admin:connections_grant_changelist", "request.view_all"): {
        "grants_in_force": lambda span: span.begun("opened_at", **_open("revoked_at", **_LIVE)),
        "grants_opened": lambda span: span.happened("opened_at", **_LIVE),
        "grants_revoked": lambda span: span.happened("revoked_at", **_LIVE),
    },
    ("systems", "system.view_all"): {"systems_registered": lambda span: {"state": SystemState.REGISTERED.value}},
    ("catalogue", ""): {"services_published": lambda span: {}},
    ("agencies", ""): {"agencies_bound": lambda span: {}, "unconnected": lambda span: {}},
    ("admin:catalog_serviceversion_changelist", "service.view_all"): {
        "versions_published": lambda span: span.begun("published_at", **_open("withdrawn_at")),
        "services_new": lambda span: span.happened("published_at"),
    },
    ("calls", "calllog.view_all"): {
        "calls_total": _calls,
        "calls_platform": lambda span: _calls(span, outcome="platform"),
        "calls_unfinished": lambda span: _calls(span, outcome="open"),
    },
    ("admin:incidents_incident_changelist", "incident.view_all"): {
        "incidents_opened": lambda span: span.happened("detected_at", **_KNOWN),
        **{f"incidents_severity_{level.value}": partial(_of_severity, level.value) for level in Severity},
        "incidents_serious": lambda span: span.happened(
            "detected_at", legal_class__exact=LegalClass.SERIOUS.value, **_KNOWN
        ),
        "incidents_personal_data": lambda span: span.happened("detected_at", personal_data__exact="1", **_KNOWN),
        "incidents_resolved": lambda span: span.happened("resolved_at", **_KNOWN),
        "incidents_open": lambda span: span.begun("detected_at", state__in=_named(OPEN)),
    },
    ("admin:incidents_outage_changelist", "service.view_all"): {
        "outages": lambda span: span.happened("opened_at", upstream__environment__exact=Environment.LIVE.value),
    },
    ("admin:incidents_maintenancewindow_changelist", "service.view_all"): {
        "maintenance_windows": lambda span: span.begun(
            "starts_at", ends_at__gt=span.since.isoformat(), state__exact=WindowState.PLANNED.value
        ),
    },
    ("admin:incidents_violation_changelist", "violation.view_all"): {
        "violations_total": lambda span: span.happened("opened_at"),
        **{f"violations_act_{act.value}": partial(_violations, "act", act.value, "") for act in Act},
        **{
            f"violations_outcome_{one.value}": partial(_violations, "outcome", one.value, "decided_at")
            for one in Outcome
        },
        "violations_open": lambda span: span.happened("opened_at", **_UNSETTLED),
        "violations_appealed": lambda span: span.happened("opened_at", **span.begun("appealed_at")),
        "violations_overturned": partial(_violations, "appeal_result", AppealResult.OVERTURNED.value, "answered_at"),
    },
    ("admin:catalog_directsharing_changelist", "service.view_all"): {
        "sharing_in_force": lambda span: _open(
            "ended_on", valid_from__lte=span.last.isoformat(), valid_to__gte=span.last.isoformat()
        ),
        "sharing_expired": lambda span: _open("ended_on", valid_to__lt=span.last.isoformat()),
        "sharing_begun": lambda span: span.days("valid_from"),
        "sharing_ended": lambda span: span.days("ended_on", valid_from__lte=span.last.isoformat()),
    },
    ("admin:catalog_sharingreview_changelist", "service.view_all"): {
        "sharing_reviews": lambda span: span.happened("reviewed_at"),
        "sharing_moved": lambda span: span.happened("reviewed_at", outcome__exact=ReviewOutcome.MOVE.value),
    },
    ("admin:catalog_dataerrorreport_changelist", "service.view_all"): {
        "data_errors_filed": lambda span: span.happened("filed_at"),
        "data_errors_on_time": lambda span: span.happened("answered_at"),
        "data_errors_late": lambda span: span.happened("answered_at"),
        "data_errors_corrected": lambda span: span.happened("answered_at", answer__exact=ErrorAnswer.CORRECTED.value),
        "data_errors_waiting": lambda span: span.begun("filed_at", **_open("answered_at", **_open("closed_at"))),
        "data_errors_overdue": lambda span: span.begun("due_at", **_open("answered_at", **_open("closed_at"))),
    },
    ("admin:incidents_expecteduse_changelist", "alert.view_all"): {
        "grants_declared": lambda span: span.begun("declared_at", daily_calls__isnull="False"),
    },
    ("admin:incidents_unused_grants", "alert.view_all"): {"grants_unused": lambda span: {}},
    ("admin:incidents_alert_changelist", "alert.view_all"): {
        "silences": lambda span: span.happened("opened_at", rule__detector__exact=Detector.SILENCE.value),
        "silent_now": lambda span: span.begun(
            "opened_at", **_open("closed_at", rule__detector__exact=Detector.SILENCE.value)
        ),
    },
}
ROWS: dict[str, Rows] = {
    code: Rows(page, narrow, permission)
    for (page, permission), lists in _LISTS.items()
    for code, narrow in lists.items()
}
