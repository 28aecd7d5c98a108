"""How calls go at this moment and in the last hour: from the outcomes, minute by minute, found by time.

The outcome of a call says on whose side it failed and how long the provider took; who called is not asked, so no join.
Times are counted in steps, so that nothing is sorted; the step that holds 95 in a hundred is told. Minutes that are
over are counted once and kept in the cache: whoever looks reads the last few minutes of the log, however much was
called. Without the cache the whole hour is read.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from core import clock

MINUTES, MINUTE = 60, timedelta(minutes=1)
#: Upper ends of the steps, in milliseconds; the last one is open.
STEPS = (50, 100, 200, 500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000)
SIDES = ("consumer", "platform", "provider")
# A call may last 30 seconds: a minute is over when nothing of it is on its way any more.
_SETTLED = 2 * MINUTE
_KEPT_SECONDS = 3900
_READ = """
select floor(extract(epoch from received_at) / 60)::bigint as minute, upstream_id, side,
       width_bucket(upstream_ms, %(steps)s::int[]) as step, count(*),
       count(*) filter (where received_at > %(lately)s)
  from audit_outcome
 where received_at >= %(since)s and received_at <= %(now)s and stage <> 'S' group by 1, 2, 3, 4
"""
# Source system, side, step of time, calls, calls of the last 60 seconds.
Row = tuple[int, str, int, int, int]


@dataclass(slots=True)
class Pace:
    """One source system in the last hour: calls it was asked, those it failed, and calls by step of its time."""

    upstream_id: int
    calls: int = 0
    faults: int = 0
    steps: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def p95(self) -> int | None:
        """The upper end in milliseconds of the step below which 95 in a hundred lie; None: beyond the last step."""
        left = -(-self.calls * 95 // 100)
        for step in sorted(self.steps):
            left -= self.steps[step]
            if left <= 0:
                return STEPS[step] if step < len(STEPS) else None
        return 0


@dataclass(frozen=True, slots=True)
class CallsNow:
    """Calls that were received since ``since``: in all, in the last 60 seconds, failed by side, by source system."""

    since: datetime
    hour: int
    minute: int
    failed: dict[str, int]
    failed_minute: dict[str, int]
    paces: tuple[Pace, ...]


def calls_now() -> CallsNow:
    """Return the last hour; one query over the minutes nobody counted yet. The slowest source systems come first."""
    now = clock.now()
    last = int(now.timestamp()) // 60
    minutes = range(last - MINUTES + 1, last + 1)
    kept = _kept(minutes)
    missing = [minute for minute in minutes if minute not in kept]
    read = _read(missing[0], now) if missing else {}
    _keep({minute: read.get(minute, []) for minute in missing if _is_over(minute, now)})
    rows = [row for minute in minutes for row in kept.get(minute, read.get(minute, []))]
    return _summed(datetime.fromtimestamp(minutes[0] * 60, tz=clock.VIETNAM), rows)


def _is_over(minute: int, now: datetime) -> bool:
    return (minute + 1) * 60 <= (now - _SETTLED).timestamp()


def _read(first: int, now: datetime) -> dict[int, list[Row]]:
    values: dict[str, Any] = {
        "since": datetime.fromtimestamp(first * 60, tz=clock.VIETNAM),
        "now": now,
        "lately": now - MINUTE,
        "steps": list(STEPS),
    }
    found: dict[int, list[Row]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        for minute, *row in cursor.fetchall():
            found[minute].append(tuple(row))
    return found


def _key(minute: int) -> str:
    return f"audit.calls_of_minute.{minute}"


def _kept(minutes: Iterable[int]) -> dict[int, list[Row]]:
    keys = {_key(minute): minute for minute in minutes}
    try:
        return {keys[key]: rows for key, rows in cache.get_many(keys).items()}
    except (RedisError, OSError):
        return {}


def _keep(rows: dict[int, list[Row]]) -> None:
    """Keep minutes that are over, without what was said of the last 60 seconds: it is long ago."""
    told = {_key(minute): [(*row[:4], 0) for row in found] for minute, found in rows.items()}
    try:
        cache.set_many(told, _KEPT_SECONDS)
    except (RedisError, OSError):
        return


def _summed(since: datetime, rows: Iterable[Row]) -> CallsNow:
    paces: dict[int, Pace] = {}
    failed, failed_minute = dict.fromkeys(SIDES, 0), dict.fromkeys(SIDES, 0)
    hour = minute = 0
    for upstream_id, side, step, calls, lately in rows:
        hour, minute = hour + calls, minute + lately
        if side in failed:
            failed[side] += calls
            failed_minute[side] += lately
        if upstream_id:
            pace = paces.setdefault(upstream_id, Pace(upstream_id))
            pace.calls += calls
            pace.faults += calls if side == "provider" else 0
            pace.steps[step] += calls
    slowest = tuple(sorted(paces.values(), key=_slowness, reverse=True))
    return CallsNow(since, hour, minute, failed, failed_minute, slowest)


def _slowness(pace: Pace) -> tuple[int, int]:
    return (STEPS[-1] + 1 if pace.p95 is None else pace.p95, pace.calls)
