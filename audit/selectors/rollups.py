"""Reading the sums of the call log: figures of a span by whatever they are told apart by. One query each."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from audit.rollup_shape import BOUNDS, BRIEF, BRIEF_BY, DAY, HOUR, KEYS, MINUTE, MINUTES_KEPT, SUMS, WITHIN
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
    _known({*by, *only})
    spans = [(_GRAINS[grain], since, until)] if grain else list(_within(since, until, _STEPS))
    columns = [*(["begins"] if grain else []), *by]
    source, values = _source(spans, only)
    chosen = "".join(f"{column}, " for column in columns)
    grouped = f" group by {', '.join(str(place + 1) for place in range(len(columns)))}" if columns else ""
    if not spans:
        return {} if columns else {(): CallSums()}
    with connection.cursor() as cursor:
        cursor.execute(f"select {chosen}{_COLUMNS} from ({source}) span{grouped}", values)  # noqa: S608
        found = cursor.fetchall()
    return {tuple(row[: len(columns)]): _told(row[len(columns) :]) for row in found}


def sums_by(
    *, since: datetime, until: datetime, by: Iterable[tuple[str, ...]], **only: Any
) -> dict[tuple[str, ...], dict[tuple[Any, ...], CallSums]]:
    """Return what :func:`sums` says for each combination of keys of *by*, read in one go over the span.

    A report tells a year apart in many ways: its sums are brought together once, then told apart. No two of *by* may
    have the same keys. Raises ValueError for an unknown key.
    """
    wanted = list(by)
    keys = sorted(set[str]().union(*wanted))
    _known({*keys, *only})
    spans = list(_within(since, until, _STEPS))
    if not spans:
        return {one: {} if one else {(): CallSums()} for one in wanted}
    source, values = _source(spans, only)
    together = ", ".join(f"sum({name})::bigint as {name}" for name in SUMS)
    least = ", ".join(sorted({"side", "refused", *keys}))
    listed = "".join(f"{name}, " for name in keys)
    mask = f"grouping({', '.join(keys)})" if keys else "0"
    sets = ", ".join(f"({', '.join(one)})" for one in wanted)
    sql = (
        f"with told as materialized (select {least}, {together} from ({source}) span group by {least})"  # noqa: S608
        f" select {listed}{mask}, {_COLUMNS} from told group by grouping sets ({sets})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    # A bit is set for each key that a row is not told apart by, the last key's the lowest.
    masks = {sum((name not in one) << place for place, name in enumerate(reversed(keys))): one for one in wanted}
    found: dict[tuple[str, ...], dict[tuple[Any, ...], CallSums]] = {one: {} for one in wanted}
    for row in rows:
        one, named = masks[row[len(keys)]], dict(zip(keys, row, strict=False))
        found[one][tuple(named[name] for name in one)] = _told(row[len(keys) + 1 :])
    return found


def _known(keys: set[str]) -> None:
    if unknown := keys - set(KEYS):
        raise ValueError(f"unknown keys: {sorted(unknown)}")


def _source(spans: Sequence[tuple[str, datetime, datetime]], only: dict[str, Any]) -> tuple[str, list[Any]]:
    """Give SQL for the rows of *spans*, narrowed by *only*, and its values."""
    where = "".join(f" and {name} = any(%s)" for name in only)
    narrowed = [
        list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value] for value in only.values()
    ]
    source = " union all ".join(
        f"(select * from {table} where begins >= %s and begins < %s{where})"  # noqa: S608
        for table, _first, _last in spans
    )
    return source, [value for _table, first, last in spans for value in (first, last, *narrowed)]


def day_counts(*, since: datetime, until: datetime, environment: str, by: str) -> dict[Any, CallSums]:
    """Return calls and successes alone of the whole days that begin in [*since*, *until*), by a key of ``BRIEF_BY``.

    For pages: a year costs a fraction of :func:`sums`, as much for ten million calls as for one. Raises ValueError for
    another *by*.
    """
    if by not in BRIEF_BY:
        raise ValueError(f"not counted by {by}")
    told = "begins" if by == "begins" else "code"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {told}, sum(calls)::bigint, sum(success)::bigint from {BRIEF}"  # noqa: S608
            " where kind = %s and environment = %s and begins >= %s and begins < %s group by 1",
            [by, environment, since, until],
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
