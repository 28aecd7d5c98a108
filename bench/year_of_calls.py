"""A year of calls for ``bench/leadership.py``: agencies, services, dossiers and calls, written by SQL and summed."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import Agency
from audit.rollup_shape import DAY, HOUR, MINUTES_KEPT
from audit.services import rollups
from audit.services.partitions import Span, _make
from bench.lists import seed
from bench.rollups import DAYS
from core import clock
from core.text import fold, sort_key

AGENCIES, SERVICES, SYSTEMS, USED, DOSSIERS, CHUNK = 150, 60, 151, 6, 100_000, 250_000
# Each system uses six services under one purpose each, in office hours; a tenth of its calls is refused, a fiftieth
# ends by the provider's fault.
_EPOCHS = """
insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac)
 values (1000001, 'open', 'intent', now(), 'bench', 'bench', 2, '', ''),
        (1000002, 'open', 'outcome', now(), 'bench', 'bench', 2, '', '')
"""
_OUTCOMES = """
insert into audit_outcome (call_id, received_at, finished_at, status, reason, side, upstream_id, upstream_status,
  response_bytes, total_ms, upstream_ms, fields_dropped, stage, verdict, admitted_at, intent_epoch, intent_n, earlier,
  epoch, n, prev_mac, row_mac)
select call_id, received_at, received_at, case when verdict = 'Q' then 429 when n %% 50 = 1 then 502 else 200 end,
       case when verdict = 'Q' then 'quota-exceeded' when n %% 50 = 1 then 'provider-unavailable' else '' end,
       case when verdict = 'Q' then 'consumer' when n %% 50 = 1 then 'provider' else '' end,
       1, 200, 1000, ((n * 48271) %% 3000)::int, ((n * 48271) %% 2900)::int, 0, 'F', verdict, admitted_at, 1000001, n,
       '', 1000002, n, '', ''
  from audit_intent where epoch = 1000001 and n between %(first)s and %(last)s
"""
_INTENTS = """
insert into audit_intent (
  call_id, received_at, environment, method, service, version, operation, key_id, access_key, system_id, system_code,
  agency_id, agency_code, provider_id, provider_code, grant_code, purpose, gate_id, gate_version, address,
  request_bytes, body_digest, query_digest, created, nonce, owned, refused, calls, epoch, n, prev_mac, row_mac,
  verdict, admitted_at)
select gen_random_uuid(), at, 'live', 'GET', 'bench-' || service, 'v1', 'one', 1, 'ak_live_' || system, system,
       'BENCH.' || system, system %% %(agencies)s, 'H99.' || system %% %(agencies)s, service %% 40,
       'H99.' || service %% 40, 'QK', 'purpose-' || (system + service) %% 3, 1, 1, '10.0.0.1', 100, '', '', at, '',
       false, false, 1, 1000001, n, '', '', case when n %% 10 = 0 then 'Q' else 'A' end, at
  from (select n, system, (system * 7 + (n / %(systems)s) %% %(used)s) %% %(services)s as service, at
          from (select n, n %% %(systems)s + 1 as system,
                       %(since)s::timestamptz + make_interval(days => (n %% %(days)s)::int,
                         secs => 25200 + ((n * 3571) %% 36000)::int + (n %% 1000) / 1000.0) as at
                  from generate_series(%(first)s::bigint, %(last)s::bigint) n) placed) call
"""
_SERVICES = """
insert into catalog_dataservice select (jsonb_populate_record(s, jsonb_build_object('id', s.id + 1000 + n, 'code',
  'bench-' || n, 'title', 'Dịch vụ mẫu số ' || n))).* from catalog_dataservice s, generate_series(0, %s) n
 where s.id = (select min(id) from catalog_dataservice) on conflict do nothing
"""
_UNSUMMED = f"""
select day from (select date_trunc('day', received_at, 'Asia/Ho_Chi_Minh') as day, count(*) as calls
                   from audit_intent where epoch = 1000001 group by 1) log
  left join (select begins as day, sum(calls) as calls from {DAY} where agency_code like 'H99.%' group by 1) summed
 using (day)
 where log.calls is distinct from summed.calls order by day
"""
_MARKS = """
insert into audit_rollup_mark (epoch, n, done, at)
select 1000001 + kind, (select max(n) from audit_intent where epoch = 1000001), false, now()
  from generate_series(0, 1) kind
 on conflict (epoch) do update set n = excluded.n, at = excluded.at
"""
_RECENT = """
insert into audit_rollup_due (minute) select distinct date_trunc('minute', received_at) from audit_intent
 where received_at >= %s on conflict do nothing
"""


class OutOfTime(Exception):
    """The piece is over."""


def fill(calls: int, seconds: float) -> bool:
    """Do what is left of filling and summing, at most about *seconds*; return whether all of it is there."""
    stop = time.monotonic() + seconds
    logging.disable(logging.WARNING)
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        cursor.execute("set synchronous_commit = off")
    try:
        for part in (_register, _dossiers, lambda ends: _calls(calls, ends), _sum):
            part(stop)
    except OutOfTime:
        print("not done yet: call it again", flush=True)
        return False
    print(f"{calls:,} calls are there and summed", flush=True)
    return True


def _register(_stop: float) -> None:
    """Enter agencies and services, once."""
    if Agency.objects.filter(code="H99.0").exists():
        return
    with transaction.atomic():
        _enter()
    print(f"{AGENCIES} agencies, {SERVICES} services", flush=True)


def _enter() -> None:
    for number in range(AGENCIES):
        name = f"Cơ quan mẫu số {number}"
        Agency.objects.create(
            code=f"H99.{number}",
            name=name,
            kind="department",
            source="đo hiệu năng",
            sort_key=sort_key(name),
            search=fold(name),
        )
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, [SERVICES - 1])


def _dossiers(_stop: float) -> None:
    """Enter dossiers with their clocks and connections (``bench/lists.py``), once."""
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from connections_connectionrequest where number like 'BENCH-%')")
        if cursor.fetchone()[0]:
            return
    timed(f"fill {DOSSIERS:,} dossiers", lambda: seed(DOSSIERS))


def _calls(calls: int, stop: float) -> None:
    """Write the calls that are missing, a chunk a transaction."""
    since = first_day()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(n), 0) from audit_intent where epoch = 1000001")
        done = int(cursor.fetchone()[0])
        if done == 0:
            _partitions(since)
            cursor.execute(_EPOCHS)
    begun, began_with = time.monotonic(), done
    while done < calls:
        _in_time(stop)
        last = min(done + CHUNK, calls)
        values: dict[str, Any] = {"agencies": AGENCIES, "services": SERVICES, "systems": SYSTEMS, "used": USED}
        values |= {"since": since, "days": DAYS, "first": done + 1, "last": last}
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_INTENTS, values)
            cursor.execute(_OUTCOMES, values)
        done = last
    if done > began_with:
        print(f"fill {done - began_with:,} calls: {time.monotonic() - begun:.0f} s", flush=True)
        with connection.cursor() as cursor:
            cursor.execute("analyze audit_intent, audit_outcome")


def _partitions(since: datetime) -> None:
    month = since.replace(day=1)
    while month < since + timedelta(days=DAYS + 1):
        after = (month + timedelta(days=32)).replace(day=1)
        for table in ("audit_intent", "audit_outcome"):
            _make(Span(table, month.strftime("%Y%m"), month, after))
        month = after


def first_day() -> datetime:
    """Return the first day of the year of calls: kept by the first call, for a run may go on tomorrow."""
    with connection.cursor() as cursor:
        cursor.execute("select received_at from audit_intent where epoch = 1000001 and n = 365")
        row = cursor.fetchone()
    if row is not None:
        return _day(row[0])
    return _day(clock.now()) - timedelta(days=DAYS)


def _day(moment: datetime) -> datetime:
    return moment.astimezone(clock.VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _sum(stop: float) -> None:
    """Sum the days whose sums lack calls, a day at once, and let a run of the product's own do the rest.

    That run alone would sum each day again for each of its hours.
    """
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_UNSUMMED)
        days = [row[0] for row in cursor.fetchall()]
    for day in days:
        _in_time(stop)
        rollups.rebuild(since=day, until=day + timedelta(days=1))
    if days:
        with connection.cursor() as cursor:
            cursor.execute(_MARKS)
            cursor.execute(_RECENT, [clock.now() - MINUTES_KEPT])
        print(f"sum {len(days)} days: {time.monotonic() - begun:.0f} s", flush=True)
    while rollups.roll_up():
        _in_time(stop)
    with connection.cursor() as cursor:
        cursor.execute(f"vacuum analyze {DAY}, {HOUR}")


def _in_time(stop: float) -> None:
    if time.monotonic() > stop:
        raise OutOfTime


def timed(what: str, deed: Callable[[], Any]) -> Any:
    """Do *deed*, print how long it took, and return what it gave."""
    began = time.perf_counter()
    found = deed()
    print(f"{what}: {time.perf_counter() - began:.2f} s", flush=True)
    return found
