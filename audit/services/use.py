"""Counting the call log by day, and where its keys were used from, once each row, with nothing to do for a call.

Rows of one chain become visible in the order of their places: one writer has one batch on its way (docs/evidence.md).
So a mark for each chain says what is counted, and the rows behind it are the ones that are new. Marks and sums are
changed in one transaction; two runs at once wait for each other or pass by.
"""

import time
from datetime import timedelta

from django.db import connection, transaction

from core import clock

CHUNK = 20_000
# A run that finds more to count than this leaves the rest to the next one.
BUDGET_SECONDS = 40.0
# A chain that was closed so long ago has no row on its way any more.
_SETTLED = timedelta(hours=1)

_CHAINS = """
select e.seq from audit_epoch e left join audit_use_mark m on m.epoch = e.seq
 where e.event = 'open' and e.kind = 'intent' and not coalesce(m.done, false) order by e.seq
"""
_MARK = "insert into audit_use_mark (epoch, n, done, at) values (%s, 0, false, %s) on conflict (epoch) do nothing"
_HELD = "select n from audit_use_mark where epoch = %s for update skip locked"
_COUNT = """
with fresh as materialized (
  select n, received_at, environment, access_key, system_id, agency_id, service, version, verdict, calls, key_id,
         address
    from audit_intent where epoch = %(epoch)s and n > %(n)s order by n limit %(chunk)s),
counted as (
  insert into audit_use_day
    (day, environment, access_key, system_id, agency_id, service, version, admitted, refused, last_at)
  select (received_at at time zone 'Asia/Ho_Chi_Minh')::date, environment, access_key, system_id, agency_id, service,
         version, coalesce(sum(calls) filter (where verdict = 'A'), 0),
         coalesce(sum(calls) filter (where verdict <> 'A'), 0), max(received_at)
    from fresh where key_id > 0 and service <> '' and verdict <> 'S' group by 1, 2, 3, 4, 5, 6, 7
  on conflict (access_key, day, service, version, environment, system_id, agency_id) do update
     set admitted = audit_use_day.admitted + excluded.admitted, refused = audit_use_day.refused + excluded.refused,
         last_at = greatest(audit_use_day.last_at, excluded.last_at)),
seen as (
  insert into audit_use_address (access_key, address, environment, system_id, agency_id, first_at, last_at)
  select access_key, address, max(environment), max(system_id), max(agency_id), min(received_at), max(received_at)
    from fresh where key_id > 0 and verdict = 'A' group by access_key, address
  on conflict (access_key, address) do update
     set first_at = least(audit_use_address.first_at, excluded.first_at),
         last_at = greatest(audit_use_address.last_at, excluded.last_at))
select coalesce(max(n), %(n)s), count(*) from fresh
"""
_KEEP = "update audit_use_mark set n = %s, at = %s where epoch = %s"
_DONE = """
update audit_use_mark m set done = true from audit_epoch e
 where m.epoch = %s and e.event = 'close' and e.last_epoch = m.epoch and e.last_n <= m.n and e.at < %s
"""
_UNTIL = """
insert into audit_use_mark (epoch, n, done, at) values (0, 0, true, %s)
 on conflict (epoch) do update set at = greatest(audit_use_mark.at, excluded.at)
"""


def count_use() -> int:
    """Count what came to the log since the last run; return the rows read. Safe to run twice and at once."""
    begun, stop, total = clock.now(), time.monotonic() + BUDGET_SECONDS, 0
    with connection.cursor() as cursor:
        cursor.execute(_CHAINS)
        chains = [row[0] for row in cursor.fetchall()]
    for epoch in chains:
        while (read := _count(epoch)) is not None:
            total += read
            if time.monotonic() > stop:
                return total
            if read < CHUNK:
                break
        else:
            return total  # another run is at it and says itself how far it came
    with connection.cursor() as cursor:
        cursor.execute(_UNTIL, [begun])
    return total


@transaction.atomic
def _count(epoch: int) -> int | None:
    """Count the next rows of a chain; return how many there were, None while another run is at it."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [epoch, now])
        cursor.execute(_HELD, [epoch])
        held = cursor.fetchone()
        if held is None:
            return None
        cursor.execute(_COUNT, {"epoch": epoch, "n": held[0], "chunk": CHUNK})
        last, read = cursor.fetchone()
        if read:
            cursor.execute(_KEEP, [last, now, epoch])
        else:
            cursor.execute(_DONE, [epoch, now - _SETTLED])
    return int(read)
