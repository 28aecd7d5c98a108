"""Random rows of the call log, and every figure of calls reckoned from them by SQL that shares nothing with ours."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Agency
from core.clock import VIETNAM
from tests.connections.use_log import open_chains

MAC = b"\x00" * 32
BOUNDS = (50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000)
TIMES = (0, 1, 49, 50, 51, 300, 999, 1000, 7_777, 29_999, 30_000, 30_001, 44_000)
# How a call may end: verdict, status (None: no outcome), side, reason.
ENDS = (
    ("A", 200, "", ""),
    ("A", 204, "", ""),
    ("A", 299, "", ""),
    ("A", 300, "consumer", ""),
    ("A", 404, "consumer", ""),
    ("A", 502, "provider", "provider-unavailable"),
    ("A", 504, "provider", "provider-timeout"),
    ("A", 503, "platform", "platform-busy"),
    ("A", None, "", ""),
    ("Q", 429, "consumer", "quota-exhausted"),
    ("R", 403, "consumer", "grant-missing"),
    ("X", 401, "consumer", ""),
    ("Q", None, "", ""),
    ("S", None, "", ""),
    ("S", 200, "", ""),
)


@dataclass(frozen=True)
class Call:
    """One row of the log, with the outcome rows that follow it, each (stage, status, side, reason, ms)."""

    intent: dict[str, Any]
    outcomes: tuple[tuple[str, int, str, str, int], ...]


def half_up(value: Decimal, step: str = "0.01") -> float:
    """Return *value* rounded to a multiple of *step*, a half away from zero."""
    return float(value.quantize(Decimal(step), ROUND_HALF_UP))


def edges(*moments: datetime) -> list[datetime]:
    """Return each moment, and the last microsecond and the last millisecond before it."""
    steps = (timedelta(0), timedelta(microseconds=1), timedelta(milliseconds=1))
    return [moment - step for moment in moments for step in steps]


def midnights(since: datetime, until: datetime, draw: random.Random, count: int) -> list[datetime]:
    """Return *count* midnights of Vietnam, and so many of Greenwich, between the two moments."""
    days = max((until - since).days, 1)
    local = since.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [local + timedelta(days=draw.randrange(days) + 1) for _ in range(count)]
    return found + [moment.astimezone(UTC).replace(hour=0) for moment in found]


def made_up(
    draw: random.Random, moments: Iterable[datetime], bodies: Sequence[tuple[Agency, Agency, datetime]]
) -> list[Call]:
    """Return one call at each of *moments*; *bodies*: who a system belonged to, to whom since when."""
    return [_call(draw, moment, bodies, n) for n, moment in enumerate(moments, start=1)]


def _call(draw: random.Random, moment: datetime, bodies: Sequence[tuple[Agency, Agency, datetime]], n: int) -> Call:
    place = draw.randrange(len(bodies))
    before, after, since = bodies[place]
    body = after if moment >= since else before
    verdict, status, side, reason = draw.choice(ENDS)
    system = 100 + place
    intent = {
        "call_id": UUID(int=draw.getrandbits(128)),
        "received_at": moment,
        "environment": draw.choice(("live", "live", "live", "sandbox")),
        "method": "GET",
        "service": draw.choice(("dat-dai", "ho-tich", "dan-cu", "doanh-nghiep")),
        "version": "v1",
        "operation": "list",
        "key_id": 1,
        "access_key": f"ak_live_{system}",
        "system_id": system,
        "system_code": f"HT-{system}",
        "agency_id": body.pk,
        "agency_code": body.code,
        "provider_id": 9,
        "provider_code": "H60.9",
        "grant_code": f"QK-{system}",
        "purpose": draw.choice(("thu-tuc", "thong-ke", "chi-dao")),
        "gate_id": 1,
        "gate_version": 1,
        "address": "10.0.0.1",
        "request_bytes": 3,
        "body_digest": MAC,
        "query_digest": MAC,
        "created": moment,
        "nonce": MAC,
        "owned": False,
        "refused": verdict == "X",
        "calls": draw.choice((1, 7, 90)) if verdict == "X" else 1,
        "epoch": 1,
        "n": n,
        "prev_mac": MAC,
        "row_mac": MAC,
        "verdict": verdict,
        "admitted_at": moment,
    }
    if status is None:
        return Call(intent, ())
    last = (status, side, reason, draw.choice(TIMES))
    # A streamed answer opens and closes; a process held dead got an outcome of the sealer before its own came.
    shapes: dict[str, tuple[tuple[str, int, str, str, int], ...]] = {
        "whole": (("F", *last),),
        "streamed": (("S", 200, "", "", 1), ("C", *last)),
        "opened": (("S", 200, "", "", 1),),
        "held dead": (("U", 500, "platform", "unfinished", 9),),
        "came back": (("U", 500, "platform", "unfinished", 9), ("F", *last)),
    }
    return Call(intent, shapes[draw.choice(("whole",) * 6 + tuple(shapes))])


def write(calls: Sequence[Call], *, begins: bool = True, ends: bool = True) -> None:
    """Append the rows to the chains the platform's own rows would lie in."""
    open_chains()
    if begins and calls:
        _insert("audit_intent", [call.intent for call in calls])
    if ends:
        with connection.cursor() as cursor:
            cursor.execute("select coalesce(max(n), 0) from audit_outcome where epoch = 2")
            place = int(cursor.fetchone()[0])
        pairs = [(call, ending) for call in calls for ending in call.outcomes]
        rows = [_outcome(call, ending, place + n) for n, (call, ending) in enumerate(pairs, start=1)]
        if rows:
            _insert("audit_outcome", rows)


def _outcome(call: Call, ending: tuple[str, int, str, str, int], n: int) -> dict[str, Any]:
    stage, status, side, reason, total_ms = ending
    intent = call.intent
    return {
        "call_id": intent["call_id"],
        "received_at": intent["received_at"],
        "finished_at": intent["received_at"],
        "status": status,
        "reason": reason,
        "side": side,
        "upstream_id": 1,
        "upstream_status": 200,
        "response_bytes": 10,
        "total_ms": total_ms,
        "upstream_ms": 5,
        "fields_dropped": 0,
        "stage": stage,
        "verdict": intent["verdict"],
        "admitted_at": intent["admitted_at"],
        "intent_epoch": 1,
        "intent_n": intent["n"],
        "earlier": b"",
        "epoch": 2,
        "n": n,
        "prev_mac": MAC,
        "row_mac": MAC,
    }


def _insert(table: str, rows: list[dict[str, Any]]) -> None:
    names, places = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"insert into {table} ({names}) values ({places})", [list(row.values()) for row in rows])


_WITHIN = ", ".join(f"coalesce(sum(calls) filter (where total_ms <= {bound}), 0)" for bound in BOUNDS)
_RAW = f"""
with ending as (
  select distinct on (call_id, received_at, intent_epoch, intent_n) *
    from audit_outcome where stage <> 'S'
   order by call_id, received_at, intent_epoch, intent_n, case stage when 'U' then 1 else 0 end),
raw as (
  select i.*, e.status, e.side, e.reason, e.total_ms, e.call_id is not null as has_end,
         to_char(i.received_at at time zone 'Asia/Ho_Chi_Minh', 'DD/MM') as day,
         to_char(i.received_at at time zone 'Asia/Ho_Chi_Minh', 'MM/YYYY') as month
    from audit_intent i
    left join ending e on (e.call_id, e.received_at, e.intent_epoch, e.intent_n)
                        = (i.call_id, i.received_at, i.epoch, i.n)
   where i.environment = 'live' and i.received_at >= %(since)s and i.received_at < %(until)s)
select {{key}},
  coalesce(sum(calls), 0),
  coalesce(sum(calls) filter (where status >= 200 and status < 300), 0),
  coalesce(sum(calls) filter (where has_end and side = 'consumer'), 0),
  coalesce(sum(calls) filter (where has_end and side = 'provider'), 0),
  coalesce(sum(calls) filter (where has_end and side = 'platform'), 0),
  coalesce(sum(calls) filter (where not has_end), 0),
  coalesce(sum(calls) filter (where verdict <> 'A'), 0),
  coalesce(sum(calls) filter (where total_ms > 30000), 0),
  coalesce(sum(calls) filter (where has_end), 0),
  coalesce(sum(calls * total_ms::bigint) filter (where has_end), 0),
  count(distinct agency_id) filter (where agency_id <> 0),
  count(distinct service),
  {_WITHIN}
 from raw where (verdict <> 'S' or has_end) {{more}} {{group}}
"""


@dataclass(frozen=True)
class Raw:
    """Calls of one group, straight from the rows."""

    calls: int
    success: int
    consumer: int
    provider: int
    platform: int
    unfinished: int
    refused: int
    over: int
    ended: int
    total_ms: int
    agencies: int
    services: int
    within: tuple[int, ...]

    @property
    def mean(self) -> float | None:
        """The mean time, one place."""
        return round(self.total_ms / self.ended, 1) if self.ended else None

    def quantile(self, share: float) -> float | None:
        """The time within which *share* of the calls ended, straight between two bounds, at most the last one."""
        if not self.ended:
            return None
        low, seen, wanted = 0, 0, share * self.ended
        for bound, count in zip(BOUNDS, self.within, strict=True):
            if count >= wanted:
                return round(low + (bound - low) * (wanted - seen) / (count - seen), 1)
            low, seen = bound, count
        return float(BOUNDS[-1])


def raw(since: datetime, until: datetime, key: str = "0", more: str = "") -> dict[Any, Raw]:
    """Return the calls of a span by *key*, an expression over the rows."""
    group = "" if key == "0" else f"group by {key}"
    with connection.cursor() as cursor:
        text = _RAW.replace("{key}", key).replace("{group}", group).replace("{more}", more)
        cursor.execute(text, {"since": since, "until": until})
        rows = cursor.fetchall()
    width = len(rows[0]) - 12 - len(BOUNDS) if rows else 0
    found = {}
    for row in rows:
        numbers = [int(value) for value in row[width:]]
        found[row[0] if width == 1 else tuple(row[:width])] = Raw(*numbers[:12], within=tuple(numbers[12:]))
    return found
