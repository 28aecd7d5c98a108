"""Closing calls whose process died: an outcome ``unknown`` by the ledger's own door, in an epoch of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog

from audit.ledger.calls import Attempt, LogUnavailable
from audit.ledger.endings import Ending, write_endings
from audit.sealing.open_calls import OpenCalls

log = structlog.get_logger(__name__)
REASON = "unknown-outcome"
# Closed at once; the others wait for the next second.
MOST = 2_000
# Both tables are asked by the call's id: the open ones are read once at a start, the others when nobody answered.
_STANDING = """
select i.call_id, i.received_at, i.verdict, i.admitted_at, i.epoch, i.n,
       exists (select from audit_outcome o where o.call_id = i.call_id and o.stage <> 'S')
  from audit_intent i where i.call_id = any(%s) order by i.call_id, i.epoch, i.n
"""
_UNANSWERED = """
select i.call_id, max(extract(epoch from i.admitted_at)),
       (select max(o.epoch) from audit_outcome o where o.call_id = i.call_id)
  from audit_intent i
 where i.received_at >= coalesce(%s::timestamptz - interval '10 minutes', '-infinity') and i.epoch <= %s
   and not exists (select from audit_outcome o where o.call_id = i.call_id and o.stage <> 'S')
 group by i.call_id
"""


@dataclass(frozen=True, slots=True)
class _Standing:
    received_at: datetime
    attempts: list[Attempt]
    ended: bool


def load_open(connection: psycopg.Connection[Any], calls: OpenCalls, *, since: datetime | None, seq: int) -> None:
    """Find the calls of sealed chains (up to event *seq*) that have no outcome; before *since* all have one."""
    for call, admitted, epoch in connection.execute(_UNANSWERED, (since, seq)).fetchall():
        name = str(call).encode()
        calls.begun[name] = float(admitted)
        if epoch is not None:
            calls.streaming[name] = epoch


def close(
    connection: psycopg.Connection[Any], calls: OpenCalls, found: Sequence[bytes], *, address: str, keys: str
) -> int:
    """Write an outcome for each of the calls *found* that has none; return how many. Those that could not be written
    are found again."""
    standing = _standing(connection, [UUID(call.decode()) for call in found[:MOST]])
    for call in found[:MOST]:
        known = standing.get(UUID(call.decode()))
        if known is None or known.ended:
            calls.forget(call)
    endings = [
        Ending(call, known.received_at, REASON, known.attempts) for call, known in standing.items() if not known.ended
    ]
    if not endings:
        return 0
    try:
        written = asyncio.run(write_endings(address, keys, endings))
    except LogUnavailable as error:
        log.warning("sealing.orphans_not_closed", calls=len(endings), error=str(error))
        return 0
    for ending in endings:
        calls.forget(str(ending.call_id).encode())
    log.warning("sealing.orphans_closed", calls=written, first=str(endings[0].call_id))
    return written


def _standing(connection: psycopg.Connection[Any], calls: Sequence[UUID]) -> dict[UUID, _Standing]:
    found: dict[UUID, _Standing] = {}
    for call, received_at, verdict, admitted_at, epoch, n, ended in connection.execute(
        _STANDING, (list(calls),)
    ).fetchall():
        known = found.setdefault(call, _Standing(received_at, [], ended))
        known.attempts.append(Attempt(epoch, n, verdict, admitted_at))
    return found
