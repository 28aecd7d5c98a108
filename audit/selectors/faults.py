"""Which source systems fail calls, by the call log: faults found by their own index, answers by time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# As the broker's breakers count: the connection, or a gateway in front of the source system.
_COUNTED = ("provider-unreachable", "provider-timeout", "provider-certificate")
_GATEWAY = (502, 503, 504)
_FAULTS = """
with last as (
  select upstream_id, finished_at, reason,
         row_number() over (partition by upstream_id order by finished_at desc) as place
    from audit_outcome
   where side = 'provider' and received_at > %(since)s and upstream_id > 0
     and (reason = any(%(counted)s) or upstream_status = any(%(gateway)s)))
select upstream_id, max(finished_at), min(finished_at), count(*), min(reason) filter (where place = 1)
  from last where place <= %(n)s group by upstream_id
"""
_ANSWERED = """
select distinct upstream_id from audit_outcome
 where received_at > %(since)s and finished_at > %(since)s and upstream_id = any(%(wanted)s)
   and side <> 'provider' and upstream_status > 0
"""


@dataclass(frozen=True, slots=True)
class Faults:
    """The last *n* faults of an upstream: how many there are, when the first and the last of them, why the last."""

    count: int
    first_at: datetime
    last_at: datetime
    reason: str


def faults_since(since: datetime, n: int) -> dict[int, Faults]:
    """Return by upstream its last *n* faults among calls received after *since*."""
    values: dict[str, Any] = {"since": since, "counted": list(_COUNTED), "gateway": list(_GATEWAY), "n": n}
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS, values)
        return {
            upstream: Faults(count, first, last, reason) for upstream, last, first, count, reason in cursor.fetchall()
        }


def answered_since(upstreams: Iterable[int], since: datetime) -> set[int]:
    """Return which of *upstreams* answered a call that was received after *since*."""
    wanted = sorted(set(upstreams))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERED, {"since": since, "wanted": wanted})
        return {upstream for (upstream,) in cursor.fetchall()}
