"""Writing a month to its file: every row compared with its sealed leaf on the way, the file whole or not there.

The file is gzip of lines of canonical JSON: first what it is, then the rows by chain and place as a bundle of evidence
has them (kind, form, leaf, row), but for the path, which the tree in the database still gives. The bytes follow from
the rows alone.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.utils.translation import gettext as _

from audit.archive.tombstones import Stretch
from audit.evidence.bundle import canonical_json, value_of
from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing.leaves import TABLES, columns_of, copy_between, hash_of, rows_of
from audit.sealing.merkle import HASH_BYTES
from core import clock
from core.problems import StateRefused

FORMAT = "lgsp-archive-1"
SUFFIX = ".jsonl.gz"
BATCH = 5_000
# Stretches without a hole of each chain, with the MACs at both ends.
_STRETCHES = """
with month as not materialized (
  select epoch, n, prev_mac, row_mac from {table} where received_at >= %(begin)s and received_at < %(end)s),
placed as (select epoch, n, n - row_number() over (partition by epoch order by n) as part from month),
stretch as (select epoch, min(n) as low, max(n) as high from placed group by epoch, part)
select s.epoch, s.low, s.high, a.prev_mac, b.row_mac
  from stretch s join month a on a.epoch = s.epoch and a.n = s.low join month b on b.epoch = s.epoch and b.n = s.high
 order by s.epoch, s.low
"""
_RUNS = """
select first_leaf, first_n, leaves, form, hashes from audit_leaf
 where kind = %(kind)s and epoch = %(epoch)s and first_n <= %(high)s and first_n >= coalesce(
   (select max(first_n) from audit_leaf where kind = %(kind)s and epoch = %(epoch)s and first_n <= %(low)s), 0)
 order by first_n limit 50
"""


class NotSealed(StateRefused):
    """Rows of the month are in no leaf."""


class NotTrue(StateRefused):
    """A row of the month is not as it was sealed."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds: counts, first and last leaf, size in bytes, SHA-256 in hex, the stretches of its chains."""

    name: str
    intents: int
    outcomes: int
    first_leaf: int
    last_leaf: int
    size: int
    sha256: str
    ranges: str


def name_of(month: str) -> str:
    """Return the name of the file of a month (``YYYYMM``)."""
    return f"nhat-ky-{month}{SUFFIX}"


def stretches(link: psycopg.Connection[Any], month: str) -> list[Stretch]:
    """Return which places the rows of a month hold."""
    found = []
    begin = datetime(int(month[:4]), int(month[4:]), 1, tzinfo=clock.VIETNAM)
    span = {"begin": begin, "end": (begin + timedelta(days=32)).replace(day=1)}
    for kind in (INTENTS, OUTCOMES):
        for epoch, low, high, prev, mac in link.execute(_STRETCHES.format(table=TABLES[kind]), span).fetchall():
            found.append(Stretch(kind, epoch, low, high, bytes(prev), bytes(mac)))
    return found


def write(link: psycopg.Connection[Any], month: str, folder: Path, alive: Callable[[], None]) -> Written:
    """Write the file of *month* and return what it holds; *alive* is called now and then.

    Raises NotSealed, NotTrue, OSError. What is there under its name already is replaced: no tombstone names it yet.
    """
    parts = stretches(link, month)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, partial = folder / name_of(month), folder / f".partial-{name_of(month)}"
    counts, low, high = {INTENTS: 0, OUTCOMES: 0}, 1 << 62, -1
    try:
        with partial.open("wb") as raw:
            partial.chmod(0o640)
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as out:
                out.write(_line({"format": FORMAT, "month": month}))
                for one in parts:
                    for leaf, line in _rows(link, one):
                        out.write(line)
                        counts[one.kind] += 1
                        low, high = min(low, leaf), max(high, leaf)
                    alive()
            raw.flush()
            os.fsync(raw.fileno())
        size, digest = partial.stat().st_size, _digest(partial)
        partial.rename(path)
        _sync(folder)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    ranges = "".join(one.line for one in parts)
    return Written(path.name, counts[INTENTS], counts[OUTCOMES], low, high, size, digest, ranges)


def _rows(link: psycopg.Connection[Any], one: Stretch) -> Iterator[tuple[int, bytes]]:
    """Give leaf and line of each row of a stretch, each row as it was sealed."""
    low = one.first
    while low <= one.last:
        runs = link.execute(_RUNS, {"kind": one.kind, "epoch": one.epoch, "low": low, "high": one.last}).fetchall()
        reached = low
        for first_leaf, first_n, leaves, form, hashes in runs:
            begin, end = max(reached, first_n), min(one.last, first_n + leaves - 1)
            if begin != reached or end < begin:
                continue
            due = bytes(hashes)[(begin - first_n) * HASH_BYTES : (end - first_n + 1) * HASH_BYTES]
            yield from _compared(link, one, form, begin, end, first_leaf + begin - first_n, due)
            reached = end + 1
        if reached == low:
            raise NotSealed(_unsealed(one, low))
        low = reached


def _compared(
    link: psycopg.Connection[Any], one: Stretch, form: int, begin: int, end: int, leaf: int, due: bytes
) -> Iterator[tuple[int, bytes]]:
    names, n = columns_of(one.kind, form), begin
    with link.cursor() as cursor:
        for _epoch, place, _call, _more, line in rows_of(
            cursor, copy_between(one.kind, [(one.epoch, begin, end)], form)
        ):
            at = (n - begin) * HASH_BYTES
            if place != n or hash_of(one.kind, form, line) != due[at : at + HASH_BYTES]:
                raise NotTrue(_untrue(one, n))
            cells = line.decode().removesuffix("\n").split("\t")
            row = dict(zip(names, map(value_of, cells), strict=True))
            yield leaf + n - begin, _line({"kind": one.kind, "form": form, "leaf": leaf + n - begin, "row": row})
            n += 1
    if n != end + 1:
        raise NotTrue(_untrue(one, n))


def _unsealed(one: Stretch, n: int) -> str:
    return _("Bảng %(table)s, chuỗi %(epoch)s, từ vị trí %(n)s: chưa niêm phong, nên chưa lưu trữ được tháng này.") % {
        "table": TABLES[one.kind], "epoch": one.epoch, "n": n,
    }  # fmt: skip


def _untrue(one: Stretch, n: int) -> str:
    return _("Bảng %(table)s, chuỗi %(epoch)s, vị trí %(n)s: khác với lá đã niêm phong, nên không lưu trữ.") % {
        "table": TABLES[one.kind], "epoch": one.epoch, "n": n,
    }  # fmt: skip


def _line(value: Any) -> bytes:
    return (canonical_json(value) + "\n").encode()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a file of the archive. Raises OSError, ValueError for a file that is none."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        head = json.loads(next(lines, "null"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise ValueError(_("%s không phải tệp lưu trữ nhật ký") % path.name)
        for line in lines:
            yield json.loads(line)
