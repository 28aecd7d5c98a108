"""Reading the sums of the call log: figures of a span by whatever they are told apart by. One query each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from audit.rollup_shape import BOUNDS, DAY, HOUR, KEYS, MINUTE, MINUTES_KEPT, SUMS, WITHIN
from audit.selectors.calls import CALLS, ENDED
from core import clock

_SIDES = ("consumer", "provider", "platform", "unfinished")


@dataclass(frozen=True, slots=True)
class CallSums:
    """Calls of a span. ``success`` ended 2xx; ``refused`` were not forwarded; ``unfinished`` have no outcome.

    ``consumer``, ``provider`` and ``platform`` ended by that side's fault. ``over_30_s`` took longer than the thirty
    seconds of Q50-7.3. Times in ms, None where nothing ended; ``p50_ms`` and ``p95_ms`` are read off the counts
    within each bound, straight between two bounds, and no more than the last one.
    """

    calls: int = 0
    success: int = 0
    refused: int = 0
    consumer: int = 0
    provider: int = 0
    platform: int = 0
    unfinished: int = 0
    over_30_s: int = 0
    fields_dropped: int = 0
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None


_COLUMNS = ", ".join(
    [
        "coalesce(sum(calls) filter (where refused), 0)",
        *(f"coalesce(sum(calls) filter (where side = '{side}'), 0)" for side in _SIDES),
        *(f"coalesce(sum({name}), 0)" for name in SUMS),
    ]
)


_Step = tuple[str, Callable[[datetime], datetime], timedelta]
_GRAINS = {"minute": MINUTE, "hour": HOUR, "day": DAY}
_EXPRESSIONS = ", ".join(f"{text} as {name}" for name, text in {**KEYS, **SUMS}.items())
_LOG = (
    f"(select i.received_at as begins, {_EXPRESSIONS} from audit_intent i {ENDED} where {CALLS}"  # noqa: S608
    f" group by i.received_at, {', '.join(str(place) for place in range(2, len(KEYS) + 2))}) call"
)


def sums(
    *, since: datetime, until: datetime, by: Sequence[str] = (), grain: str = "", **only: Any
) -> dict[tuple[Any, ...], CallSums]:
    """Return the figures of [*since*, *until*) for each combination of *by*, keys of ``rollup_shape.KEYS``.

    With *grain* (``minute``, ``hour``, ``day``) each span of that length is told apart too, by its begin, first in the
    key. Without, whole days are read as days, what is left over as hours and minutes, and the rest of a minute from
    the log itself. *only* narrows by a key to one value or several. Raises ValueError for an unknown key.
    """
    if unknown := (set(by) | set(only)) - set(KEYS):
        raise ValueError(f"unknown keys: {sorted(unknown)}")
    spans = [(_GRAINS[grain], since, until)] if grain else list(_within(since, until, _STEPS))
    columns = [*(["begins"] if grain else []), *by]
    where = "".join(f" and {name} = any(%s)" for name in only)
    narrowed = [
        list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value] for value in only.values()
    ]
    source = " union all ".join(
        f"(select * from {table} where begins >= %s and begins < %s{where})"  # noqa: S608
        for table, _first, _last in spans
    )
    values: list[Any] = [value for _table, first, last in spans for value in (first, last, *narrowed)]
    chosen = "".join(f"{column}, " for column in columns)
    grouped = f" group by {', '.join(str(place + 1) for place in range(len(columns)))}" if columns else ""
    if not spans:
        return {} if columns else {(): CallSums()}
    with connection.cursor() as cursor:
        cursor.execute(f"select {chosen}{_COLUMNS} from ({source}) span{grouped}", values)  # noqa: S608
        found = cursor.fetchall()
    return {tuple(row[: len(columns)]): _told(row[len(columns) :]) for row in found}


COUNTED_BY = ("begins", "agency_code", "service")


def day_counts(*, since: datetime, until: datetime, environment: str, by: str) -> dict[Any, CallSums]:
    """Return calls and successes alone of the whole days that begin in [*since*, *until*), by one of ``COUNTED_BY``.

    For pages: it is read from an index that holds nothing else, so that a year costs a fraction of :func:`sums`.
    Raises ValueError for another *by*.
    """
    if by not in COUNTED_BY:
        raise ValueError(f"not counted by {by}")
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {by}, sum(calls)::bigint, sum(success)::bigint from {DAY}"  # noqa: S608
            " where environment = %s and begins >= %s and begins < %s group by 1",
            [environment, since, until],
        )
        return {key: CallSums(calls=calls, success=success) for key, calls, success in cursor.fetchall()}


def _within(since: datetime, until: datetime, steps: Sequence[_Step]) -> Iterator[tuple[str, datetime, datetime]]:
    """Give the spans, each with its table, that make up [*since*, *until*): few rows, none counted twice."""
    if since >= until:
        return
    if not steps:
        yield _LOG, since, until
        return
    table, floor, length = steps[0]
    first, last = floor(since + length - timedelta(microseconds=1)), floor(until)
    if first >= last or (table == MINUTE and first < clock.now() - MINUTES_KEPT):
        yield from _within(since, until, steps[1:])
        return
    yield from _within(since, first, steps[1:])
    yield table, first, last
    yield from _within(last, until, steps[1:])


def _day(moment: datetime) -> datetime:
    return moment.astimezone(clock.VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


_STEPS: tuple[_Step, ...] = (
    (DAY, _day, timedelta(days=1)),
    (HOUR, _hour, timedelta(hours=1)),
    (MINUTE, _minute, timedelta(minutes=1)),
)


def summed_until() -> datetime | None:
    """Return the moment up to which every row of the log is in the sums; None before the first run."""
    with connection.cursor() as cursor:
        cursor.execute("select at from audit_rollup_mark where epoch = 0")
        row = cursor.fetchone()
    return row[0] if row else None


def last_called() -> datetime | None:
    """Return the begin of the last hour with a call; None before the first."""
    with connection.cursor() as cursor:
        cursor.execute(f"select max(begins) from {HOUR}")  # noqa: S608
        row = cursor.fetchone()
    return row[0] if row else None


def _told(row: Sequence[Any]) -> CallSums:
    refused, *sides = (int(value) for value in row[: 1 + len(_SIDES)])
    found = dict(zip(SUMS, (int(value) for value in row[1 + len(_SIDES) :]), strict=True))
    ended = found["ended"]
    within = [found[name] for name in WITHIN]
    return CallSums(
        calls=found["calls"],
        success=found["success"],
        refused=refused,
        **dict(zip(_SIDES, sides, strict=True)),
        over_30_s=ended - within[-1],
        fields_dropped=found["fields_dropped"],
        mean_ms=round(found["total_ms"] / ended, 1) if ended else None,
        p50_ms=quantile(within, ended, 0.5),
        p95_ms=quantile(within, ended, 0.95),
    )


def quantile(within: Sequence[int], ended: int, share: float) -> float | None:
    """Return the time, ms, within which *share* of *ended* calls ended, read off *within* (one count a bound)."""
    if not ended:
        return None
    wanted, below, bound_below = share * ended, 0, 0
    for count, bound in zip(within, BOUNDS, strict=True):
        if count >= wanted:
            return round(bound_below + (bound - bound_below) * (wanted - below) / (count - below), 1)
        below, bound_below = count, bound
    return float(BOUNDS[-1])
