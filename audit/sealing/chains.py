"""Which chains of the log may still grow, and how far each is sealed.

One writer has one chain and one batch on its way, so what can be seen of a chain is always its beginning: a mark for
each says where to go on, and nothing in the log itself is touched. A chain is left alone once its end is confirmed
and sealed, or once nobody holds its lock any more and it has been quiet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from audit.ledger.epochs import CLOSE, EPOCH_CLASS, OPEN, lock_of
from audit.sealing.leaves import Place

# Chains nobody writes are looked at this often, and given up after this long.
COLD_SECONDS, QUIET_SECONDS = 30.0, 3600.0
_HELD = """
select objid::bigint from pg_locks where locktype = 'advisory' and classid = %s and objsubid = 2 and granted
   and database = (select oid from pg_database where datname = current_database())
"""
_EVENTS = """
select e.seq, e.event, e.kind, e.worker, e.last_epoch, e.last_n, coalesce(m.n, 0)
  from audit_epoch e
  left join lateral (select l.first_n + l.leaves - 1 as n from audit_leaf l
                      where e.event = 'open' and l.kind = e.kind and l.epoch = e.seq
                      order by l.first_n desc limit 1) m on true
 where e.seq > %s and e.seq <= %s order by e.seq
"""


@dataclass(slots=True)
class Chain:
    """One chain: how far it is sealed, where it ends if that is known, since when nobody writes it (seconds).

    ``read_out`` once all of it was read after that.
    """

    kind: str
    epoch: int
    worker: str
    n: int = 0
    end: int | None = None
    left_at: float | None = None
    read_out: bool = False

    @property
    def place(self) -> Place:
        """Where to go on."""
        return Place(self.kind, self.epoch, self.n)

    @property
    def done(self) -> bool:
        """True when its confirmed end is sealed."""
        return self.end is not None and self.n >= self.end


class Chains:
    """The chains that may still grow."""

    def __init__(self) -> None:
        self.seq = 0
        self._open: dict[int, Chain] = {}
        self._workers: dict[int, str] = {}
        self._held: frozenset[int] = frozenset()

    def load(self, connection: psycopg.Connection[Any], upto: int) -> None:
        """Take in the events known so far, up to *upto*, with what is sealed of each chain."""
        for seq, event, kind, worker, last, last_n, n in connection.execute(_EVENTS, (self.seq, upto)).fetchall():
            if event == OPEN:
                self._open[seq] = Chain(kind, seq, worker, n)
                self._workers[seq] = worker
            if event == CLOSE and last in self._open:
                self._open[last].end = last_n
            self.seq = seq
        self._tidy()

    def look(self, connection: psycopg.Connection[Any], now: float) -> None:
        """See who still writes; *now* in seconds of a clock that only goes on."""
        rows = connection.execute(_HELD, (EPOCH_CLASS,)).fetchall()
        self._held = frozenset(row[0] for row in rows)
        for chain in self._open.values():
            if lock_of(chain.epoch) in self._held:
                chain.left_at, chain.read_out = None, False
            elif chain.left_at is None:
                chain.left_at = now
        for chain in list(self._open.values()):
            if chain.left_at is not None and now - chain.left_at > QUIET_SECONDS:
                del self._open[chain.epoch]

    def to_read(self, kind: str, *, cold: bool) -> list[Place]:
        """Return where to read on in chains of *kind*; those nobody writes only when *cold*."""
        found = [chain for chain in self._open.values() if chain.kind == kind]
        return [chain.place for chain in found if cold or not chain.read_out]

    def advance(self, marks: Iterable[Place], *, caught_up: bool) -> None:
        """Take in how far chains are sealed now, and whether that was all there was."""
        for place in marks:
            if place.epoch in self._open:
                self._open[place.epoch].n = place.n
        for chain in self._open.values():
            chain.read_out = chain.read_out or (caught_up and chain.left_at is not None)
        self._tidy()

    def written(self, epoch: int) -> bool:
        """Return whether the process that opened *epoch* still holds a chain."""
        worker = self._workers.get(epoch)
        return any(chain.worker == worker and lock_of(chain.epoch) in self._held for chain in self._open.values())

    def _tidy(self) -> None:
        for chain in [chain for chain in self._open.values() if chain.done]:
            del self._open[chain.epoch]
