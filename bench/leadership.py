"""The leadership page over a year of calls: ``./run manage --data NEW shell -c "<below>"``.

``from bench.leadership import go; go(1_000_000)``, where NEW is the folder of a portal that was started once with its
sample people (``./run --data NEW --port P``), does not run now and holds nothing of worth. Fills agencies, services,
dossiers and calls of a year (no MACs: nothing here verifies), sums them and measures. Stops after *seconds* and says
so; called again it goes on where it stopped. That portal does not start again: its log names a key nobody holds.
"""

import logging
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from accounts.models import Agency, User
from audit.rollup_shape import DAY, HOUR
from audit.selectors.rollups import summed_until
from audit.services import rollups
from audit.services.partitions import Span, _make
from bench.lists import seed
from bench.rollups import DAYS
from core import clock
from core.text import fold, sort_key
from reports.queries.gathering import gather
from reports.queries.window import Window

AGENCIES, SERVICES, SYSTEMS, USED, DOSSIERS, CHUNK = 150, 60, 151, 6, 100_000, 250_000
PAGES = (
    "/dieu-hanh/",
    "/dieu-hanh/?ky=thang-truoc",
    "/dieu-hanh/?ky=quy-nay",
    "/dieu-hanh/?ky=nam-nay",
    "/dieu-hanh/xep-hang/?ky=nam-nay",
    "/dieu-hanh/chi-tieu/luot-khai-thac/?ky=nam-nay",
    "/dieu-hanh/chi-tieu/ho-so/?ky=nam-nay",
)
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


class OutOfTime(Exception):
    """The piece is over."""


def go(calls: int, seconds: float = 500.0, requests: int = 200) -> None:
    """Do what is left of filling and summing, then measure; at most about *seconds*."""
    stop = time.monotonic() + seconds
    logging.disable(logging.WARNING)
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
    try:
        for part in (_register, _dossiers, lambda ends: _calls(calls, ends), _sum):
            part(stop)
    except OutOfTime:
        print("not done yet: call it again", flush=True)
        return
    measure(calls, requests)


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
    _timed(f"fill {DOSSIERS:,} dossiers", lambda: seed(DOSSIERS))


def _calls(calls: int, stop: float) -> None:
    """Write the calls that are missing, a chunk a transaction."""
    since = _since()
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


def _since() -> datetime:
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
    """Sum what is not summed."""
    begun, summed = time.monotonic(), 0
    while done := rollups.roll_up():
        summed += done
        _in_time(stop)
    if summed:
        print(f"sum {summed:,} minutes: {time.monotonic() - begun:.0f} s", flush=True)
        with connection.cursor() as cursor:
            cursor.execute(f"vacuum analyze {DAY}, {HOUR}")


def _in_time(stop: float) -> None:
    if time.monotonic() > stop:
        raise OutOfTime


def measure(calls: int, requests: int) -> None:
    """Print what the sums hold, what summing a day and reading a year take, and what each page takes."""
    print(f"{platform.platform()}, {os.cpu_count()} cores, {calls:,} calls, summed until {summed_until()}", flush=True)
    with connection.cursor() as cursor:
        for table in (HOUR, DAY):
            cursor.execute(f"select count(*), coalesce(sum(calls), 0), pg_total_relation_size('{table}') from {table}")
            rows, held, size = cursor.fetchone()
            print(f"{table}: {rows:,} rows of {held:,} calls, {size / 1e6:,.0f} MB")
            assert held >= calls, "the sums do not hold every call"
    since = _since()
    day = since + timedelta(days=100)
    _timed("sum one day anew", lambda: rollups.rebuild(since=day, until=day + timedelta(days=1)))
    _timed("figures of a year for a report", lambda: gather(Window(since, since + timedelta(days=DAYS))))
    for address in PAGES:
        print(f"{address}: {_page(address, requests)}", flush=True)


def _page(address: str, requests: int) -> str:
    """Ask for a page *requests* times as it is asked for, and a tenth as often with nothing kept."""
    client = Client(SERVER_NAME="127.0.0.1")
    reader = User.objects.filter(memberships__role="province_leader").order_by("pk").first()
    assert reader is not None
    client.force_login(reader, backend="allauth.account.auth_backends.AuthenticationBackend")
    cache.clear()
    counted = _Counted()
    with connection.execute_wrapper(counted):
        answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    cold = list(_times(client, address, max(requests // 10, 5), before=cache.clear))
    kept = list(_times(client, address, requests))
    return (
        f"n = {len(kept)}, p50 {statistics.median(kept):.0f} ms, p95 {_p95(kept):.0f} ms; nothing kept:"
        f" n = {len(cold)}, p50 {statistics.median(cold):.0f} ms, p95 {_p95(cold):.0f} ms;"
        f" {counted.number} queries, {len(answer.content):,} bytes"
    )


class _Counted:
    """Counts the statements that go to the database."""

    number = 0

    def __call__(self, execute: Any, *statement: Any) -> Any:
        self.number += 1
        return execute(*statement)


def _times(client: Client, address: str, number: int, before: Callable[[], Any] = lambda: None) -> Iterator[float]:
    for _turn in range(number):
        before()
        began = time.perf_counter()
        client.get(address)
        yield (time.perf_counter() - began) * 1000


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[18]


def _timed(what: str, deed: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = deed()
    print(f"{what}: {time.perf_counter() - began:.2f} s", flush=True)
    return found
