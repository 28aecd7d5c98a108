"""How the steps of dossiers stood by their deadlines at a moment, counted by the database (QC10; decisions, 23).

A deadline is reckoned from its own term, its pauses and the calendar as they are now, never read from what a step
once said: days off may have been entered since. Steps that begin and pause on the same days under the same term have
the same deadline, so each such kind is reckoned once, in Python, and its steps are counted in the database.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import connection

from accounts.selectors.calendar import work_calendar
from connections.models import Clock
from core.workdays import Pause
from reports.queries.window import Window

STANDINGS = ("early", "on_time", "late", "running", "overdue", "paused")
#: Step, amount, unit, statutory.
Term = tuple[str, int, str, bool]

_ZONE = "'Asia/Ho_Chi_Minh'"
_DAY = f"date_trunc('day', %s, {_ZONE})"


def _event(moment: str) -> str:
    """Give SQL for a moment of the day *moment* lies on that falls on the same side of the hour of closing."""
    begins = _DAY.replace("%s", moment)
    late = f"({moment} at time zone {_ZONE})::time > c.cutoff"
    return f"{begins} + case when {late} then interval '1 day' - interval '1 microsecond' else interval '0' end"


# Terms in days know no hours but that of closing; in hours every moment is its own. A pause that lasts beyond the
# step's end, or beyond the window's, ends there; one that holds a step at the window's end makes it stand.
_STEPS = f"""
with chosen as (
  select c.id, c.request_id, c.step, c.amount, c.unit, c.statutory, c.cutoff, c.started_at,
         case when c.ended_at < %(until)s then c.ended_at end as ended,
         c.unit in ('working_day', 'calendar_day') as in_days
    from connections_clock c
   where (c.started_at < %(until)s and (c.ended_at is null or c.ended_at >= %(until)s))
      or (c.ended_at >= %(since)s and c.ended_at < %(until)s)
), held as (
  select c.id, bool_or(over.at is null) as stands,
         array_agg(case when c.in_days then {_DAY.replace("%s", "p.started_at")} else p.started_at end
           order by p.started_at, p.id) as starts,
         array_agg(case when c.in_days then {_event("over.at")} else over.at end order by p.started_at, p.id) as stops
    from chosen c join connections_clockpause p on p.clock_id = c.id and p.started_at < %(until)s
   cross join lateral (select case when p.ended_at < %(until)s then p.ended_at else c.ended end as at) over
   group by c.id
), step as (
  select c.request_id, c.step, c.amount, c.unit, c.statutory, c.cutoff, c.ended, coalesce(h.stands, false) as stands,
         case when c.in_days then {_event("c.started_at")} else c.started_at end as begins, h.starts, h.stops
    from chosen c left join held h using (id)
), keyed as (
  select step.*, concat_ws('|', unit, amount, coalesce(cutoff::text, '-'), begins, starts, stops) collate "C" as kind
    from step
)
"""  # noqa: S608 - nothing but the texts above
_KINDS = f"""{_STEPS}
select kind, amount, unit, cutoff, begins, starts, stops from keyed where not stands group by 1, 2, 3, 4, 5, 6, 7
"""  # noqa: S608
_COUNTED = f"""{_STEPS}
, stood as (
  select step, amount, unit, statutory, r.agency_id, (ended at time zone {_ZONE})::date as day,
         case when stands then 'paused'
              when ended is null then case when %(until)s <= due then 'running' else 'overdue' end
              when ended > due then 'late'
              when (ended at time zone {_ZONE})::date < (due at time zone {_ZONE})::date then 'early'
              else 'on_time' end as standing
    from keyed k join connections_connectionrequest r on r.id = k.request_id and r.submitted_at is not null
    left join unnest(%(kinds)s::text[], %(dues)s::timestamptz[]) reckoned (kind, due)
      on reckoned.kind collate "C" = k.kind
)
select step, amount, unit, statutory, agency_id, day, standing, count(*), grouping(step), grouping(agency_id)
  from stood
 group by grouping sets ((step, amount, unit, statutory, standing), (agency_id, standing), (day, standing))
"""  # noqa: S608


@dataclass(slots=True)
class Standings:
    """Counts of steps by how they stood: by their term, by id of the agency, and of ended ones by day and lateness."""

    by_term: dict[Term, Counter[str]] = field(default_factory=dict)
    by_agency: dict[int, Counter[str]] = field(default_factory=dict)
    finished: Counter[tuple[date, bool]] = field(default_factory=Counter)


def standings(window: Window) -> Standings:
    """Return how the steps that ended in *window*, or last at its end, stood then. Two queries and the calendar's."""
    values: dict[str, Any] = {"since": window.since, "until": window.until}
    found = Standings()
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, values)
        dues = dict(_dues(cursor.fetchall()))
        cursor.execute(_COUNTED, values | {"kinds": list(dues), "dues": list(dues.values())})
        for *term, agency, day, standing, count, without_term, without_agency in cursor.fetchall():
            if not without_term:
                found.by_term.setdefault((term[0], term[1], term[2], term[3]), Counter())[standing] = count
            elif not without_agency:
                found.by_agency.setdefault(agency, Counter())[standing] = count
            elif day is not None:
                found.finished[day, standing == "late"] += count
    return found


def _dues(
    kinds: list[tuple[str, int, str, time | None, datetime, list[datetime] | None, list[datetime] | None]],
) -> Iterator[tuple[str, datetime | None]]:
    """Reckon each kind of deadline by the calendar in force."""
    calendar = work_calendar()
    for kind, amount, unit, cutoff, begins, starts, stops in kinds:
        pauses = [Pause(*span) for span in zip(starts or (), stops or (), strict=True)]
        term = Clock(amount=amount, unit=unit, cutoff=cutoff, started_at=begins)
        yield kind, term.due_by(pauses, calendar)
