"""Sums of a year of calls: ``./run manage shell -c "from bench.rollups import measure; measure(1_000_000)"``.

Fills the call log of an empty database with synthetic calls (no MACs: nothing here verifies), sums them, and times
what dashboards and reports do with the sums.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from audit.rollup_shape import DAY, HOUR
from audit.selectors.rollups import sums
from audit.services import rollups
from audit.services.partitions import Span, _make
from core import clock

DAYS = 365
SERVICES, SYSTEMS, PURPOSES = 40, 30, 3
_EPOCHS = """
insert into audit_epoch (seq, event, kind, at, worker, key_name, format, prev_mac, row_mac)
 values (1, 'open', 'intent', now(), 'bench', 'bench', 2, '', ''),
        (2, 'open', 'outcome', now(), 'bench', 'bench', 2, '', '')
"""
# Office hours carry most; every tenth call is refused, every fiftieth ends by the provider's fault.
_INTENTS = """
insert into audit_intent (
  call_id, received_at, environment, method, service, version, operation, key_id, access_key, system_id, system_code,
  agency_id, agency_code, provider_id, provider_code, grant_code, purpose, gate_id, gate_version, address,
  request_bytes, body_digest, query_digest, created, nonce, owned, refused, calls, epoch, n, prev_mac, row_mac,
  verdict, admitted_at)
select gen_random_uuid(), at, 'live', 'GET', 'service-' || service, 'v1', 'one', 1, 'ak_live_' || system, system,
       'HT-' || system, system %% 12, 'H60.' || system %% 12, service %% 8, 'H60.' || service %% 8, 'QK',
       'purpose-' || n %% %(purposes)s, 1, 1, '10.0.0.1', 100, '', '', at, '', false, false, 1, 1, n, '', '',
       case when n %% 10 = 0 then 'Q' else 'A' end, at
  from (select n, (n * 7919) %% %(services)s as service, (n * 104729) %% %(systems)s + 1 as system,
               %(since)s::timestamptz + make_interval(days => (n %% %(days)s)::int,
                 secs => 25200 + ((n * 3571) %% 36000)::int + (n %% 1000) / 1000.0) as at
          from generate_series(%(first)s::bigint, %(last)s::bigint) n) call
"""
_OUTCOMES = """
insert into audit_outcome (call_id, received_at, finished_at, status, reason, side, upstream_id, upstream_status,
  response_bytes, total_ms, upstream_ms, fields_dropped, stage, verdict, admitted_at, intent_epoch, intent_n, earlier,
  epoch, n, prev_mac, row_mac)
select call_id, received_at, received_at, case when verdict = 'Q' then 429 when n %% 50 = 1 then 502 else 200 end,
       case when verdict = 'Q' then 'quota-exceeded' when n %% 50 = 1 then 'provider-unavailable' else '' end,
       case when verdict = 'Q' then 'consumer' when n %% 50 = 1 then 'provider' else '' end,
       1, 200, 1000, ((n * 48271) %% 3000)::int, ((n * 48271) %% 2900)::int, 0, 'F', verdict, admitted_at, 1, n, '',
       2, n, '', ''
  from audit_intent where epoch = 1 and n between %(first)s and %(last)s
"""


def fill(calls: int, since: datetime) -> None:
    """Write *calls* calls of the year that began at *since*, in months of their own."""
    month = since.replace(day=1)
    while month < since + timedelta(days=DAYS + 1):
        after = (month + timedelta(days=32)).replace(day=1)
        for table in ("audit_intent", "audit_outcome"):
            _make(Span(table, month.strftime("%Y%m"), month, after))
        month = after
    with connection.cursor() as cursor:
        cursor.execute(_EPOCHS)
        for first in range(1, calls + 1, 500_000):
            values: dict[str, Any] = {"services": SERVICES, "systems": SYSTEMS, "purposes": PURPOSES, "days": DAYS}
            values |= {"since": since, "first": first, "last": min(first + 499_999, calls)}
            cursor.execute(_INTENTS, values)
            cursor.execute(_OUTCOMES, values)
        cursor.execute("analyze audit_intent, audit_outcome")


def _timed(what: str, deed: Callable[[], Any], times: int = 1) -> Any:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        found = deed()
        took.append(time.perf_counter() - began)
    print(f"{what}: {sorted(took)[len(took) // 2]:.3f} s (n = {times}, median)", flush=True)
    return found


def _sum_all() -> None:
    while rollups.roll_up():
        pass


def measure(calls: int) -> None:
    """Fill, sum, read; print what each took."""
    today = clock.now().astimezone(clock.VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=DAYS)
    _timed(f"fill {calls:,} calls", lambda: fill(calls, since))
    _timed("sum all of them", _sum_all)
    _timed(
        "sum one day anew",
        lambda: rollups.rebuild(since=since + timedelta(days=100), until=since + timedelta(days=101)),
    )
    year: dict[str, Any] = {"since": since, "until": today, "environment": "live"}
    whole = _timed("figures of a year", lambda: sums(**year), 9)[()]
    assert whole.calls == calls, whole
    _timed("a year by service", lambda: sums(**year, by=["service"]), 9)
    _timed("a year by agency and day", lambda: sums(**year, by=["agency_id"], grain="day"), 9)
    _timed("a month of hours", lambda: sums(since=today - timedelta(days=30), until=today, grain="hour"), 9)
    with connection.cursor() as cursor:
        for table in (HOUR, DAY):
            cursor.execute(f"select count(*), pg_total_relation_size('{table}') from {table}")
            rows, size = cursor.fetchone()
            print(f"{table}: {rows:,} rows, {size / 1e6:,.0f} MB")
