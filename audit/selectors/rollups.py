"""Reading the sums of the call log: figures of a span by whatever they are told apart by. One query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from audit.rollup_shape import BOUNDS, DAY, HOUR, KEYS, MINUTE, SUMS, WITHIN
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


def sums(
    *, since: datetime, until: datetime, by: Sequence[str] = (), grain: str = "", **only: Any
) -> dict[tuple[Any, ...], CallSums]:
    """Return the figures of [*since*, *until*) for each combination of *by*, keys of ``rollup_shape.KEYS``.

    With *grain* (``minute``, ``hour``, ``day``) each span of that length is told apart too, by its begin, first in the
    key; without, a span of whole Vietnamese days is read from the days, any other from the hours (the bounds are then
    moved to the hour), so that it is as cheap as can be. *only* narrows by a key to one value or several.
    """
    if unknown := (set(by) | set(only)) - set(KEYS):
        raise ValueError(f"unknown keys: {sorted(unknown)}")
    table = _table(since, until, grain)
    columns = [*(["begins"] if grain else []), *by]
    where, values = ["begins >= %s", "begins < %s"], [since, until]
    for name, value in only.items():
        where.append(f"{name} = any(%s)")
        values.append(list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value])
    places = ", ".join(str(place + 1) for place in range(len(columns)))
    chosen = "".join(f"{column}, " for column in columns)
    text = f"select {chosen}{_COLUMNS} from {table} where {' and '.join(where)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(text + (f" group by {places}" if columns else ""), values)
        found = cursor.fetchall()
    return {tuple(row[: len(columns)]): _told(row[len(columns) :]) for row in found}


def summed_until() -> datetime | None:
    """Return the moment up to which every row of the log is in the sums; None before the first run."""
    with connection.cursor() as cursor:
        cursor.execute("select at from audit_rollup_mark where epoch = 0")
        row = cursor.fetchone()
    return row[0] if row else None


def _table(since: datetime, until: datetime, grain: str) -> str:
    if grain:
        return {"minute": MINUTE, "hour": HOUR, "day": DAY}[grain]
    whole = all(moment.astimezone(clock.VIETNAM).time() == moment.min.time() for moment in (since, until))
    return DAY if whole and until - since >= timedelta(days=1) else HOUR


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
