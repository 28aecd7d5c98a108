"""Recomputing the sealed log: every leaf from its row, every node and root from the leaves, every signature.

What is found is told as plain findings; naming them for people is the verification's affair (``audit.verification``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psycopg

from audit.sealing import store
from audit.sealing.checkpoints import Sealed, generation_of
from audit.sealing.leaves import lines_of, rows_of
from audit.sealing.merkle import EMPTY, HASH_BYTES, Frontier
from audit.sealing.notes import BadNote, Verifiers
from audit.sealing.records import Kinds, Way

# Leaves compared at once, and runs read at once; both bound the memory.
LEAVES, RUNS = 50_000, 400
_MOST = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed. ``what`` is one of changed, missing, doubled, hole, node, root,
    signature, number, chained, origin; ``kind`` names the log of a row, or the table of the tree."""

    what: str
    kind: str
    epoch: int = 0
    n: int = 0
    up_to: int = 0
    leaf: int | None = None
    detail: str = ""


@dataclass(slots=True)
class Seals:
    """What a check of the tree found. ``rows`` are those whose leaves were recomputed."""

    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    last: Sealed | None = None
    checkpoints: int = 0

    def add(self, finding: Finding) -> None:
        """Keep a finding (the first ones; the rest would say nothing new)."""
        if len(self.findings) < _MOST:
            self.findings.append(finding)


def check(
    connection: psycopg.Connection[Any], known: Verifiers, since: Sealed | None = None, kinds: Kinds | None = None
) -> Seals:
    """Check the tree, its leaves of *kinds*, from checkpoint *since* on (None: all of it)."""
    seals, kinds = Seals(), kinds or Kinds()
    tree = _begin(connection, seals, since)
    points = _Points(connection, seals, known, since)
    for runs in _runs(connection, seals, tree.size):
        _compare_rows(connection, seals, kinds, runs)
        _grow(connection, seals, tree, runs, points)
    points.finish(tree)
    _no_more_nodes(connection, seals, tree.size)
    seals.last = points.last
    return seals


def _begin(connection: psycopg.Connection[Any], seals: Seals, since: Sealed | None) -> Frontier:
    if since is None:
        return Frontier()
    point = since.checkpoint
    try:
        tree = store.StoredTree(connection).frontier(point.size)
    except LookupError as error:
        seals.add(Finding("node", "audit_node", leaf=point.size, detail=str(error)))
        return Frontier(point.size, [])
    if tree.root() != point.root:
        seals.add(Finding("root", "audit_checkpoint", n=point.number, leaf=point.size))
    return tree


def _runs(connection: psycopg.Connection[Any], seals: Seals, expected: int) -> Iterator[list[store.Run]]:
    """Give the runs in the order of their leaves, some at a time; tell of leaves that are missing or there twice."""
    at = expected - 1
    while True:
        rows = connection.execute(
            "select first_leaf, kind, epoch, first_n, form, leaves, hashes from audit_leaf where first_leaf > %s"
            " order by first_leaf limit %s",
            (at, RUNS),
        ).fetchall()
        if not rows:
            return
        part: list[store.Run] = []
        count = 0
        for first, kind, epoch, first_n, form, leaves, hashes in rows:
            whole = bytes(hashes)
            if first != expected or leaves * HASH_BYTES != len(whole):
                seals.add(Finding("hole", "audit_leaf", up_to=first, leaf=min(first, expected)))
            found = [whole[place : place + HASH_BYTES] for place in range(0, len(whole), HASH_BYTES)]
            part.append(store.Run(first, kind, epoch, first_n, form, found))
            expected, at, count = first + len(found), first, count + len(found)
            if count >= LEAVES:
                yield part
                part, count = [], 0
        if part:
            yield part


def _compare_rows(connection: psycopg.Connection[Any], seals: Seals, kinds: Kinds, runs: Sequence[store.Run]) -> None:
    """Recompute the leaves of *runs* from the rows they are of."""
    if kinds.gone:
        runs = [part for run in runs for part in kinds.kept(run)]
    for kind, form in sorted({(run.kind, run.form) for run in runs}):
        mine = sorted(
            (run for run in runs if (run.kind, run.form) == (kind, form)), key=lambda run: (run.epoch, run.first_n)
        )
        try:
            statement = kinds.statement(kind, _ranges(mine), form)
        except KeyError:
            seals.add(Finding("hole", "audit_leaf", leaf=mine[0].first_leaf, detail=kind))
            continue
        ways = kinds.ways(kind, form)
        if not any(_same(connection, seals, way, statement, mine) for way in ways):
            _compare(connection, seals, kind, ways, statement, mine)


def _same(
    connection: psycopg.Connection[Any], seals: Seals, way: Way, statement: str, runs: Sequence[store.Run]
) -> bool:
    """Return whether rows and leaves are the same, one by one. A leaf holds its row's place, so nothing else is
    looked at; where it is not so, they are told apart."""
    with connection.cursor() as cursor:
        found = [way(line) for line in lines_of(cursor, statement)]
    if found != [leaf for run in runs for leaf in run.hashes]:
        return False
    seals.rows += len(found)
    return True


def _ranges(runs: Sequence[store.Run]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for run in runs:
        last = run.first_n + len(run.hashes) - 1
        if found and found[-1][0] == run.epoch and found[-1][2] == run.first_n - 1:
            found[-1] = (run.epoch, found[-1][1], last)
        else:
            found.append((run.epoch, run.first_n, last))
    return found


def _compare(
    connection: psycopg.Connection[Any],
    seals: Seals,
    kind: str,
    ways: Sequence[Way],
    statement: str,
    runs: Sequence[store.Run],
) -> None:
    """Name each row that is not as its leaf says."""
    due: dict[tuple[int, int], tuple[bytes, int]] = {}
    for run in runs:
        for step, found in enumerate(run.hashes):
            due[run.epoch, run.first_n + step] = found, run.first_leaf + step
    seen: set[tuple[int, int]] = set()
    with connection.cursor() as cursor:
        for epoch, n, _call, _more, line in rows_of(cursor, statement):
            seals.rows += 1
            wanted = due.pop((epoch, n), None)
            if wanted is None:
                if (epoch, n) in seen:
                    seals.add(Finding("doubled", kind, epoch, n, n))
                continue
            if all(way(line) != wanted[0] for way in ways):
                seen.add((epoch, n))
                seals.add(Finding("changed", kind, epoch, n, n, wanted[1]))
    for (epoch, low), (_epoch, high) in _spans(sorted(due)):
        seals.add(Finding("missing", kind, epoch, low, high, due[epoch, low][1]))


def _spans(places: Sequence[tuple[int, int]]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return first and last place of each stretch without a hole."""
    breaks = [
        0,
        *(at for at, (one, two) in enumerate(pairwise(places), 1) if two != (one[0], one[1] + 1)),
        len(places),
    ]
    return [(places[begin], places[end - 1]) for begin, end in pairwise(breaks) if end > begin]


def _grow(
    connection: psycopg.Connection[Any], seals: Seals, tree: Frontier, runs: Sequence[store.Run], points: "_Points"
) -> None:
    """Add the leaves of *runs*, comparing nodes, and roots where a checkpoint was made."""
    made: dict[int, dict[int, bytes]] = {}
    for run in runs:
        for leaf in run.hashes:
            for height, found in tree.append(leaf):
                if height % store.STEP == 0:
                    made.setdefault(height, {})[(tree.size - 1) >> height] = found
            if tree.size >= points.due:
                points.meet(tree)
    _compare_nodes(connection, seals, made)


def _compare_nodes(connection: psycopg.Connection[Any], seals: Seals, made: dict[int, dict[int, bytes]]) -> None:
    for height, nodes in made.items():
        rows = connection.execute(
            "select place, hash from audit_node where height = %s and place between %s and %s",
            (height, min(nodes), max(nodes)),
        ).fetchall()
        stored = {place: bytes(found) for place, found in rows}
        for place, found in nodes.items():
            if stored.get(place) != found:
                seals.add(Finding("node", "audit_node", height, place, leaf=place << height))


def _no_more_nodes(connection: psycopg.Connection[Any], seals: Seals, size: int) -> None:
    """Tell of nodes beyond the tree, or of heights that none is kept at."""
    rows = connection.execute(
        "select height, place from audit_node where height %% 8 <> 0 or height < 8 or height > 56"
        " or ((place + 1) << height::int) > %s or place < 0 order by 1, 2 limit 20",
        (size,),
    ).fetchall()
    for height, place in rows:
        seals.add(Finding("node", "audit_node", height, place))


class _Points:
    """Walks the checkpoints beside the growing tree."""

    def __init__(
        self, connection: psycopg.Connection[Any], seals: Seals, known: Verifiers, since: Sealed | None
    ) -> None:
        self._connection, self._seals, self._known = connection, seals, known
        self.last = since
        self._names = {verifier.name for verifier in known.values()}
        self._rows = self._read(since.checkpoint.number if since else 0)
        self._next: Sealed | None = next(self._rows, None)

    def _read(self, number: int) -> Iterator[Sealed]:
        while found := store.checkpoints_after(self._connection, number, most=1000):
            yield from found
            number = found[-1].checkpoint.number

    @property
    def due(self) -> int:
        """The size at which the next checkpoint was made; beyond any tree when there is none."""
        return self._next.checkpoint.size if self._next is not None else 1 << 62

    def meet(self, tree: Frontier) -> None:
        """Compare the checkpoints up to the size of *tree*."""
        while self._next is not None and self._next.checkpoint.size <= tree.size:
            self._judge(self._next, tree)
            self.last, self._next = self._next, next(self._rows, None)

    def finish(self, tree: Frontier) -> None:
        """Compare what is left: checkpoints of leaves that are not there, and leaves no checkpoint is about."""
        self.meet(tree)
        while self._next is not None:
            self._judge(self._next, tree)
            self.last, self._next = self._next, next(self._rows, None)
        if tree.size > (self.last.checkpoint.size if self.last else 0):
            self._seals.add(Finding("root", "audit_checkpoint", leaf=self.last.checkpoint.size if self.last else 0))

    def _judge(self, sealed: Sealed, tree: Frontier) -> None:
        self._seals.checkpoints += 1
        point, before = sealed.checkpoint, self.last.checkpoint if self.last else None
        found: list[str] = []
        if point.number != (before.number + 1 if before else 1):
            found.append("number")
        elif point.prev != (before.digest if before else b""):
            found.append("chained")
        root = tree.root() if tree.size else EMPTY
        if point.size != tree.size or point.root != root:
            found.append("root")
        if before and not self._follows(sealed, before.origin, point.origin):
            found.append("origin")
        try:
            Sealed.read(sealed.note, self._known)
        except (BadNote, ValueError):
            found.append("signature")
        for what in found:
            self._seals.add(
                Finding(what, "audit_checkpoint", n=point.number, leaf=before.size if before else 0, up_to=point.size)
            )

    def _follows(self, sealed: Sealed, before: str, now: str) -> bool:
        """Return whether the origin stayed, or became the next one with an accepted restore."""
        if before == now:
            return not sealed.checkpoint.after
        for name in self._names:
            try:
                return bool(sealed.checkpoint.after) and generation_of(now, name) > generation_of(before, name)
            except BadNote:
                continue
        return False
