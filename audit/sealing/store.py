"""The tree as the database keeps it: leaf hashes in runs, roots of full subtrees, checkpoints; and reading from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from audit.sealing.checkpoints import Checkpoint, Sealed
from audit.sealing.leaves import Place
from audit.sealing.merkle import HASH_BYTES, Frontier, full_ranges, node_hash, root_of, split

# Roots of full subtrees are kept at these steps of height: a proof reads a few rows of 256 hashes.
STEP = 8
BLOCK = 1 << STEP
MOST_LEAVES = 4096
_COLUMNS = "number, origin, size, root, at, prev, after, signer, signature"
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Leaves one after the other: ``hashes`` of the rows from ``first_n`` on of one chain."""

    first_leaf: int
    kind: str
    epoch: int
    first_n: int
    form: int
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a full subtree: of the leaves from ``place`` × 2^height on."""

    height: int
    place: int
    hash: bytes


def add(connection: Connection, runs: Iterable[Run], nodes: Iterable[Node], sealed: Sealed) -> None:
    """Write what one sealing added, in the transaction of the caller."""
    point = sealed.checkpoint
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into audit_leaf (first_leaf, kind, epoch, first_n, leaves, form, hashes)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (run.first_leaf, run.kind, run.epoch, run.first_n, len(run.hashes), run.form, b"".join(run.hashes))
                for run in runs
            ],
        )
        cursor.executemany(
            "insert into audit_node (height, place, hash) values (%s, %s, %s)",
            [(node.height, node.place, node.hash) for node in nodes],
        )
        cursor.execute(
            f"insert into audit_checkpoint ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",  # noqa: S608
            (point.number, point.origin, point.size, point.root, point.at, point.prev, point.after,
             sealed.signer, sealed.signature),
        )  # fmt: skip


def _sealed(row: Sequence[Any]) -> Sealed:
    number, origin, size, root, at, prev, after, signer, signature = row
    point = Checkpoint(number, origin, size, bytes(root), at, bytes(prev), bytes(after))
    return Sealed(point, signer, bytes(signature))


def last_checkpoint(connection: Connection) -> Sealed | None:
    """Return the newest checkpoint; None before there is one."""
    found = checkpoints_before(connection, None, most=1)
    return found[0] if found else None


def checkpoints_before(connection: Connection, number: int | None, *, most: int) -> list[Sealed]:
    """Return checkpoints before *number* (None: from the newest on), newest first."""
    cursor = connection.execute(
        f"select {_COLUMNS} from audit_checkpoint where number < coalesce(%s, 9223372036854775807)"  # noqa: S608
        " order by number desc limit %s",
        (number, most),
    )
    return list(map(_sealed, cursor.fetchall()))


def checkpoints_after(connection: Connection, number: int, *, most: int) -> list[Sealed]:
    """Return checkpoints after *number*, oldest first."""
    cursor = connection.execute(
        f"select {_COLUMNS} from audit_checkpoint where number > %s order by number limit %s",  # noqa: S608
        (number, most),
    )
    return list(map(_sealed, cursor.fetchall()))


def checkpoint(connection: Connection, number: int) -> Sealed | None:
    """Return the checkpoint of that number, if there is one."""
    found = checkpoints_after(connection, number - 1, most=1)
    return found[0] if found and found[0].checkpoint.number == number else None


def checkpoint_covering(connection: Connection, leaf: int) -> Sealed | None:
    """Return the first checkpoint whose tree holds *leaf*, if it is sealed."""
    row = connection.execute(
        f"select {_COLUMNS} from audit_checkpoint where size > %s order by size, number limit 1",  # noqa: S608
        (leaf,),
    ).fetchone()
    return _sealed(row) if row else None


def leaf_of(connection: Connection, kind: str, epoch: int, n: int) -> int | None:
    """Return the index of the leaf of a row (kind ``epoch``: epoch 0, n its seq); None while it is not sealed."""
    row = connection.execute(
        "select first_leaf + %(n)s - first_n, leaves, %(n)s - first_n from audit_leaf"
        " where kind = %(kind)s and epoch = %(epoch)s and first_n <= %(n)s order by first_n desc limit 1",
        {"kind": kind, "epoch": epoch, "n": n},
    ).fetchone()
    return int(row[0]) if row and row[2] < row[1] else None


def row_of(connection: Connection, leaf: int) -> tuple[Place, int, bytes] | None:
    """Return which row a leaf is of, its form and its hash; None beyond the tree."""
    row = connection.execute(
        "select kind, epoch, first_n, form, leaves, first_leaf, hashes from audit_leaf where first_leaf <= %s"
        " order by first_leaf desc limit 1",
        (leaf,),
    ).fetchone()
    if row is None or leaf - row[5] >= row[4]:
        return None
    step = leaf - row[5]
    found = bytes(row[6])[step * HASH_BYTES : (step + 1) * HASH_BYTES]
    return Place(row[0], row[1], row[2] + step), row[3], found


class StoredTree:
    """Hashes of ranges of leaves, read from the database in blocks. For one proof or one start, then thrown away."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._blocks: dict[tuple[int, int], dict[int, bytes]] = {}

    def __call__(self, begin: int, end: int) -> bytes:
        """Return the hash of the leaves from *begin* to *end*. Raises LookupError for what is not stored."""
        size = end - begin
        height = size.bit_length() - 1
        full = size == 1 << height and begin % size == 0
        if full and height % STEP == 0:
            return self._kept(height, begin >> height)
        middle = begin + split(size)
        return node_hash(self(begin, middle), self(middle, end))

    def _kept(self, height: int, place: int) -> bytes:
        block = place // BLOCK
        rows = self._blocks.get((height, block))
        if rows is None:
            rows = self._leaves(block) if height == 0 else self._nodes(height, block)
            self._blocks[height, block] = rows
        return rows[place]

    def _nodes(self, height: int, block: int) -> dict[int, bytes]:
        cursor = self._connection.execute(
            "select place, hash from audit_node where height = %s and place >= %s and place < %s",
            (height, block * BLOCK, (block + 1) * BLOCK),
        )
        return {place: bytes(found) for place, found in cursor.fetchall()}

    def _leaves(self, block: int) -> dict[int, bytes]:
        begin = block * BLOCK
        cursor = self._connection.execute(
            "select first_leaf, hashes from audit_leaf where first_leaf < %s and first_leaf >="
            " coalesce((select max(first_leaf) from audit_leaf where first_leaf <= %s), 0) order by first_leaf",
            (begin + BLOCK, begin),
        )
        found = {}
        for first, hashes in cursor.fetchall():
            whole = bytes(hashes)
            low = max(begin, first)
            high = min(begin + BLOCK, first + len(whole) // HASH_BYTES)
            for leaf in range(low, high):
                found[leaf] = whole[(leaf - first) * HASH_BYTES : (leaf - first + 1) * HASH_BYTES]
        return found

    def frontier(self, size: int) -> Frontier:
        """Return the right edge of the tree of *size* leaves. Raises LookupError for what is not stored."""
        stack = [((end - begin).bit_length() - 1, self(begin, end)) for begin, end in full_ranges(size)]
        return Frontier(size, stack)


class GrownTree:
    """Hashes of the ranges a consistency proof needs between a tree and the one grown from it by *new* leaf hashes."""

    def __init__(self, before: Frontier, new: Sequence[bytes]) -> None:
        self._size, self._new = before.size, new
        self._kept = {(begin, end): found for begin, end, found in before.ranges()}

    def __call__(self, begin: int, end: int) -> bytes:
        """Return the hash of the leaves from *begin* to *end*. Raises LookupError for what is not there."""
        kept = self._kept.get((begin, end))
        if kept is not None:
            return kept
        if begin >= self._size:
            return root_of(self._new[begin - self._size : end - self._size])
        if end - begin == 1:
            raise LookupError(f"leaf {begin} is not at hand")
        middle = begin + split(end - begin)
        return node_hash(self(begin, middle), self(middle, end))
