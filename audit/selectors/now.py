"""How calls go at this moment and in the last hour: from the sums by minute, and from the log what is not summed yet.

Minutes up to ``settled`` are read as sums (``audit.selectors.rollups``), which a job writes each minute; what came
since is counted in the log by time and side, no join, ``FURTHEST`` at most. A job that is later than that leaves a
gap, which is told and not counted. How long services take is read from the sums alone.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from audit.selectors.rollups import CallSums, summed_until, sums
from core import clock

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
#: Of the log itself no more is read, however far the sums are behind.
FURTHEST = timedelta(minutes=5)
SIDES = ("consumer", "platform", "provider")
_LATELY = """
select side, count(*) filter (where received_at >= %(since)s), count(*) filter (where received_at > %(lately)s)
  from audit_outcome
 where received_at >= %(first)s and received_at <= %(now)s and stage <> 'S' group by 1
"""
# Environment, service, version: by code.
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """One version of a service in the last hour: calls forwarded to it, those its provider failed, and the time in ms
    below which 95 in a hundred ended, the platform's own share included; no more than the last bound of the sums."""

    environment: str
    service: str
    version: str
    calls: int
    faults: int
    p95: float


@dataclass(slots=True)
class CallsNow:
    """Calls received since ``since``: in all, in the last 60 seconds, failed by side, by service.

    Minutes before ``settled`` are from the sums. ``late``: the minutes between are missing from all figures, because
    the job that sums is behind; None where nothing is missing.
    """

    since: datetime
    settled: datetime
    hour: int = 0
    minute: int = 0
    failed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    failed_minute: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    paces: tuple[Pace, ...] = ()
    late: tuple[datetime, datetime] | None = None


def calls_now() -> CallsNow:
    """Return the last hour; three queries: until when there are sums, the sums, the log since. Slowest first."""
    now = clock.now()
    since = _floor(now) - HOUR + MINUTE
    settled = max(_floor(summed_until() or since), since)
    settled = min(settled, _floor(now))
    found = CallsNow(since, settled)
    _add_sums(found)
    first = max(settled, _floor(now) - FURTHEST)
    if first > settled:
        found.late = (settled, first)
    _add_log(found, first, now)
    return found


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _add_sums(found: CallsNow) -> None:
    by = ("environment", "service", "version", "refused")
    forwarded: dict[Place, CallSums] = {}
    faults: dict[Place, int] = defaultdict(int)
    for (environment, service, version, refused), figures in sums(
        since=found.since, until=found.settled, by=by
    ).items():
        found.hour += figures.calls
        for side in SIDES:
            found.failed[side] += getattr(figures, side)
        place = (environment, service, version)
        faults[place] += figures.provider
        if not refused:
            forwarded[place] = figures
    paces = [
        Pace(*place, calls=figures.calls, faults=faults[place], p95=figures.p95_ms)
        for place, figures in forwarded.items()
        if figures.p95_ms is not None
    ]
    found.paces = tuple(sorted(paces, key=lambda pace: (-pace.p95, -pace.calls)))


def _add_log(found: CallsNow, first: datetime, now: datetime) -> None:
    lately = now - MINUTE
    values = {"since": first, "lately": lately, "first": min(first, lately), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, values)
        rows = cursor.fetchall()
    for side, calls, minute in rows:
        found.hour, found.minute = found.hour + calls, found.minute + minute
        if side in found.failed:
            found.failed[side] += calls
            found.failed_minute[side] += minute
