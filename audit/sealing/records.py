"""Records: evidence beside the call log (facts, field history, marks of changed rows, …), sealed in the same tree.

Which tables these are is told from above. Their leaf is the line ``lgsp-leaf <form> <kind>`` and, in hex, the HMAC
under the log key of ``lgsp-record <form> <kind>`` and the row as COPY writes it: a row may be short and guessable, and
what stands beside it in a proof must not be found by trying. A leaf's place is the row's id, its epoch 0.
"""

import hmac
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg

from audit.archive.tombstones import Gone
from audit.sealing import leaves
from audit.sealing.store import MOST_LEAVES, Run

# Rows of one table taken at once; ids that were given and never came are looked for this often and this long.
MOST = 20_000
HOLES_SECONDS, GIVEN_UP_SECONDS, MOST_HOLES = 5.0, 6 * 3600.0, 10_000
Way = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Record:
    """One table: its columns by form, the column that says when a row came, and which of its rows are sealed.

    ``whole``: a small table whose rows may be sealed in any order; all of it is looked at.
    """

    table: str
    at: str
    forms: Mapping[int, tuple[str, ...]]
    condition: str = ""
    whole: bool = False

    @property
    def form(self) -> int:
        """The newest form."""
        return max(self.forms)

    def copy(self, where: str, form: int) -> str:
        """Return the COPY of the rows that meet *where*, in the order of their ids, as ``leaves.rows_of`` reads it."""
        return f"copy (select {self._shown(form)} from {self._rows(where)}) to stdout"  # noqa: S608

    def between(self, ranges: Sequence[tuple[int, int]], form: int) -> str:
        """Return the COPY of the rows of *ranges* (first id, last id), in their order."""
        marks = ", ".join(f"({int(low)}::bigint, {int(high)}::bigint)" for low, high in ranges)
        part = f"(values {marks}) m (low, high) cross join lateral {self._rows('i.id between m.low and m.high')}"
        return f"copy (select {self._shown(form)} from {part}) to stdout"  # noqa: S608

    def _shown(self, form: int) -> str:
        return ", ".join(["0, r.id, '', ''", *(f'r."{name}"' for name in self.forms[form])])

    def _rows(self, where: str) -> str:
        kept = f" and {self.condition}" if self.condition else ""
        return f"(select * from {self.table} i where {where}{kept} order by i.id) r"  # noqa: S608


Records = Mapping[str, Record]


def way_of(kind: str, form: int, key: bytes) -> Way:
    """Return how the line of a row becomes its leaf's hash under *key*."""
    first, named = b"\x00" + leaves.head(kind, form), b"lgsp-record %d %b\n" % (form, kind.encode())

    def hashed(line: bytes) -> bytes:
        return sha256(first + hmac.digest(key, named + line, "sha256").hex().encode() + b"\n").digest()

    return hashed


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every kind of leaf there is: those of the call log, and *records* under one of the log *keys*; rows that are
    *gone* to the archive are not looked for."""

    records: Records = field(default_factory=dict)
    keys: Sequence[bytes] = ()
    gone: Gone = field(default_factory=Gone)

    def kept(self, run: Run) -> Iterable[Run]:
        """Give the parts of *run* whose rows are still in the database: not in the archive."""
        last = run.first_n + len(run.hashes) - 1
        for low, high in self.gone.left(run.kind, run.epoch, run.first_n, last):
            begin, end = low - run.first_n, high - run.first_n + 1
            yield Run(run.first_leaf + begin, run.kind, run.epoch, low, run.form, run.hashes[begin:end])

    def statement(self, kind: str, ranges: Sequence[tuple[int, int, int]], form: int) -> str:
        """Return the COPY of the rows of *ranges* (epoch, first n, last n). Raises KeyError for a kind unknown."""
        if kind in self.records:
            return self.records[kind].between([(low, high) for _epoch, low, high in ranges], form)
        return leaves.copy_between(kind, ranges, form)

    def ways(self, kind: str, form: int) -> list[Way]:
        """Return the ways a line may have become a leaf's hash, the likeliest first."""
        if kind in self.records:
            return [way_of(kind, form, key) for key in self.keys]
        first, digest = b"\x00" + leaves.head(kind, form), sha256
        return [lambda line: digest(first + line).digest()]


@dataclass(slots=True)
class _Tail:
    """How far a table is sealed, and the ids before that which were given but did not come yet, since when."""

    high: int = 0
    holes: dict[int, float] = field(default_factory=dict)


class Reader:
    """Finds the rows nobody sealed yet: ids rise as rows are written, and one that commits late leaves a hole."""

    def __init__(self, records: Records, key: bytes) -> None:
        self._records, self._key = records, key
        self._tails: dict[str, _Tail] = {}
        self._looked = float("-inf")

    def load(self, connection: psycopg.Connection[Any]) -> None:
        """See what is sealed, and which rows before that are not."""
        now, self._looked = time.monotonic(), float("-inf")
        for kind, record in self._records.items():
            row = connection.execute(
                "select coalesce(max(first_n + leaves - 1), 0) from audit_leaf where kind = %s and epoch = 0", (kind,)
            ).fetchone()
            tail = self._tails[kind] = _Tail(int(row[0]) if row else 0)
            if tail.high and not record.whole:
                left = unsealed(connection, kind, record, upto=tail.high)
                tail.holes = dict.fromkeys([*_missing(connection, kind, tail.high), *left], now)

    def read(self, connection: psycopg.Connection[Any]) -> Iterable[tuple[str, int, list[tuple[int, bytes]]]]:
        """Give kind, form, and id and leaf of each new row, for every table that has some."""
        if not self._records:
            return
        now = time.monotonic()
        holes = now - self._looked >= HOLES_SECONDS
        self._looked = now if holes else self._looked
        each = (f"select '{kind}', max(id) from {one.table}" for kind, one in self._records.items())  # noqa: S608
        heights = " union all ".join(each)
        for kind, highest in connection.execute(heights).fetchall():
            record, tail = self._records[kind], self._tails[kind]
            where = self._where(connection, kind, highest or 0, holes=holes)
            if not where:
                continue
            way = way_of(kind, record.form, self._key)
            with connection.cursor() as cursor:
                found = [
                    (n, way(line))
                    for _, n, _call, _more, line in leaves.rows_of(cursor, record.copy(where, record.form))
                ]
            self._advance(tail, [n for n, _leaf in found], now, whole=record.whole)
            if found:
                yield kind, record.form, found

    def _where(self, connection: psycopg.Connection[Any], kind: str, highest: int, *, holes: bool) -> str:
        """Return what the new rows of a table meet; empty when there are none to look for."""
        record, tail = self._records[kind], self._tails[kind]
        if record.whole:
            found = unsealed(connection, kind, record) if holes or highest > tail.high else []
            return f"i.id in ({', '.join(map(str, found))})" if found else ""
        parts = []
        if highest > tail.high:
            later = f"select j.id from {record.table} j where j.id > {tail.high} order by j.id limit {MOST}"  # noqa: S608
            parts.append(f"i.id in ({later})")
        if holes and tail.holes:
            parts.append(f"i.id in ({', '.join(map(str, tail.holes))})")
        return f"({' or '.join(parts)})" if parts else ""

    @staticmethod
    def _advance(tail: _Tail, seen: Sequence[int], now: float, *, whole: bool) -> None:
        new = [n for n in seen if n > tail.high]
        for n in seen:
            tail.holes.pop(n, None)
        if not new:
            return
        if not whole:
            missing = sorted({*range(max(tail.high + 1, new[-1] - MOST), new[-1])} - set(new))
            tail.holes |= dict.fromkeys(missing, now)
            kept = [(n, since) for n, since in sorted(tail.holes.items()) if now - since < GIVEN_UP_SECONDS]
            tail.holes = dict(kept[-MOST_HOLES:])
        tail.high = new[-1]


def _missing(connection: psycopg.Connection[Any], kind: str, high: int) -> list[int]:
    """Return the newest ids up to *high* that are in no leaf: given, and not come yet or never to come."""
    first = max(1, high - MOST_HOLES)
    runs = connection.execute(
        "select first_n, leaves from audit_leaf where kind = %s and epoch = 0 and first_n > %s",
        (kind, first - MOST_LEAVES),
    ).fetchall()
    sealed = {n for low, leaves_there in runs for n in range(low, low + leaves_there)}
    return sorted(set(range(first, high)) - sealed)


_UNSEALED = """
select i.id from {table} i where i.id <= %(upto)s and {condition} and not exists (
  select from (select l.first_n, l.leaves from audit_leaf l
                where l.kind = %(kind)s and l.epoch = 0 and l.first_n <= i.id order by l.first_n desc limit 1) l
   where i.id - l.first_n < l.leaves)
 order by i.id limit {most}
"""


def unsealed(
    connection: psycopg.Connection[Any], kind: str, record: Record, *, upto: int | None = None, before: str = ""
) -> list[int]:
    """Return ids (up to *upto*) of rows that are in no leaf; with *before*, a moment, of those that came before it."""
    condition = record.condition or "true"
    if before:
        condition += f' and i."{record.at}" < %(before)s'
    statement = _UNSEALED.format(table=record.table, condition=condition, most=MOST)
    values = {"kind": kind, "upto": 2**62 if upto is None else upto, "before": before or None}
    return [row[0] for row in connection.execute(statement, values).fetchall()]
