"""Figures and tables of the year's duties, each by SQL of its own that shares nothing with the report's queries."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from core.clock import VIETNAM
from tests.reports.raw_calls import half_up

_ASKED = (
    "from reports_statement s join reports_campaign c on c.id = s.campaign_id"
    " where c.issued_at >= %(since)s and c.issued_at < %(until)s"
)
_CAME = f"{_ASKED} and first_submitted_at < %(until)s"
_SEATS = (
    "from reports_trainingseat s join reports_trainingsession t on t.id = s.session_id"
    " join accounts_agency a on a.id = s.agency_id where s.state = 'registered' and t.opened_at is not null"
    " and t.state <> 'cancelled' and t.ends_at >= %(since)s and t.ends_at < %(until)s"
)
_HELD = (
    "select count(*) from reports_trainingsession"
    " where opened_at is not null and ends_at >= %(since)s and ends_at < %(until)s"
)
_FILED = "from reports_feedback where filed_at >= %(since)s and filed_at < %(until)s"
_ANSWERED = "select count(*) from reports_feedback where answered_at >= %(since)s and answered_at < %(until)s"
_OPEN = (
    "select count(*) from reports_feedback"
    " where filed_at < %(until)s and (answered_at is null or answered_at >= %(until)s)"
)
# Entries as they stood at the end: each with its line, of the budget year of the last day and of the one before.
_MONEY = """
with line as (
  select l.*, y.year as budget from reports_budgetline l join reports_budgetyear y on y.id = l.year_id
   where l.entered_at < %(until)s and y.year between %(year)s - 1 and %(year)s),
entry as (
  select id as line_id, budget, amount as allowed, null::date as spent_on, 0 as spent from line
  union all
  select l.id, l.budget, a.delta, null, 0 from reports_budgetadjustment a join line l on l.id = a.line_id
   where a.at < %(until)s
  union all
  select l.id, l.budget, 0, s.spent_on, s.amount from reports_spending s join line l on l.id = s.line_id
   where s.at < %(until)s and (s.voided_at is null or s.voided_at >= %(until)s))
select {key},
  coalesce(sum(e.allowed) filter (where e.budget = %(year)s), 0),
  coalesce(sum(e.spent) filter (where e.budget = %(year)s
    and e.spent_on between greatest(%(first)s, make_date(%(year)s, 1, 1)) and %(last)s), 0),
  coalesce(sum(e.spent) filter (where e.budget = %(year)s and e.spent_on <= %(last)s), 0),
  case when bool_or(e.budget < %(year)s) then
    coalesce(sum(e.spent) filter (where e.budget < %(year)s
      and e.spent_on <= (%(last)s::date - interval '1 year')::date), 0) end
from entry e join line l on l.id = e.line_id join reports_budgetterm t on t.id = l.{term}_id {group}
"""

#: Figure -> the SQL that gives it.
COUNTS: dict[str, str] = {
    "statements_asked": f"select count(*) {_ASKED}",
    "statements_in_time": f"select count(*) {_CAME} and first_submitted_at <= due_at",
    "statements_late": f"select count(*) {_CAME} and first_submitted_at > due_at",
    "statements_missing": f"select count(*) {_ASKED}"
    " and (first_submitted_at is null or first_submitted_at >= %(until)s)",
    "training_held": f"{_HELD} and state <> 'cancelled'",
    "training_cancelled": f"{_HELD} and state = 'cancelled'",
    "training_registered": f"select count(*) {_SEATS}",
    "training_attended": f"select count(*) {_SEATS} and attended",
    "training_passed": f"select count(*) {_SEATS} and result = 'passed'",
    "feedback_filed": f"select count(*) {_FILED}",
    "feedback_difficulties": f"select count(*) {_FILED} and kind = 'difficulty'",
    "feedback_proposals": f"select count(*) {_FILED} and kind = 'proposal'",
    "feedback_agencies": f"select count(distinct agency_id) {_FILED}",
    "feedback_answered": _ANSWERED,
    "feedback_late": f"{_ANSWERED} and answered_at > due_at",
    "feedback_open": _OPEN,
    "feedback_overdue": f"{_OPEN} and due_at < %(until)s",
}
#: Shares -> part and whole.
SHARES = {
    "statements_in_time_rate": ("statements_in_time", "statements_asked"),
    "training_attendance": ("training_attended", "training_registered"),
    "funding_rate": ("funding_spent", "funding_allowed"),
}
_MONEYS = ("funding_allowed", "funding_period", "funding_spent", "funding_before")
#: Table -> the SQL that gives its rows, in any order.
TABLES: dict[str, str] = {
    "campaigns": "select c.title || ' (' || c.code || ')', count(s.id),"
    " count(*) filter (where s.first_submitted_at < %(until)s and s.first_submitted_at <= c.due_at),"
    " count(*) filter (where s.first_submitted_at < %(until)s and s.first_submitted_at > c.due_at),"
    " count(*) filter (where s.first_submitted_at is null or s.first_submitted_at >= %(until)s),"
    " coalesce(sum(r.logged) filter (where s.submitted_at < %(until)s), 0)::bigint,"
    " coalesce(sum(r.declared) filter (where s.submitted_at < %(until)s), 0)::bigint"
    " from reports_campaign c join reports_statement s on s.campaign_id = c.id"
    " left join (select statement_id, sum(logged) as logged, sum(declared) as declared"
    "   from reports_statementrow group by 1) r"
    "   on r.statement_id = s.id and s.state in ('submitted', 'accepted')"
    " where c.issued_at >= %(since)s and c.issued_at < %(until)s group by c.id",
    "training_by_agency": "select min(a.name), count(*), count(*) filter (where attended),"
    f" count(*) filter (where result = 'passed') {_SEATS} group by a.id",
    "feedback_by_theme": "select coalesce(t.name, 'Chưa xếp nhóm'), count(*), count(distinct f.agency_id)"
    " from reports_feedback f left join reports_feedbacktheme t on t.id = f.theme_id"
    " where filed_at >= %(since)s and filed_at < %(until)s group by t.id",
    **{
        f"funding_by_{term}": _MONEY.format(key="min(t.name)", term=term, group="group by t.id")
        for term in ("kind", "source")
    },
}


def _of(since: datetime, until: datetime) -> dict[str, Any]:
    last = (until - timedelta(microseconds=1)).astimezone(VIETNAM).date()
    first = since.astimezone(VIETNAM).date()
    return {"since": since, "until": until, "first": first, "last": last, "year": last.year}


def yearly_counted(since: datetime, until: datetime) -> dict[str, Any]:
    """Return each figure of the year's duties for a span that begins with a day in Vietnam.

    None is said of statements where no campaign was issued, and of money where no budget year was opened.
    """
    of = _of(since, until)
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for code, text in COUNTS.items():
            cursor.execute(text, of)
            found[code] = float(cursor.fetchone()[0])
        cursor.execute(_MONEY.format(key="0", term="kind", group=""), of)
        _key, *sums = cursor.fetchone()
        found |= {code: None if value is None else float(value) for code, value in zip(_MONEYS, sums, strict=True)}
        found["funding_left"] = found["funding_allowed"] - found["funding_spent"]
        for code, (part, whole) in SHARES.items():
            found[code] = half_up(100 * Decimal(found[part]) / Decimal(found[whole])) if found[whole] else None
        cursor.execute(
            "select exists (select from reports_campaign where issued_at >= %(since)s and issued_at < %(until)s),"
            " exists (select from reports_budgetyear where year = %(year)s and opened_at < %(until)s)",
            of,
        )
        asked, opened = cursor.fetchone()
    silent = [*(() if asked else ("statements",)), *(() if opened else ("funding",))]
    return {code: None if code.split("_", 1)[0] in silent else value for code, value in found.items()}


def yearly_rows(since: datetime, until: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table of the year's duties, sorted; money in millions, three places."""
    found = {}
    with connection.cursor() as cursor:
        for code, text in TABLES.items():
            cursor.execute(text, _of(since, until))
            rows = [tuple(row) for row in cursor.fetchall()]
            found[code] = sorted(map(_money, rows) if code.startswith("funding") else rows, key=repr)
    return found


def _money(row: tuple[Any, ...]) -> tuple[Any, ...]:
    name, allowed, period, spent, before = row
    amounts = (allowed, period, spent, allowed - spent, before)
    return (name, *(None if one is None else half_up(Decimal(one) / 1_000_000, "0.001") for one in amounts))
