"""Leaves: each row of the log with every column, in one spelling that needs no key to be read again.

A leaf is the line ``lgsp-leaf <form> <table>`` and the row as PostgreSQL's COPY writes it in its text format: columns
separated by tabs, ``\\N`` for NULL, backslash, tab and newline escaped, a newline at the end; times in UTC and ISO,
bytes in hex. The columns are those of the log's format ``form`` in their order, then what the database decided
(verdict and time of an intent), then the row's MAC, which nobody without the log key can guess.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg

from audit.ledger import canonical
from audit.ledger.epochs import INTENTS, OUTCOMES

EVENTS = "epoch"
FORM = canonical.FORMAT
TABLES = {INTENTS: "audit_intent", OUTCOMES: "audit_outcome", EVENTS: "audit_epoch"}
_COVERED = {INTENTS: canonical.INTENT, OUTCOMES: canonical.OUTCOME, EVENTS: canonical.EPOCH}
_ASSIGNED = {INTENTS: canonical.ASSIGNED}
# How values are written does not depend on who asks.
SPELLING = (
    "set TimeZone = 'UTC'", "set DateStyle = 'ISO, YMD'", "set bytea_output = 'hex'", "set client_encoding = 'UTF8'",
    "set extra_float_digits = 1",
)  # fmt: skip


def columns_of(kind: str, form: int = FORM) -> tuple[str, ...]:
    """Return the columns of a leaf in order."""
    later = {name for added, names in canonical.ADDED.items() if added > form for name in names}
    covered = tuple(column.name for column in _COVERED[kind] if column.name not in later)
    return (*covered, *_ASSIGNED.get(kind, ()), "row_mac")


def head(kind: str, form: int = FORM) -> bytes:
    """Return the first line of a leaf."""
    return b"lgsp-leaf %d %b\n" % (form, kind.encode())


def hash_of(kind: str, form: int, line: bytes) -> bytes:
    """Return the hash of the leaf whose row is *line*."""
    return sha256(b"\x00" + head(kind, form) + line).digest()


@dataclass(frozen=True, slots=True)
class Place:
    """A chain of rows (``epoch`` 0: the register of epochs) and the last place of it that is known already."""

    kind: str
    epoch: int
    n: int


def _prefixed(kind: str) -> tuple[str, str]:
    """Return what stands before the leaf in a line read, and the columns that order it: epoch, n, call, more."""
    if kind == EVENTS:
        return "0, r.seq, '', ''", "seq"
    if kind == INTENTS:
        return "r.epoch, r.n, r.call_id, extract(epoch from r.admitted_at)", "n"
    return "r.epoch, r.n, r.call_id, r.stage", "n"


def copy_after(kind: str, places: Sequence[Place], *, most: int, form: int = FORM, since: str = "") -> str:
    """Return the COPY of up to *most* rows of each chain behind its place, chain by chain.

    Before each leaf's own columns stand epoch, n, call and what else the sealer keeps of it. *since* (a time) leaves
    out the partitions of months long past.
    """
    shown, order = _prefixed(kind)
    names = ", ".join(f"r.{name}" for name in columns_of(kind, form))
    bound = f" and i.received_at >= '{since}'" if since else ""
    if kind == EVENTS:
        after, limit = int(places[0].n), int(most)
        inner = f"select * from audit_epoch i where i.seq > {after} order by i.seq limit {limit}"  # noqa: S608
        return f"copy (select {shown}, {names} from ({inner}) r order by r.{order}) to stdout"  # noqa: S608
    marks = ", ".join(f"({int(place.epoch)}::bigint, {int(place.n)}::bigint)" for place in places)
    return (
        f"copy (select {shown}, {names} from (values {marks}) m (epoch, n) cross join lateral"  # noqa: S608
        f" (select * from {TABLES[kind]} i where i.epoch = m.epoch and i.n > m.n{bound}"
        f" order by i.n limit {int(most)}) r) to stdout"
    )


def rows_of(cursor: psycopg.Cursor[Any], statement: str) -> Iterator[tuple[int, int, bytes, bytes, bytes]]:
    """Give epoch, n, call, what else is kept of it, and the leaf's line, for each row of a COPY."""
    with cursor.copy(statement) as copy:
        for data in copy:
            epoch, n, call, more, line = bytes(data).split(b"\t", 4)
            yield int(epoch), int(n), call, more, line


def lines_of(cursor: psycopg.Cursor[Any], statement: str) -> Iterator[bytes]:
    """Give the leaf's line of each row of a COPY."""
    with cursor.copy(statement) as copy:
        for data in copy:
            yield bytes(data).split(b"\t", 4)[4]


def copy_between(kind: str, ranges: Sequence[tuple[int, int, int]], form: int = FORM) -> str:
    """Return the COPY of the rows of *ranges* (epoch, first n, last n), in the order of the ranges and places."""
    shown, _order = _prefixed(kind)
    names = ", ".join(f"r.{name}" for name in columns_of(kind, form))
    marks = ", ".join(
        f"({int(epoch)}::bigint, {int(low)}::bigint, {int(high)}::bigint)" for epoch, low, high in ranges
    )
    chained = (
        "i.seq between m.low and m.high" if kind == EVENTS else "i.epoch = m.epoch and i.n between m.low and m.high"
    )
    order = "i.seq" if kind == EVENTS else "i.n"
    return (
        f"copy (select {shown}, {names} from (values {marks}) m (epoch, low, high) cross join lateral"  # noqa: S608
        f" (select * from {TABLES[kind]} i where {chained} order by {order}) r) to stdout"
    )
