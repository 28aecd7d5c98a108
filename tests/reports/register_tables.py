"""Rows of a report's tables on the registers, each by SQL of its own that shares nothing with the report's queries."""

from datetime import datetime
from typing import Any

from django.db import connection

from incidents.register_choices import Severity
from tests.reports.register_counts import span_of

_REQUESTS, _ERRORS = "connections_connectionrequest r", "catalog_dataerrorreport e"
_SERVICE = "join catalog_dataservice d on d.id = {}.service_id"


def _in(field: str) -> str:
    return f"coalesce({field} >= %(since)s and {field} < %(until)s, false)"


def _lasts(begins: str, ends: str) -> str:
    return f"coalesce({begins} < %(until)s, false) and ({ends} is null or {ends} >= %(until)s)"


def _n(condition: str) -> str:
    return f"count(*) filter (where {condition})"


_WAITS = f"{_lasts('filed_at', 'answered_at')} and (closed_at is null or closed_at >= %(until)s)"
_ERROR_COUNTS = (
    f"{_n(_in('filed_at'))}, {_n(_in('answered_at') + ' and (due_at is null or answered_at <= due_at)')},"
    f" {_n(_in('answered_at') + ' and answered_at > due_at')}, {_n(_WAITS)}, {_n(_WAITS + ' and due_at < %(until)s')}"
)
_SEEN = f"({_in('filed_at')} or {_in('answered_at')} or {_WAITS})"
_FORCE = (
    f"g.environment = 'live' and {_lasts('g.opened_at', 'g.revoked_at')}"
    " and g.valid_from <= %(last)s and (g.valid_to is null or g.valid_to >= %(last)s)"
)
_LAST_MOVE = (
    "(select deed from audit_fact f where f.subject_type = 'catalog.informationsystem' and f.subject_id = s.id::text"
    " and f.deed in ('system.registered', 'system.retired') and f.at < %(until)s"
    " order by f.at desc, f.id desc limit 1)"
)
_DUE = "(c.started_at + c.amount * interval '1 hour')"
_STILL = "exists (select from connections_clockpause p where p.clock_id = c.id and p.started_at < %(until)s)"
_CALLS = (
    "(select count(*) from audit_intent i where i.environment = 'live' and i.verdict = 'A'"
    f" and i.system_id = g.system_id and i.service = d.code and {_in('i.received_at')})"
)
_GRANTS = (
    "connections_grant g join catalog_informationsystem s on s.id = g.system_id"
    f" {_SERVICE.format('g')} left join incidents_expecteduse u on u.grant_id = g.id and u.declared_at < %(until)s"
)
_GRANT_NAME = "s.name || ' (' || g.code || ')'"
_HELD = f"exists (select from connections_hold h where h.connection_id = c.id and {_lasts('placed_at', 'lifted_at')})"
_LIVE = f"{_lasts('c.live_at', 'c.closed_at')}"
_FIVE = ", ".join(f"sum(n{n})::bigint" for n in range(1, 6))
_SEVERITY = " ".join(f"when {level.value} then '{level.label}'" for level in Severity)

#: Table -> the SQL that gives its rows in any order, of the columns of :data:`COLUMNS`.
TABLES: dict[str, str] = {
    "data_errors_by_service": f"select d.title, d.code, {_ERROR_COUNTS} from {_ERRORS} {_SERVICE.format('e')}"
    f" where {_SEEN} group by d.id",
    "data_errors_by_agency": f"select a.code, {_ERROR_COUNTS} from {_ERRORS} {_SERVICE.format('e')}"
    f" join accounts_agency a on a.id = d.provider_id where {_SEEN} group by a.id",
    "availability_by_service": "select d.title, d.code, sum(made)::bigint, sum(answered)::bigint,"
    " sum(planned)::bigint, round(100.0 * sum(answered) / nullif(sum(made), 0), 2)::float"
    f" from incidents_statusday e {_SERVICE.format('e')} where day >= %(first)s and day <= %(last)s group by d.id",
    "incidents_by_severity": f"select case severity {_SEVERITY} end, {_n(_in('detected_at'))},"
    f" {_n(_in('resolved_at'))}, {_n(_lasts('detected_at', 'closed_at'))} from incidents_incident"
    f" where state <> 'dismissed' and ({_in('detected_at')} or {_in('resolved_at')}"
    f" or {_lasts('detected_at', 'closed_at')}) group by severity",
    "connections_by_agency": f"select a.code, {_FIVE} from"
    f" (select s.owner_id as agency, 1 as n1, ({_HELD})::int as n2, 0 as n3, 0 as n4, 0 as n5"
    f" from connections_connection c join catalog_informationsystem s on s.id = c.system_id where {_LIVE}"
    f" union all select agency_id, 0, 0, (kind = 'new' and {_in('approved_at')})::int,"
    f" (kind = 'new' and {_in('live_at')})::int, (state = 'terminated' and {_in('ended_at')})::int"
    f" from {_REQUESTS}) counts join accounts_agency a on a.id = agency group by a.id"
    " having sum(n1 + n2 + n3 + n4 + n5) > 0",
    "catalogue_by_agency": "select * from (select a.code,"
    " (select count(*) from catalog_informationsystem s where s.owner_id = a.id"
    f" and {_LAST_MOVE} = 'system.registered') as n1, v.services as n2, v.versions as n3,"
    " (select count(*) from connections_grant g join catalog_informationsystem s on s.id = g.system_id"
    f" where s.owner_id = a.id and {_FORCE}) as n4,"
    f" (select count(*) from connections_grant g {_SERVICE.format('g')} where d.provider_id = a.id and {_FORCE})"
    " as n5 from accounts_agency a cross join lateral"
    " (select count(distinct v.service_id) as services, count(*) as versions"
    f" from catalog_serviceversion v {_SERVICE.format('v')} where d.provider_id = a.id"
    f" and {_lasts('v.published_at', 'v.withdrawn_at')}) v) counts where n1 + n2 + n3 + n4 + n5 > 0",
    "dossiers_by_agency": f"select a.code, {_FIVE} from"
    f" (select agency_id as agency, {_in('submitted_at')}::int as n1, {_in('live_at')}::int as n2,"
    f" ({_lasts('submitted_at', 'live_at')} and (ended_at is null or ended_at >= %(until)s))::int as n3,"
    f" 0 as n4, 0 as n5, ({_in('received_at')} or {_in('approved_at')} or (submitted_at is not null"
    f" and state in ('withdrawn', 'closed') and {_in('ended_at')}))::int as more from {_REQUESTS}"
    f" union all select r.agency_id, 0, 0, 0, ({_in('c.ended_at')} and c.ended_at <= {_DUE})::int,"
    f" (({_in('c.ended_at')} and c.ended_at > {_DUE}) or ({_lasts('c.started_at', 'c.ended_at')}"
    f" and {_DUE} < %(until)s and not {_STILL}))::int,"
    f" ({_lasts('c.started_at', 'c.ended_at')})::int from connections_clock c"
    f" join {_REQUESTS} on r.id = c.request_id and r.submitted_at is not null)"
    " counts join accounts_agency a on a.id = agency group by a.id having sum(n1 + n2 + n3 + n4 + n5 + more) > 0",
    "unconnected": "select code from accounts_agency a where may_file"
    " and (valid_from is null or valid_from <= %(last)s) and (valid_to is null or valid_to >= %(last)s)"
    " and not exists (select from connections_connection c"
    f" join catalog_informationsystem s on s.id = c.system_id where s.owner_id = a.id and {_LIVE})",
    "grants_unused": f"select {_GRANT_NAME}, d.title from {_GRANTS}"
    f" where {_FORCE} and g.opened_at <= %(since)s and {_CALLS} = 0",
    "grants_declared": f"select {_GRANT_NAME}, d.title, (u.daily_calls * ceil(extract(epoch from"
    f" %(until)s - greatest(g.opened_at, %(since)s)) / 86400))::bigint, {_CALLS}"
    f" from {_GRANTS} where {_FORCE} and u.daily_calls is not null",
}

#: Table -> the columns compared: names of bodies are left out, which say more than the register's.
COLUMNS: dict[str, tuple[int, ...]] = {
    "data_errors_by_service": tuple(range(7)),
    "data_errors_by_agency": tuple(range(1, 7)),
    "availability_by_service": tuple(range(6)),
    "incidents_by_severity": tuple(range(4)),
    "connections_by_agency": tuple(range(1, 7)),
    "catalogue_by_agency": tuple(range(1, 7)),
    "dossiers_by_agency": tuple(range(1, 7)),
    "unconnected": (1,),
    "grants_unused": (0, 2),
    "grants_declared": (0, 2, 4, 5),
}


def listed(since: datetime, until: datetime) -> dict[str, tuple[tuple[int, ...], list[tuple[Any, ...]]]]:
    """Return for each table which columns are compared, and its rows of them, sorted."""
    found = {}
    with connection.cursor() as cursor:
        for code, text in TABLES.items():
            cursor.execute(text, span_of(since, until))
            found[code] = (COLUMNS[code], sorted(map(tuple, cursor.fetchall()), key=repr))
    return found
