"""Partitions of the call log: made ahead of the calls, and nonces of hours long past dropped (decisions, 33).

Months are Vietnamese, hours UTC. A span that is missing when its calls come costs nothing but tidiness: they lie in
the ``_rest`` partition, and the span gets none of its own afterwards.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import sql

from core import clock

MONTHS_AHEAD = 3
HOURS_AHEAD = 48
NONCES_KEPT = timedelta(hours=2)
_ATTEMPTS = 40
_PAUSE_SECONDS = 0.1
_HOUR = "%Y%m%d%H"


@dataclass(frozen=True, slots=True)
class Span:
    """One partition: of which table, its name's tail, from and up to (not including) when."""

    table: str
    suffix: str
    lower: datetime
    upper: datetime


def spans(now: datetime) -> Iterator[Span]:
    """Give every partition that should exist at *now*."""
    month = now.astimezone(clock.VIETNAM).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(MONTHS_AHEAD + 1):
        after = (month + timedelta(days=32)).replace(day=1)
        for table in ("audit_intent", "audit_outcome"):
            yield Span(table, month.strftime("%Y%m"), month, after)
        month = after
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    for step in range(HOURS_AHEAD + 2):
        lower = hour + timedelta(hours=step)
        yield Span("audit_nonce", lower.strftime(_HOUR), lower, lower + timedelta(hours=1))


def make_ahead() -> int:
    """Make the partitions of the coming months and hours; return how many were missing. Safe to run at any time."""
    there = _partitions()
    return sum(_make(span) for span in spans(clock.now()) if f"{span.table}_{span.suffix}" not in there)


def drop_old_nonces() -> int:
    """Drop the nonces of hours no signature can be from any more; return how many partitions went."""
    oldest = (clock.now() - NONCES_KEPT).astimezone(UTC).strftime(_HOUR)
    names = sorted(name for name in _partitions() if name.startswith("audit_nonce_2"))
    old = [name for name in names if name.removeprefix("audit_nonce_") < oldest]
    for name in old:
        patiently(sql.SQL("select audit_drop_nonces(%s)"), name)
    return len(old)


def _partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
            " where i.inhparent in ('audit_intent'::regclass, 'audit_outcome'::regclass, 'audit_nonce'::regclass)"
        )
        return {name for (name,) in cursor.fetchall()}


def _make(span: Span) -> bool:
    call = sql.SQL("select audit_keep_partition(%s, %s, %s, %s)")
    return bool(patiently(call, span.table, span.suffix, span.lower, span.upper))


def _run(statement: sql.Composable, *values: Any) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = '50ms'")
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0] if cursor.description else None


def patiently(statement: sql.Composable, *values: Any) -> Any:
    """Run *statement* and return its first value, trying again when calls held a lock it needs for more than a moment.

    Raises OperationalError when they always did.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _run(statement, *values)
        except OperationalError as error:
            last = error
            time.sleep(_PAUSE_SECONDS)
    raise last
