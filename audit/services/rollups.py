"""Summing the call log by minute, hour and day, exact against the log (performance, reports).

Rows of one chain become visible in the order of their places, so a mark for each chain says how far its rows were
seen. Each row seen makes its minute *due*, intents and outcomes alike, whenever they come; a due minute is summed anew
from the log, then its hour, then its day. Summing again what was summed changes nothing: a run may be cut off
anywhere, and one run at a time is at it.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from audit.rollup_shape import BRIEF, BRIEF_BY, DAY, HOUR, KEYS, MINUTE, MINUTES_KEPT, SUMS
from audit.selectors.calls import CALLS, ENDED
from core import clock

CHUNK = 50_000
MINUTES_AT_ONCE = 120
BUDGET_SECONDS = 40.0
_LOCK = 7_402_530  # any number: one run at a time
_SETTLED = timedelta(hours=1)
_ZONE = "Asia/Ho_Chi_Minh"

_CHAINS = """
select e.seq, e.kind from audit_epoch e left join audit_rollup_mark m on m.epoch = e.seq
 where e.event = 'open' and not coalesce(m.done, false) order by e.seq
"""
_SEE = """
with fresh as materialized (
  select n, received_at from {table} where epoch = %(epoch)s and n > %(n)s order by n limit %(chunk)s),
due as (
  insert into audit_rollup_due (minute) select distinct date_trunc('minute', received_at) from fresh
  on conflict do nothing)
select coalesce(max(n), %(n)s), count(*) from fresh
"""
_KEEP = """
insert into audit_rollup_mark (epoch, n, done, at) values (%(epoch)s, %(n)s, false, %(at)s)
 on conflict (epoch) do update set n = excluded.n, at = excluded.at
"""
_DONE = """
update audit_rollup_mark m set done = true from audit_epoch e
 where m.epoch = %s and e.event = 'close' and e.last_epoch = m.epoch and e.last_n <= m.n and e.at < %s
"""
_UNTIL = """
insert into audit_rollup_mark (epoch, n, done, at) values (0, 0, true, %s)
 on conflict (epoch) do update set at = greatest(audit_rollup_mark.at, excluded.at)
"""
_GONE = f"""
select to_char(min(d.begins) at time zone '{_ZONE}', 'DD/MM/YYYY') from {DAY} d
 where d.begins >= %s and d.begins < %s and not exists (
   select from audit_intent i where i.received_at >= d.begins and i.received_at < d.begins + interval '1 day')
"""  # noqa: S608
_NAMES = ", ".join([*KEYS, *SUMS])
_PLACES = ", ".join(str(place) for place in range(1, len(KEYS) + 2))
_FROM_LOG = f"""
insert into {{table}} (begins, {_NAMES})
select {{span}}, {", ".join([*KEYS.values(), *SUMS.values()])}
  from audit_intent i {ENDED} and o.received_at >= %(since)s and o.received_at < %(until)s
 where i.received_at >= %(since)s and i.received_at < %(until)s and {CALLS} {{more}}
 group by {_PLACES}
"""  # noqa: S608
_FROM_SUMS = f"""
insert into {{table}} (begins, {_NAMES})
select {{span}}, {", ".join([*KEYS, *(f"sum({name})" for name in SUMS)])}
  from {{source}} where begins >= %(since)s and begins < %(until)s
 group by {_PLACES}
"""  # noqa: S608
_CODES = " ".join(f"when '{kind}' then {code}" for kind, code in BRIEF_BY.items())
_BRIEF = f"""
insert into {BRIEF} (kind, begins, environment, code, calls, success)
select kind, begins, environment, case kind {_CODES} end,
       sum(calls), sum(success)
  from {DAY} cross join unnest(%(kinds)s::text[]) kind where begins = %(day)s group by 1, 2, 3, 4
"""  # noqa: S608
_OF_MINUTE = "date_trunc('minute', i.received_at)"
_OF_HOUR = "date_trunc('hour', {})"
_OF_DAY = f"date_trunc('day', {{}}, '{_ZONE}')"


def roll_up(*, within: float | None = None) -> int:
    """Sum what came to the log since the last run; return how many minutes were summed. Safe to run twice and at once.

    A run that finds more than it can do *within* so many seconds (``BUDGET_SECONDS``) leaves the rest to the next one.
    """
    begun, stop, summed = clock.now(), time.monotonic() + (BUDGET_SECONDS if within is None else within), 0
    seen = _see_all(stop)
    while time.monotonic() < stop and (done := _sum_due()) is not None:
        summed += done
        if done == 0:
            if seen:
                _keep_until(begun)
            break
    return summed


def rebuild(*, since: datetime, until: datetime) -> int:
    """Sum the hours and days from *since* up to *until* anew from the log; return the calls they hold.

    Both are moved outwards to the bounds of Vietnamese days. Raises ValueError where the log of that time is no longer
    in the database: its sums are all there is.
    """
    first, last = _day_of(since), _day_of(until - timedelta(microseconds=1)) + timedelta(days=1)
    gone = _archived(first, last)
    if gone:
        raise ValueError(gone)
    total, day = 0, first
    while day < last:
        total += _sum_day_from_log(day)
        day += timedelta(days=1)
    return total


def _see_all(stop: float) -> bool:
    """Note which minutes are due; return whether every row that was there is seen."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAINS)
        chains = cursor.fetchall()
    for epoch, kind in chains:
        while (read := _see(epoch, kind)) == CHUNK:
            if time.monotonic() > stop:
                return False
        if read is None:
            return False
    return True


@transaction.atomic
def _see(epoch: int, kind: str) -> int | None:
    """Note the minutes of the next rows of a chain; return how many rows, None while another run is at it."""
    now = clock.now()
    with connection.cursor() as cursor:
        if not _alone(cursor):
            return None
        cursor.execute("select coalesce(max(n), 0) from audit_rollup_mark where epoch = %s", [epoch])
        [n] = cursor.fetchone()
        cursor.execute(_SEE.format(table=f"audit_{kind}"), {"epoch": epoch, "n": n, "chunk": CHUNK})
        last, read = cursor.fetchone()
        if read:
            cursor.execute(_KEEP, {"epoch": epoch, "n": last, "at": now})
        else:
            cursor.execute(_DONE, [epoch, now - _SETTLED])
    return int(read)


@transaction.atomic
def _keep_until(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, [moment])
        cursor.execute(f"delete from {MINUTE} where begins < %s", [moment - MINUTES_KEPT])  # noqa: S608


@transaction.atomic
def _sum_due() -> int | None:
    """Sum the oldest hour that has minutes due, then its day; return the minutes, None while another run is at it."""
    with connection.cursor() as cursor:
        if not _alone(cursor):
            return None
        cursor.execute("select min(minute) from audit_rollup_due")
        [oldest] = cursor.fetchone()
        if oldest is None:
            return 0
        hour = oldest.replace(minute=0, second=0, microsecond=0)
        span = {"since": hour, "until": hour + timedelta(hours=1)}
        cursor.execute(
            "delete from audit_rollup_due where minute >= %(since)s and minute < %(until)s returning minute", span
        )
        due = [row[0] for row in cursor.fetchall()]
        if hour >= clock.now() - MINUTES_KEPT + timedelta(hours=1):
            cursor.execute(f"delete from {MINUTE} where begins = any(%s)", [due])  # noqa: S608
            more = f"and {_OF_MINUTE} = any(%(due)s)"
            cursor.execute(_FROM_LOG.format(table=MINUTE, span=_OF_MINUTE, more=more), {**span, "due": due})
            _again(cursor, HOUR, hour, timedelta(hours=1), MINUTE)
        else:
            _hour_from_log(cursor, hour)
        _day_again(cursor, _day_of(hour))
    return len(due)


@transaction.atomic
def _sum_day_from_log(day: datetime) -> int:
    span = {"since": day, "until": day + timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(f"delete from {HOUR} where begins >= %(since)s and begins < %(until)s", span)  # noqa: S608
        cursor.execute(_FROM_LOG.format(table=HOUR, span=_OF_HOUR.format("i.received_at"), more=""), span)
        _day_again(cursor, day)
        cursor.execute(f"select coalesce(sum(calls), 0) from {DAY} where begins = %s", [day])  # noqa: S608
        return int(cursor.fetchone()[0])


def _hour_from_log(cursor: Any, hour: datetime) -> None:
    cursor.execute(f"delete from {HOUR} where begins = %s", [hour])  # noqa: S608
    span = {"since": hour, "until": hour + timedelta(hours=1)}
    cursor.execute(_FROM_LOG.format(table=HOUR, span=_OF_HOUR.format("i.received_at"), more=""), span)


def _day_again(cursor: Any, day: datetime) -> None:
    """Sum one day from its hours, and in brief."""
    _again(cursor, DAY, day, timedelta(days=1), HOUR)
    values = {"day": day, "kinds": list(BRIEF_BY)}
    cursor.execute(f"delete from {BRIEF} where kind = any(%(kinds)s) and begins = %(day)s", values)  # noqa: S608
    cursor.execute(_BRIEF, values)


def _again(cursor: Any, table: str, begins: datetime, length: timedelta, source: str) -> None:
    """Sum one hour from its minutes, or one day from its hours."""
    span = (_OF_HOUR if table == HOUR else _OF_DAY).format("begins")
    cursor.execute(f"delete from {table} where begins = %s", [begins])  # noqa: S608
    cursor.execute(
        _FROM_SUMS.format(table=table, span=span, source=source), {"since": begins, "until": begins + length}
    )


def _alone(cursor: Any) -> bool:
    cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _day_of(moment: datetime) -> datetime:
    return moment.astimezone(clock.VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _archived(first: datetime, last: datetime) -> str:
    """Return the first day from *first* to *last* that has sums and no log any more, "" where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, [first, last])
        [day] = cursor.fetchone()
    return str(day or "")
