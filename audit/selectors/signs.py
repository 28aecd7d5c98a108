"""Signs of misuse and of trouble in the call log, within one span of time: what rules of alerts look at.

Each function is one query that reads a span through an index and returns the largest groups with how many there were,
so that neither a wide attack nor a wrong rule makes an answer nobody can hold. Nothing here judges: thresholds are
given, and the same question about the past gets the same answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from audit.selectors.calls import CALLS, ENDED
from core.hours import DAY, Week

# Groups one question returns at most; ``Signs.total`` counts them all.
MOST = 200
_SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """One group: who (``key``: access key, network address, or code of a service), how often, when first and last.

    ``value`` is the figure the threshold was held against, ``calls`` how many calls the group has. Ids are 0 and texts
    "" where the group has no one of them. ``samples`` are ids of some of its calls, the newest first.
    """

    key: str
    value: float
    calls: int
    first_at: datetime
    last_at: datetime
    system_id: int = 0
    agency_id: int = 0
    provider_id: int = 0
    service: str = ""
    address: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """The largest groups, and how many there are in all."""

    groups: tuple[Sign, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Span:
    """From *since* up to (not including) *until*; *live* leaves the sandbox out.

    A call of nobody we know has no environment and always counts.
    """

    since: datetime
    until: datetime
    live: bool = True

    @property
    def values(self) -> dict[str, Any]:
        """Return what the statements name."""
        return {
            "since": self.since,
            "until": self.until,
            "environments": ["live", ""] if self.live else ["live", "sandbox", ""],
        }


_SPAN = "i.received_at >= %(since)s and i.received_at < %(until)s and i.environment = any(%(environments)s)"
_GROUP = f"""
       sum(calls) as calls, min(received_at) as first_at, max(received_at) as last_at, max(system_id) as system_id,
       max(agency_id) as agency_id, max(provider_id) as provider_id, max(service) as service, max(address) as address,
       (array_agg(call_id::text order by received_at desc))[1:{_SAMPLES}] as samples
"""
_LARGEST = """
select key, value, calls, first_at, last_at, system_id, agency_id, provider_id, service, address, samples,
       count(*) over () as total
  from each where value >= %(threshold)s and calls >= %(least)s order by value desc, key limit %(most)s
"""
_REFUSED = f"""
with hit as materialized (
  select i.*, coalesce(nullif(i.access_key, ''), i.address) as key
    from audit_intent i {ENDED}
   where {_SPAN} and i.verdict <> 'A' and {CALLS} and (%(reasons)s::text[] is null or o.reason = any(%(reasons)s))),
each as (select key, sum(calls) as value, {_GROUP} from hit group by key)
{_LARGEST}
"""  # noqa: S608


def refused(span: Span, *, threshold: int, reasons: Iterable[str] | None = None) -> Signs:
    """Return whose calls were refused *threshold* times or more: by key as proven or claimed, else by address.

    *reasons* are the problem codes that count; None: all.
    """
    wanted = None if reasons is None else sorted(reasons)
    return _asked(_REFUSED, {**span.values, "threshold": threshold, "least": 1, "reasons": wanted})


_OUTSIDE = f"""
with hit as materialized (
  select i.*, i.system_code as key,
         (extract(isodow from local)::int - 1) * {DAY} + extract(hour from local)::int * 60
           + extract(minute from local)::int as minute
    from audit_intent i cross join lateral (select i.received_at at time zone 'Asia/Ho_Chi_Minh' as local) l
   where {_SPAN} and i.verdict = 'A' and i.system_id > 0),
each as (
  select key, sum(calls) as value, {_GROUP} from hit
   where not exists (
     select from unnest(%(begins)s::int[], %(ends)s::int[]) as w(b, e) where minute >= b and minute < e)
   group by key)
{_LARGEST}
"""  # noqa: S608


def outside_hours(span: Span, week: Week, *, threshold: int) -> Signs:
    """Return the systems that were served *threshold* calls or more outside *week*; () is always: none are."""
    if not week:
        return Signs((), 0)
    hours = {"begins": [begin for begin, _end in week], "ends": [end for _begin, end in week]}
    return _asked(_OUTSIDE, {**span.values, **hours, "threshold": threshold, "least": 1})


_ENDS = f"""
with hit as materialized (
  select i.call_id, i.received_at, i.service as key, i.service, i.calls, 0 as system_id, 0 as agency_id, i.provider_id,
         '' as address, o.side, o.total_ms
    from audit_intent i {ENDED}
   where {_SPAN} and i.verdict = 'A' and i.service <> '' and o.call_id is not null),
"""  # noqa: S608
_FAILING = f"""
{_ENDS}
failed as (select key, sum(calls) as failed, {_GROUP} from hit where side = 'provider' group by key),
whole as (select key, sum(calls) as served from hit group by key),
each as (
  select f.key, round(100.0 * f.failed / w.served, 1)::float as value, w.served as calls, f.first_at, f.last_at,
         f.system_id, f.agency_id, f.provider_id, f.service, f.address, f.samples
    from failed f join whole w using (key))
{_LARGEST}
"""  # noqa: S608


def failing_services(span: Span, *, percent: int, least: int) -> Signs:
    """Return the services of whose forwarded calls *percent* or more failed on the provider's side.

    Services with fewer than *least* forwarded calls are left out.
    """
    return _asked(_FAILING, {**span.values, "threshold": percent, "least": least})


_SLOW = f"""
{_ENDS}
each as (
  select key, round(max(total_ms) / 1000.0, 1)::float as value, {_GROUP} from hit
   where total_ms > 1000 * %(threshold)s group by key)
{_LARGEST}
"""  # noqa: S608


def slow_services(span: Span, *, seconds: int, least: int) -> Signs:
    """Return the services with *least* calls or more that took longer than *seconds*; the value is the longest."""
    return _asked(_SLOW, {**span.values, "threshold": seconds, "least": least})


_FIRST_SEEN = f"""
with hit as materialized (
  select a.access_key as key, a.address, a.first_at, a.system_id, a.agency_id, a.environment
    from audit_use_address a
   where a.first_at >= %(since)s and a.first_at < %(until)s and a.environment = any(%(environments)s)
     and exists (select from audit_use_address b where b.access_key = a.access_key and b.first_at < a.first_at)),
each as (
  select key, count(*) as value, count(*) as calls, min(first_at) as first_at, max(first_at) as last_at,
         max(system_id) as system_id, max(agency_id) as agency_id, 0 as provider_id, '' as service,
         string_agg(address, ', ' order by first_at) as address, array[]::text[] as samples
    from hit group by key)
{_LARGEST}
"""  # noqa: S608


def new_addresses(span: Span, *, threshold: int) -> Signs:
    """Return the keys that were first served at *threshold* addresses or more; the very first of a key is not new."""
    return _asked(_FIRST_SEEN, {**span.values, "threshold": threshold, "least": 1})


def _asked(statement: str, values: dict[str, Any]) -> Signs:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "most": MOST})
        rows = cursor.fetchall()
    return Signs(tuple(map(_sign, rows)), int(rows[0][-1]) if rows else 0)


def _sign(row: Sequence[Any]) -> Sign:
    key, value, calls, first, last, system, agency, provider, service, address, samples, _total = row
    figures = {"value": float(value), "calls": int(calls), "first_at": first, "last_at": last}
    ids = {"system_id": system, "agency_id": agency, "provider_id": provider, "service": service, "address": address}
    return Sign(key=key, **figures, **ids, samples=tuple(samples or ()))
