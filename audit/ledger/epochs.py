"""Epochs: one unbroken chain of one writer, and the chain of their openings and closings.

An epoch opens with an event row and its first row is chained to it. A batch that failed, or of which nobody knows
whether it was committed, ends the epoch: the next opening names the last row that was confirmed, so rows behind it may
exist and nothing before it may be missing. The events of all processes are one dense chain: none can be taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from audit.ledger.canonical import FORMAT, NO_MAC, row_mac
from audit.ledger.rows import Form
from audit.ledger.statements import ADD_EVENT, EVENT_LOCK, HOLD_EPOCH, LAST_EVENT, PATIENCE

OPEN, CLOSE = "open", "close"
INTENTS, OUTCOMES = "intent", "outcome"
# Class of the advisory locks of open epochs; the other half is the epoch's number.
EPOCH_CLASS = 72_413_502


def lock_of(epoch: int) -> int:
    """Return the number of an epoch's lock (the database takes four bytes)."""
    return epoch % 2**31


@dataclass(frozen=True, slots=True)
class LogKey:
    """The named key an epoch is written under."""

    name: str
    secret: bytes

    def __repr__(self) -> str:
        return f"LogKey({self.name!r})"


@dataclass(frozen=True, slots=True)
class Chain:
    """Where an epoch stands: its number, the last confirmed row and that row's MAC."""

    epoch: int
    n: int
    mac: bytes

    def link(self, key: bytes, form: Form, rows: Sequence[tuple[Any, ...]]) -> tuple[str, "Chain"]:
        """Return *rows* with their place and MACs as an array of rows, and the chain once they are written."""
        linked, n, mac = [], self.n, self.mac
        for row in rows:
            n += 1
            mac, written = form.write(key, (*row, self.epoch, n, mac))
            linked.append(written)
        return "{" + ",".join(linked) + "}", Chain(self.epoch, n, mac)


async def open_epoch(
    connection: AsyncConnection[Any], *, kind: str, key: LogKey, worker: str, at: datetime, last: Chain | None
) -> Chain:
    """Open an epoch of *kind* after *last*, the confirmed end of the writer's epoch before (None: a new process)."""
    seq, mac = await _event(connection, event=OPEN, kind=kind, key=key, worker=worker, at=at, last=last)
    return Chain(seq, 0, mac)


async def close_epoch(
    connection: AsyncConnection[Any], *, kind: str, key: LogKey, worker: str, at: datetime, last: Chain
) -> None:
    """Close an epoch whose every row is confirmed."""
    await _event(connection, event=CLOSE, kind=kind, key=key, worker=worker, at=at, last=last)


async def _event(
    connection: AsyncConnection[Any],
    *,
    event: str,
    kind: str,
    key: LogKey,
    worker: str,
    at: datetime,
    last: Chain | None,
) -> tuple[int, bytes]:
    ended = (last.epoch, last.n, last.mac) if last else (None, None, None)
    async with connection.transaction():
        await connection.execute(PATIENCE)
        await connection.execute(EVENT_LOCK)
        found = await (await connection.execute(LAST_EVENT)).fetchone()
        seq, before = (found[0] + 1, found[1]) if found else (1, NO_MAC)
        signed = (seq, event, kind, at, worker, key.name, FORMAT, *ended, before)
        mac = row_mac(key.secret, "epoch", signed)
        await connection.execute(ADD_EVENT, (*signed, mac))
        if event == OPEN:
            # Held until the connection ends, so that the sealer can tell an epoch that is written from one left.
            await connection.execute(HOLD_EPOCH, (EPOCH_CLASS, lock_of(seq)))
    return seq, mac
