"""What one sealing reads: the new rows of every chain, hashed as leaves, in an order that is never looked at again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg

from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing.chains import Chains
from audit.sealing.leaves import EVENTS, FORM, Place, copy_after, head, rows_of
from audit.sealing.open_calls import OpenCalls
from audit.sealing.records import Reader
from audit.sealing.store import MOST_LEAVES, Run

# Rows read of one chain and of all together before what there is gets sealed.
MOST_OF_CHAIN, MOST = 20_000, 100_000


@dataclass(slots=True)
class Fresh:
    """The leaves of one sealing: runs (kind, epoch, first n, form, hashes), how far chains are read, holes met on the
    way."""

    runs: list[tuple[str, int, int, int, list[bytes]]] = field(default_factory=list)
    marks: list[Place] = field(default_factory=list)
    gaps: list[Place] = field(default_factory=list)
    rows: int = 0
    caught_up: bool = True

    def numbered(self, first: int) -> Iterator[Run]:
        """Give the runs with their places in a tree that has *first* leaves, none longer than the store takes."""
        for kind, epoch, n, form, hashes in self.runs:
            for begin in range(0, len(hashes), MOST_LEAVES):
                part = hashes[begin : begin + MOST_LEAVES]
                yield Run(first, kind, epoch, n + begin, form, part)
                first += len(part)

    def hashes(self) -> list[bytes]:
        """Return all leaf hashes in order."""
        return [found for _kind, _epoch, _n, _form, hashes in self.runs for found in hashes]


def read_records(connection: psycopg.Connection[Any], reader: Reader, fresh: Fresh) -> None:
    """Read what is new in the tables beside the log into *fresh*."""
    for kind, form, found in reader.read(connection):
        expected, hashes = -1, list[bytes]()
        for n, leaf in found:
            if n != expected:
                hashes = []
                fresh.runs.append((kind, 0, n, form, hashes))
            hashes.append(leaf)
            expected = n + 1
        fresh.rows += len(found)
        fresh.caught_up = fresh.caught_up and len(found) < MOST_OF_CHAIN


def read(
    connection: psycopg.Connection[Any], chains: Chains, calls: OpenCalls, *, seq: int, cold: bool, since: str
) -> Fresh:
    """Read what is new behind event *seq* and in the chains; *cold*: in those nobody writes any more too.

    *since* (a time, or empty) leaves out partitions in which nothing new can be; what is not found where it should be
    is looked for everywhere.
    """
    fresh = Fresh()
    with connection.cursor() as cursor:
        _events(cursor, fresh, seq)
        if fresh.runs:
            chains.load(connection, fresh.marks[0].n)
        for kind in (INTENTS, OUTCOMES):
            places = chains.to_read(kind, cold=cold)
            if places and fresh.rows < MOST:
                _rows(cursor, fresh, kind, places, calls, since)
            elif places:
                fresh.caught_up = False
    return fresh


def _events(cursor: psycopg.Cursor[Any], fresh: Fresh, seq: int) -> None:
    last = _take(
        cursor, fresh, EVENTS, [Place(EVENTS, 0, seq)], copy_after(EVENTS, [Place(EVENTS, 0, seq)], most=MOST)
    )
    fresh.marks += [Place(EVENTS, 0, n) for n in last.values()]


def _rows(
    cursor: psycopg.Cursor[Any], fresh: Fresh, kind: str, places: Sequence[Place], calls: OpenCalls, since: str
) -> None:
    before = len(fresh.gaps)
    statement = copy_after(kind, places, most=MOST_OF_CHAIN, since=since)
    runs, rows = len(fresh.runs), fresh.rows
    last = _take(cursor, fresh, kind, places, statement, calls)
    if since and len(fresh.gaps) > before:
        # Not where it should be: then where it may be.
        del fresh.gaps[before:], fresh.runs[runs:]
        fresh.rows = rows
        last = _take(cursor, fresh, kind, places, copy_after(kind, places, most=MOST_OF_CHAIN), calls)
    fresh.marks += [Place(kind, epoch, n) for epoch, n in last.items()]


def _take(
    cursor: psycopg.Cursor[Any],
    fresh: Fresh,
    kind: str,
    places: Iterable[Place],
    statement: str,
    calls: OpenCalls | None = None,
) -> dict[int, int]:
    """Hash the rows of *statement* into runs; return the last place of each chain that had any."""
    before, last = {place.epoch: place.n for place in places}, {}
    first_line, digest, counted = b"\x00" + head(kind), sha256, 0
    told = None if calls is None else calls.intent if kind == INTENTS else calls.outcome
    hashes: list[bytes] = []
    at = expected = -1
    for epoch, n, call, more, line in rows_of(cursor, statement):
        if epoch != at or n != expected:
            due = before[epoch] + 1 if epoch != at else expected
            if n != due:
                fresh.gaps.append(Place(kind, epoch, due))
            at, hashes = epoch, []
            fresh.runs.append((kind, epoch, n, FORM, hashes))
        expected = n + 1
        last[epoch] = n
        hashes.append(digest(first_line + line).digest())
        if told is not None:
            told(call, more, epoch)
        counted += 1
        if expected - before[epoch] > MOST_OF_CHAIN:
            fresh.caught_up = False
    fresh.rows += counted
    return last
