"""The sealer: once a second, what is new in the log becomes leaves, a checkpoint is signed and leaves the database.

One sealer works at a time (an advisory lock and a locked folder). A checkpoint is first committed, then written
outside: a database that is behind its own folder was therefore restored or forked, and nothing is sealed on it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import psycopg
import structlog

from audit.sealing import merkle, orphans, store
from audit.sealing.beginning import Refused, begin
from audit.sealing.chains import COLD_SECONDS, Chains
from audit.sealing.checkpoints import NOTHING, Checkpoint, Sealed, origin_of
from audit.sealing.leaves import SPELLING
from audit.sealing.merkle import Frontier
from audit.sealing.notes import BadNote, Signer, Verifiers
from audit.sealing.open_calls import OpenCalls
from audit.sealing.outside import Outside
from audit.sealing.reading import Fresh, read, read_records
from audit.sealing.records import Reader, Records
from audit.sealing.revocations import Journal
from audit.sealing.standing import Standing, why
from audit.sealing.witness import Witness
from core import clock
from core.crypto import Keyring

log = structlog.get_logger(__name__)
EVERY_SECONDS = 1.0
LOOK_SECONDS = 2.0
# New rows are of calls that came lately; the rest of the partitions is only looked into now and then.
RECENT = "interval '2 days'"
LOCK = "select pg_try_advisory_lock(7241350192)"
_STORED = frozenset(range(store.STEP, 64, store.STEP))
# Rows are read in the order of the statement, so by one process of the server.
_OPTIONS = (
    "-c synchronous_commit=on -c lock_timeout=5000 -c statement_timeout=120000 -c max_parallel_workers_per_gather=0"
)


@dataclass(slots=True)
class Keys:
    """What the sealer signs with, what checkpoints are verified by, and the keys of the log (for its own epochs)."""

    signer: Signer
    known: Verifiers
    log: str


@dataclass(slots=True)
class Sealer:
    """One sealer on one connection. ``accept`` lets a restored database begin another life of the log; the facts of
    ``revoking`` deeds are written outside, too; ``records`` are sealed beside the log."""

    address: str
    keys: Keys
    outside: Outside
    witness: Witness = field(default_factory=Witness)
    accept: bool = False
    revoking: Sequence[str] = ()
    records: Records = field(default_factory=dict)
    journal: Journal = field(init=False)
    connection: psycopg.Connection[Any] = field(init=False)
    chains: Chains = field(init=False)
    calls: OpenCalls = field(init=False)
    reader: Reader = field(init=False)
    tree: Frontier = field(init=False)
    last: Sealed | None = None
    standing: Standing = field(default_factory=Standing)
    _origin: str = ""
    _after: bytes = NOTHING
    _pending: list[Sealed] = field(default_factory=list)
    _swept: float = float("-inf")
    _looked: float = float("-inf")

    def connect(self) -> bool:
        """Connect and take the database's lock; False while another sealer has it. Raises psycopg.Error."""
        self.connection = psycopg.connect(
            self.address, autocommit=True, connect_timeout=5, application_name="lgsp-sealer", options=_OPTIONS,
            keepalives_idle=5, keepalives_interval=2, keepalives_count=3, tcp_user_timeout=15_000,
        )  # fmt: skip
        found = self.connection.execute(LOCK).fetchone()
        if not found or not found[0]:
            self.connection.close()
            return False
        for statement in SPELLING:
            self.connection.execute(statement)
        return True

    def resume(self) -> None:
        """Go on where the database and the folder outside stand. Raises :class:`Refused`, psycopg.Error, OSError."""
        start = begin(self.connection, self.outside, self.keys.known, accept=self.accept)
        self.last, self._after = start.last, start.after
        self._origin = origin_of(self.keys.signer.verifier.name, max(start.generation, 1))
        size = self.last.checkpoint.size if self.last else 0
        try:
            self.tree = store.StoredTree(self.connection).frontier(size)
        except LookupError as error:
            raise Refused(f"Cây niêm phong trong cơ sở dữ liệu thiếu phần ({error}). Kiểm tra lại nhật ký.") from error
        if self.last and self.tree.root() != self.last.checkpoint.root:
            raise Refused("Cây niêm phong trong cơ sở dữ liệu khác điểm niêm phong cuối. Kiểm tra lại nhật ký.")
        self.journal = Journal(self.outside, self.keys.signer, self.keys.known, self.revoking)
        try:
            self.journal.begin()
        except BadNote as error:
            raise Refused(f"Sổ thu hồi trong {self.outside.folder} không còn nguyên vẹn ({error}).") from error
        self.standing = Standing.load(self.connection)
        self.standing.outside_number, self.standing.outside_fault = start.outside_number, ""
        row = self.connection.execute(
            "select coalesce(max(first_n + leaves - 1), 0) from audit_leaf where kind = 'epoch'"
        ).fetchone()
        seq = int(row[0]) if row else 0
        self.chains, self.calls = Chains(), OpenCalls()
        self.chains.load(self.connection, seq)
        # Of a log that was never sealed this reads all of it.
        self.connection.execute("set statement_timeout = 0")
        orphans.load_open(self.connection, self.calls, since=self.standing.answered_until, seq=seq)
        self.reader = Reader(self.records, next(iter(Keyring.parse(self.keys.log).keys.values())))
        self.reader.load(self.connection)
        self.connection.execute("reset statement_timeout")
        self._swept = self._looked = float("-inf")
        self._pending = []
        log.info("sealing.begun", size=size, origin=self._origin, open_calls=len(self.calls.begun))

    def tick(self) -> bool:
        """Seal what is new; return whether that was all there was. Raises psycopg.Error; OSError while the folder
        outside cannot be written, and then nothing more is sealed."""
        now = time.monotonic()
        with self._outward():
            self._write_pending()
            self.journal.tell(self.connection)
        upto, since = self._moment()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self.chains.look(self.connection, now)
        cold = now - self._swept >= COLD_SECONDS
        fresh = read(
            self.connection, self.chains, self.calls, seq=self.chains.seq, cold=cold, since="" if cold else since
        )
        read_records(self.connection, self.reader, fresh)
        if fresh.rows or self._after:
            self._seal(fresh)
        self.chains.advance(fresh.marks, caught_up=fresh.caught_up)
        with self._outward():
            self._write_pending()
        if cold and fresh.caught_up:
            self._swept = now
        self._close_orphans(upto)
        self._report(fresh, upto)
        return fresh.caught_up

    def _moment(self) -> tuple[datetime, str]:
        """Return the database's time, all committed before which is read next, and from when new rows may be."""
        row = self.connection.execute(f"select clock_timestamp(), (clock_timestamp() - {RECENT})::text").fetchone()
        assert row is not None  # noqa: S101
        return row[0], row[1]

    def _seal(self, fresh: Fresh) -> None:
        tree, hashes, nodes = self.tree.copy(), fresh.hashes(), []
        for leaf in hashes:
            for height, made in tree.append(leaf):
                if height in _STORED:
                    nodes.append(store.Node(height, (tree.size - 1) >> height, made))
        before = self.last.checkpoint if self.last else None
        self._require_consistent(tree, hashes)
        point = Checkpoint(
            number=before.number + 1 if before else 1,
            origin=self._origin,
            size=tree.size,
            root=tree.root(),
            at=self._now(before),
            prev=before.digest if before else NOTHING,
            after=self._after,
        )
        sealed = Sealed.make(point, self.keys.signer)
        with self.connection.transaction():
            store.add(self.connection, fresh.numbered(self.tree.size), nodes, sealed)
        self.tree, self.last, self._after = tree, sealed, NOTHING
        self._pending.append(sealed)
        for gap in fresh.gaps:
            log.error("sealing.rows_missing", table=gap.kind, epoch=gap.epoch, n=gap.n)

    def _require_consistent(self, tree: Frontier, hashes: list[bytes]) -> None:
        """Prove to the verifier, too, that the tree only grew; nothing is signed that cannot be proved."""
        size = self.tree.size
        if size in (0, tree.size):
            return
        proof = merkle.consistency_proof(size, tree.size, store.GrownTree(self.tree, hashes))
        if not merkle.verify_consistency(size, tree.size, proof, self.tree.root(), tree.root()):
            raise Refused("Cây niêm phong mới không nối tiếp cây cũ; không ký.")

    @staticmethod
    def _now(before: Checkpoint | None) -> datetime:
        """Return the time; a clock that went back never makes a checkpoint older than the one before."""
        now = clock.now()
        return max(now, before.at) if before else now

    def _write_pending(self) -> None:
        while self._pending:
            self.outside.append(self._pending[:1])
            written = self._pending.pop(0)
            self.standing.outside_number = written.checkpoint.number
            self.standing.outside_at = written.checkpoint.at

    @contextmanager
    def _outward(self) -> Iterator[None]:
        """Where checkpoints or the book of revocations cannot be written outside, whoever looks is told; goes on
        raising."""
        try:
            yield
        except OSError as error:
            self.standing.outside_fault = why(error)
            self.standing.save(self.connection)
            raise
        self.standing.outside_fault = ""

    def _close_orphans(self, upto: datetime) -> None:
        found = self.calls.orphans(upto.timestamp(), self.chains.written)
        if found:
            self.standing.orphans += orphans.close(
                self.connection, self.calls, found, address=self.address, keys=self.keys.log
            )

    def _report(self, fresh: Fresh, upto: datetime) -> None:
        oldest = self.calls.oldest()
        begun = upto if oldest is None else min(upto, datetime.fromtimestamp(oldest, tz=upto.tzinfo))
        self.standing = replace(
            self.standing,
            sealed_at=upto if fresh.caught_up else self.standing.sealed_at,
            size=self.tree.size,
            answered_until=begun if fresh.caught_up else self.standing.answered_until,
            gaps=self.standing.gaps + len(fresh.gaps),
        )
        self.witness.tell(self.connection, self.standing, self.journal.notes)
        self.standing.save(self.connection)


def run(sealer: Sealer, stopping: Callable[[], bool], wait: Callable[[float], None]) -> None:
    """Seal until told to stop; what can be waited for is waited for. Raises :class:`Refused`."""
    while not stopping():
        try:
            if not sealer.connect():
                log.info("sealing.another_is_at_work")
                wait(EVERY_SECONDS)
                continue
            with sealer.connection:
                sealer.resume()
                _keep_sealing(sealer, stopping, wait)
        except (psycopg.Error, OSError) as error:
            log.warning("sealing.interrupted", error=str(error)[:500])
            wait(EVERY_SECONDS)


def _keep_sealing(sealer: Sealer, stopping: Callable[[], bool], wait: Callable[[float], None]) -> None:
    while True:
        begun, last = time.monotonic(), stopping()
        caught_up = sealer.tick()
        if last and caught_up:
            return
        if caught_up:
            wait(max(0.0, EVERY_SECONDS - (time.monotonic() - begun)))
