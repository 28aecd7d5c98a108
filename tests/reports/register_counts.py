"""Figures of the registers, each by SQL of its own that shares nothing with the report's queries."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from core.clock import VIETNAM
from incidents.register_choices import Act, Outcome
from tests.reports.raw_calls import half_up

_LASTS = "{0} < %(until)s and ({1} is null or {1} >= %(until)s)"
_IN = "{0} >= %(since)s and {0} < %(until)s"


def _n(table: str, where: str, what: str = "*") -> str:
    return f"select count({what}) from {table} where {where}"


def _lasting(table: str, begins: str, ends: str, more: str = "true", what: str = "*") -> str:
    return _n(table, f"{_LASTS.format(begins, ends)} and {more}", what)


def _happened(table: str, field: str, more: str = "true", what: str = "*") -> str:
    return _n(table, f"{_IN.format(field)} and {more}", what)


_DOSSIER, _GRANT, _INCIDENT = "connections_connectionrequest", "connections_grant", "incidents_incident"
_SHARING, _ERROR, _VERSION = "catalog_directsharing", "catalog_dataerrorreport", "catalog_serviceversion"
_NEW, _LIVE, _REAL = "kind = 'new'", "environment = 'live'", "state <> 'dismissed'"
_VALID = "valid_from <= %(last)s and (valid_to is null or valid_to >= %(last)s)"
_GOES_ON = "valid_from <= %(last)s and (ended_on is null or ended_on > %(last)s)"
_DEADLINE = "incidents_incidentdeadline d join incidents_incident i on i.id = d.incident_id and i.state <> 'dismissed'"
_CHECKED = "day >= %(first)s and day <= %(last)s"
_DAYS = f"incidents_statusday where {_CHECKED}"
_MINUTES = (
    "select coalesce(round(extract(epoch from sum(least({1}, %(until)s) - greatest({0}, %(since)s))) / 60), 0)"
    " from {2} where {0} < %(until)s and {1} > %(since)s"
)
_USED = (
    "exists (select from audit_intent i where i.environment = 'live' and i.verdict = 'A' and i.system_id = g.system_id"
    " and i.service = s.code and i.received_at >= %(since)s and i.received_at < %(until)s)"
)

_CLOCK = f"connections_clock c join {_DOSSIER} r on r.id = c.request_id and r.submitted_at is not null"
_DUE = "(c.started_at + c.amount * interval '1 hour')"
_DAY = "({} at time zone 'Asia/Ho_Chi_Minh')::date"
_STILL = "exists (select from connections_clockpause p where p.clock_id = c.id and p.started_at < %(until)s)"

#: Figure -> the SQL that gives it.
COUNTS: dict[str, str] = {
    "connections_live": _lasting("connections_connection", "live_at", "closed_at"),
    "connections_suspended": _lasting(
        "connections_connection",
        "live_at",
        "closed_at",
        "id in (select connection_id from connections_hold where " + _LASTS.format("placed_at", "lifted_at") + ")",
    ),
    "connections_approved": _happened(_DOSSIER, "approved_at", _NEW),
    "connections_put_live": _happened(_DOSSIER, "live_at", _NEW),
    "connections_terminated": _happened(_DOSSIER, "ended_at", "state = 'terminated'"),
    "systems_registered": "select count(*) from (select distinct on (subject_id) deed from audit_fact"
    " where subject_type = 'catalog.informationsystem' and deed in ('system.registered', 'system.retired')"
    " and at < %(until)s order by subject_id, at desc, id desc) last where deed = 'system.registered'",
    "services_published": _lasting(_VERSION, "published_at", "withdrawn_at", what="distinct service_id"),
    "versions_published": _lasting(_VERSION, "published_at", "withdrawn_at"),
    "services_new": _happened(_VERSION, "published_at", what="distinct service_id"),
    "grants_in_force": _lasting(_GRANT, "opened_at", "revoked_at", f"{_LIVE} and {_VALID}"),
    "grants_opened": _happened(_GRANT, "opened_at", _LIVE),
    "grants_revoked": _happened(_GRANT, "revoked_at", _LIVE),
    "dossiers_submitted": _happened(_DOSSIER, "submitted_at"),
    "dossiers_received": _happened(_DOSSIER, "received_at"),
    "dossiers_approved": _happened(_DOSSIER, "approved_at"),
    "dossiers_live": _happened(_DOSSIER, "live_at"),
    "dossiers_ended": _happened(_DOSSIER, "ended_at", "state in ('withdrawn', 'closed') and submitted_at is not null"),
    "dossiers_open": _lasting(_DOSSIER, "submitted_at", "live_at", "(ended_at is null or ended_at >= %(until)s)"),
    "steps_on_time": _happened(_CLOCK, "c.ended_at", f"c.ended_at <= {_DUE}"),
    "steps_early": _happened(_CLOCK, "c.ended_at", f"{_DAY.format('c.ended_at')} < {_DAY.format(_DUE)}"),
    "steps_late": _happened(_CLOCK, "c.ended_at", f"c.ended_at > {_DUE}"),
    "steps_running": _lasting(_CLOCK, "c.started_at", "c.ended_at", f"{_DUE} >= %(until)s and not {_STILL}"),
    "steps_overdue": _lasting(_CLOCK, "c.started_at", "c.ended_at", f"{_DUE} < %(until)s and not {_STILL}"),
    "steps_paused": _lasting(_CLOCK, "c.started_at", "c.ended_at", _STILL),
    "incidents_opened": _happened(_INCIDENT, "detected_at", _REAL),
    **{
        f"incidents_severity_{level}": _happened(_INCIDENT, "detected_at", f"{_REAL} and severity = {level}")
        for level in (1, 2, 3, 4)
    },
    "incidents_serious": _happened(_INCIDENT, "detected_at", f"{_REAL} and legal_class = 'serious'"),
    "incidents_personal_data": _happened(_INCIDENT, "detected_at", f"{_REAL} and personal_data"),
    "incidents_resolved": _happened(_INCIDENT, "resolved_at", _REAL),
    "incidents_open": _lasting(_INCIDENT, "detected_at", "closed_at", _REAL),
    "incident_deadlines_on_time": _happened(_DEADLINE, "met_at", "met_at <= due_at"),
    "incident_deadlines_late": _happened(_DEADLINE, "met_at", "met_at > due_at"),
    "incident_deadlines_overdue": _lasting(_DEADLINE, "due_at", "met_at"),
    "availability_checks": f"select coalesce(sum(made), 0) from {_DAYS}",
    "availability_rate": f"select round(100.0 * sum(answered) / nullif(sum(made), 0), 2) from {_DAYS}",
    "availability_below": f"select count(*) from (select service_id from {_DAYS} group by service_id"
    " having sum(answered)::numeric / nullif(sum(made), 0) < 0.99) low",
    "outages": _happened(
        "incidents_outage o join catalog_upstream u on u.id = o.upstream_id", "o.opened_at", "u.environment = 'live'"
    ),
    "outage_minutes": _MINUTES.format(
        "opened_at",
        "coalesce(closed_at, 'infinity'::timestamptz)",
        "incidents_outage o join catalog_upstream u on u.id = o.upstream_id and u.environment = 'live'",
    ),
    "maintenance_windows": _n(
        "incidents_maintenancewindow", "state = 'planned' and starts_at < %(until)s and ends_at > %(since)s"
    ),
    "maintenance_minutes": _MINUTES.format(
        "starts_at", "ends_at", "(select * from incidents_maintenancewindow where state = 'planned') w"
    ),
    "maintenance_excused_minutes": _MINUTES.format(
        "starts_at",
        "stops",
        "(select starts_at, least(ends_at, timed_end) as stops from incidents_maintenancewindow"
        " where state = 'planned' and timed_at <= starts_at - interval '1 hour') w",
    ),
    "violations_total": _happened("incidents_violation", "opened_at"),
    "violations_agencies": _happened("incidents_violation", "opened_at", what="distinct agency_id"),
    **{f"violations_act_{act}": _happened("incidents_violation", "opened_at", f"act = '{act}'") for act in Act.values},
    **{
        f"violations_outcome_{one}": _happened(
            "incidents_violation", "opened_at", f"outcome = '{one}' and decided_at < %(until)s"
        )
        for one in Outcome.values
    },
    "violations_open": _happened("incidents_violation", "opened_at", "coalesce(closed_at >= %(until)s, true)"),
    "violations_appealed": _happened("incidents_violation", "opened_at", "appealed_at < %(until)s"),
    "violations_overturned": _happened(
        "incidents_violation", "opened_at", "appeal_result = 'overturned' and answered_at < %(until)s"
    ),
    "sharing_in_force": _n(_SHARING, f"{_GOES_ON} and valid_to >= %(last)s"),
    "sharing_expired": _n(_SHARING, f"{_GOES_ON} and valid_to < %(last)s"),
    "sharing_review_overdue": _n(_SHARING, f"{_GOES_ON} and (valid_to < %(last)s or review_on < %(last)s)"),
    "sharing_begun": _n(_SHARING, "valid_from between %(first)s and %(last)s"),
    "sharing_ended": _n(_SHARING, "ended_on between %(first)s and %(last)s and valid_from <= %(last)s"),
    "sharing_reviews": _happened("catalog_sharingreview", "reviewed_at"),
    "sharing_moved": _happened("catalog_sharingreview", "reviewed_at", "outcome = 'move'"),
    "data_errors_filed": _happened(_ERROR, "filed_at"),
    "data_errors_on_time": _happened(_ERROR, "answered_at", "(due_at is null or answered_at <= due_at)"),
    "data_errors_late": _happened(_ERROR, "answered_at", "answered_at > due_at"),
    "data_errors_corrected": _happened(_ERROR, "answered_at", "answer = 'corrected'"),
    "data_errors_waiting": _lasting(
        _ERROR, "filed_at", "answered_at", "(closed_at is null or closed_at >= %(until)s)"
    ),
    "data_errors_overdue": _lasting(
        _ERROR, "filed_at", "answered_at", "(closed_at is null or closed_at >= %(until)s) and due_at < %(until)s"
    ),
    "grants_declared": _lasting(
        f"{_GRANT} g join incidents_expecteduse e on e.grant_id = g.id",
        "opened_at",
        "revoked_at",
        f"{_LIVE} and {_VALID} and daily_calls is not null and declared_at < %(until)s",
    ),
    "calls_expected": "select sum(daily_calls * ceil(extract(epoch from %(until)s - greatest(opened_at, %(since)s))"
    f" / 86400)) from {_GRANT} g join incidents_expecteduse e on e.grant_id = g.id where"
    f" {_LASTS.format('opened_at', 'revoked_at')} and {_LIVE} and {_VALID} and declared_at < %(until)s",
    "calls_of_declared": f"select case when count(distinct g.id) > 0 then count(i.call_id) end from {_GRANT} g"
    " join incidents_expecteduse e on e.grant_id = g.id join catalog_dataservice s on s.id = g.service_id"
    " left join audit_intent i on i.environment = 'live' and i.verdict = 'A' and i.system_id = g.system_id"
    " and i.service = s.code and i.received_at >= %(since)s and i.received_at < %(until)s"
    f" where {_LASTS.format('opened_at', 'revoked_at')} and g.{_LIVE} and {_VALID}"
    " and daily_calls is not null and declared_at < %(until)s",
    "grants_unused": _lasting(
        f"{_GRANT} g join catalog_dataservice s on s.id = g.service_id",
        "opened_at",
        "revoked_at",
        f"{_LIVE} and {_VALID} and opened_at <= %(since)s and not {_USED}",
    ),
    "silences": _happened(
        "incidents_alert a join incidents_alertrule r on r.id = a.rule_id", "opened_at", "detector = 'silence'"
    ),
    "silent_now": _lasting(
        "incidents_alert a join incidents_alertrule r on r.id = a.rule_id",
        "opened_at",
        "closed_at",
        "detector = 'silence'",
    ),
    "agencies_bound": _n(
        "accounts_agency",
        "may_file and (valid_from is null or valid_from <= %(last)s) and (valid_to is null or valid_to >= %(last)s)",
    ),
    "agencies_unconnected": _n(
        "accounts_agency a",
        "may_file and (valid_from is null or valid_from <= %(last)s) and (valid_to is null or valid_to >= %(last)s)"
        " and not exists (select from connections_connection c join catalog_informationsystem s on s.id = c.system_id"
        f" where s.owner_id = a.id and {_LASTS.format('live_at', 'closed_at')})",
    ),
}


#: Shares -> the part, and the whole or, of ``_OF_BOTH``, the other part.
SHARES = {
    "agencies_connected_rate": ("agencies_connected", "agencies_bound"),
    "incident_deadlines_rate": ("incident_deadlines_on_time", "incident_deadlines_late"),
    "data_errors_on_time_rate": ("data_errors_on_time", "data_errors_late"),
    "steps_on_time_rate": ("steps_on_time", "steps_late"),
    "calls_of_expected_rate": ("calls_of_declared", "calls_expected"),
}
_OF_BOTH = ("incident_deadlines_rate", "data_errors_on_time_rate", "steps_on_time_rate")


def span_of(since: datetime, until: datetime) -> dict[str, Any]:
    """Return what the SQL calls a span: its moments, and the days it touches."""
    first = since.astimezone(VIETNAM).date()
    last = (until - timedelta(microseconds=1)).astimezone(VIETNAM).date()
    return {"since": since, "until": until, "first": first, "last": last}


def counted(since: datetime, until: datetime) -> dict[str, Any]:
    """Return each figure of :data:`COUNTS` for a span that begins with a day in Vietnam; days count as touched."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for code, text in COUNTS.items():
            cursor.execute(text, span_of(since, until))
            value = cursor.fetchone()[0]
            found[code] = float(value) if value is not None else None
    found["agencies_connected"] = found["agencies_bound"] - found["agencies_unconnected"]
    for code, (part, other) in SHARES.items():
        one, two = found[part] or 0, found[other] or 0
        whole = one + two if code in _OF_BOTH else two
        found[code] = half_up(100 * Decimal(one) / Decimal(whole)) if whole else None
    return found
