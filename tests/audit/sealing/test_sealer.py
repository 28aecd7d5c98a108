"""The sealer: everything committed becomes a leaf once, whatever dies; what was restored or forked is not sealed."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from django.db import connection

from audit.admission import Ledger, Outcome, Stage
from audit.models import Sealing
from audit.sealing import open_calls, store
from audit.sealing.beginning import Refused
from audit.sealing.checkpoints import Sealed
from audit.sealing.merkle import verify_inclusion
from audit.sealing.notes import Signer
from audit.sealing.outside import Outside
from audit.sealing.sealer import Keys, Sealer, run
from audit.sealing.witness import Witness, to_folder
from audit.selectors.sealing import newest_checkpoint, proof_of
from audit.verification.run import Asked, verify
from lgsp.sealer.__main__ import witness
from tests.audit.log_rows import CUT, DONE, KEYS, add_gate, address, changed, make_call, sql
from tests.audit.sealing.world import KNOWN, RING, SEAL_KEYS, SIGNER, seal, sealing, undone, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


def committed() -> int:
    return int(sql("select (select count(*) from audit_intent) + (select count(*) from audit_outcome)"
                   " + (select count(*) from audit_epoch)")[0][0])  # fmt: skip


def leaves() -> int:
    return int(sql("select coalesce(sum(leaves), 0) from audit_leaf")[0][0])


def sound(folder: Path) -> None:
    report = verify(RING, Asked(against=folder), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]


def test_every_row_becomes_a_leaf_once_and_each_checkpoint_names_the_one_before(tmp_path: Path) -> None:
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert committed() == leaves() == 0
        assert store.last_checkpoint(sealer.connection) is None
        for size in range(1, 4):
            written(2, 1)
            assert sealer.tick()
            assert sealer.tree.size == leaves() == committed()
            assert sealer.last is not None
            assert sealer.last.checkpoint.number == size
        assert sealer.tick()
        assert sealer.last is not None
        assert sealer.last.checkpoint.number == 3
        standing = Sealing.objects.get()
    assert (standing.size, standing.outside_number, standing.gaps, standing.orphans) == (leaves(), 3, 0, 0)
    notes = [Sealed.read(note, KNOWN) for note in sealer.outside.notes()]
    assert [one.checkpoint.prev for one in notes] == [b"", *(one.checkpoint.digest for one in notes[:-1])]
    assert newest_checkpoint() == notes[-1].note
    sound(tmp_path)


def test_proofs_of_rows_verify_under_the_checkpoint_that_covers_them(tmp_path: Path) -> None:
    written(3, 1)
    seal(tmp_path)
    written(3, 1)
    seal(tmp_path)
    rows = sql("select 'intent', epoch, n from audit_intent union all select 'outcome', epoch, n from audit_outcome"
               " union all select 'epoch', 0, seq from audit_epoch")  # fmt: skip
    for kind, epoch, n in rows:
        for number in (None, 2):
            proof = proof_of(kind, epoch, n, number=number)
            assert proof is not None
            root = Sealed.read(proof.note, KNOWN).checkpoint.root
            assert verify_inclusion(proof.leaf, proof.index, proof.size, proof.path, root)
    indexes = {proof.index for proof in (proof_of(*row) for row in rows) if proof is not None}
    assert indexes == set(range(len(rows)))
    assert proof_of("intent", 1, 99) is None
    assert proof_of("intent", 999, 1) is None
    late = max(row for row in rows if row[0] == "intent")
    assert proof_of(*late, number=1) is None


def test_a_sealer_that_died_between_commit_and_file_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(2, 1)
    with sealing(tmp_path) as sealer:
        monkeypatch.setattr(sealer.outside, "append", _dies)
        with pytest.raises(OSError, match="disk"):
            sealer.tick()
    assert leaves() == committed()
    assert sealer.outside.last(KNOWN) is None
    # Nothing is outside, so nobody could tell this database from one that was put in its place.
    with pytest.raises(Refused, match="trống"):
        seal(tmp_path)
    monkeypatch.undo()
    sql("set session_replication_role = replica; delete from audit_leaf; delete from audit_checkpoint")
    seal(tmp_path)
    written(2, 1)
    with sealing(tmp_path) as sealer:
        with monkeypatch.context() as patched:
            patched.setattr(sealer.outside, "append", _dies)
            with pytest.raises(OSError, match="disk"):
                sealer.tick()
            # A full disk outside stops the sealing, and says so.
            with pytest.raises(OSError, match="disk"):
                sealer.tick()
        assert Sealing.objects.get().outside_fault == "ổ đĩa hết chỗ"
        assert sealer.tick()
        assert Sealing.objects.get().outside_fault == ""
    sound(tmp_path)
    written(2, 1)
    with sealing(tmp_path) as sealer:
        monkeypatch.setattr(sealer.outside, "append", _dies)
        with pytest.raises(OSError, match="disk"):
            sealer.tick()
    monkeypatch.undo()
    seal(tmp_path)
    assert len(list(sealer.outside.notes())) == 3
    sound(tmp_path)


def _dies(_notes: Any) -> None:
    raise OSError(28, "disk full")


def test_a_database_restored_from_an_earlier_moment_is_refused_until_somebody_accepts_it(tmp_path: Path) -> None:
    written(2, 1)
    seal(tmp_path)
    written(2, 1)
    with connection.cursor() as cursor:
        cursor.execute("select size from audit_checkpoint")
        (size,) = cursor.fetchone()
    seal(tmp_path)
    _cut_back(size)
    with pytest.raises(Refused, match=r"chỉ có đến điểm niêm phong 1, bên ngoài đã có đến 2.*khôi phục"):
        seal(tmp_path)
    assert leaves() == size
    seal(tmp_path, accept=True)
    written(2, 1)
    assert seal(tmp_path) == committed()
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]
    assert report.lost == 1
    assert report.sealed is not None
    assert report.sealed.checkpoint.origin == "lgsp.example/log/2"


def _cut_back(size: int) -> None:
    """Make the database what a backup of the moment of *size* leaves would have brought back."""
    rows = sql("select kind, epoch, min(first_n) from audit_leaf where first_leaf >= %s group by 1, 2", size)
    with psycopg.connect(address()) as link:
        link.execute("set local session_replication_role = replica")
        for kind, epoch, first in rows:
            if kind == "epoch":
                link.execute("delete from audit_epoch where seq >= %s", (first,))
            else:
                link.execute(f"delete from audit_{kind} where epoch = %s and n >= %s", (epoch, first))
        link.execute("delete from audit_leaf where first_leaf >= %s", (size,))
        link.execute("delete from audit_checkpoint where size > %s", (size,))


def test_a_forked_database_and_one_of_another_log_are_refused(tmp_path: Path) -> None:
    written(2, 1)
    seal(tmp_path / "a")
    with pytest.raises(Refused, match="trống"):
        seal(tmp_path / "b")
    with psycopg.connect(address()) as link:
        link.execute("set local session_replication_role = replica")
        link.execute("delete from audit_leaf")
        link.execute("delete from audit_checkpoint")
        link.execute("delete from audit_intent where n = 1")
    with pytest.raises(Refused, match="chỉ có đến điểm niêm phong 0"):
        seal(tmp_path / "a")
    seal(tmp_path / "c")
    with pytest.raises(Refused, match="rẽ nhánh"):
        seal(tmp_path / "a")
    other = Signer.made_of("another.example/log", bytes(32))
    with pytest.raises(Refused, match="không do khóa nào đã khai ký"):
        seal(tmp_path / "c", keys=Keys(other, {other.verifier.key_id: other.verifier}, KEYS))


def test_a_tree_that_does_not_fit_its_checkpoint_is_not_built_upon(tmp_path: Path) -> None:
    written(2, 1)
    seal(tmp_path)
    with psycopg.connect(address()) as link:
        link.execute("set local session_replication_role = replica")
        link.execute(
            "update audit_leaf set hashes = set_byte(hashes, 3, get_byte(hashes, 3) # 1) where first_leaf = 0"
        )
    with pytest.raises(Refused, match="Kiểm tra lại nhật ký"):
        seal(tmp_path)


def test_a_row_taken_away_before_it_was_sealed_is_told_and_the_rest_is_sealed(tmp_path: Path) -> None:
    written(3, 1)
    with psycopg.connect(address()) as link:
        link.execute("set local session_replication_role = replica")
        link.execute("delete from audit_intent where n = 2")
    seal(tmp_path)
    assert Sealing.objects.get().gaps == 1
    assert leaves() == committed()
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert [(fault.table, fault.n) for fault in report.faults if fault.n == 2] == [("audit_intent", 2)]


def test_only_one_sealer_works(tmp_path: Path) -> None:
    with sealing(tmp_path):
        other = Sealer(address(), SEAL_KEYS, Outside(tmp_path / "other"))
        assert not other.connect()


async def _crashes() -> tuple[str, str, str]:
    """Three calls of a process that dies: one waiting, one streaming, one answered; return the first two's ids."""
    gate = add_gate()
    ledger = Ledger(address(), KEYS, worker="dies")
    await ledger.start()
    waiting, streaming, answered = make_call(gate), make_call(gate, gate_version=9), make_call(gate)
    await ledger.admit(waiting)
    await ledger.admit(streaming)
    await ledger.admit(changed(streaming, gate_version=1), owned=True)
    await ledger.record(streaming, Outcome(200, stage=Stage.STREAMING))
    await ledger.admit(answered)
    await ledger.record(answered, DONE)
    sql(CUT, "lgsp-log-")
    # Dead: nothing is closed in the log, only the sockets of this process.
    for writer in (ledger._intents, ledger._outcomes):
        await writer.link.leave()
    await ledger.claims.close()
    return str(waiting.call_id), str(streaming.call_id), str(answered.call_id)


@pytest.mark.parametrize("restarted", [False, True])
def test_calls_of_a_process_that_died_are_closed_as_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    waiting, streaming, answered = asyncio.run(_crashes())
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert Sealing.objects.get().orphans == 0
        if not restarted:
            monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)
            assert sealer.tick()
            assert sealer.tick()
    monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert sealer.tick()
        assert sealer.tick()
        assert not sealer.calls.begun
    found = dict(sql("select call_id::text, string_agg(stage, '' order by epoch) from audit_outcome group by 1"))
    assert found == {waiting: "U", streaming: "SU", answered: "F"}
    assert sql("select status, reason, side, worker from audit_outcome o join audit_epoch e on e.seq = o.epoch"
               " where stage = 'U' group by 1, 2, 3, 4") == [(0, "unknown-outcome", "platform", "sealer")]  # fmt: skip
    assert Sealing.objects.get().orphans == 2
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.unknown, report.late, report.unfinished) == (2, 0, 0)


def test_a_call_that_streams_in_a_living_process_is_left_alone_and_a_late_outcome_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)

    async def go() -> None:
        gate = add_gate()
        ledger = Ledger(address(), KEYS, worker="lives")
        await ledger.start()
        streaming, slow = make_call(gate), make_call(gate)
        await ledger.admit(streaming)
        await ledger.record(streaming, Outcome(200, stage=Stage.STREAMING))
        await ledger.admit(slow)
        await asyncio.to_thread(_sealed_thrice, tmp_path)
        await ledger.record(streaming, Outcome(200, stage=Stage.CLOSING))
        await ledger.record(slow, DONE)
        await ledger.stop()

    asyncio.run(go())
    seal(tmp_path)
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.unknown, report.late) == (1, 1)


def _sealed_thrice(folder: Path) -> None:
    with sealing(folder) as sealer:
        for _ in range(3):
            assert sealer.tick()
    connection.close()


def test_the_second_place_gets_every_checkpoint_in_order_and_sealing_never_waits_for_it(tmp_path: Path) -> None:
    class Broken:
        there = False

    def send(notes: Any) -> None:
        if not Broken.there:
            raise OSError("out of reach")
        to_folder(tmp_path / "held")(notes)

    second = Witness(send)
    with sealing(tmp_path / "own", witness=second) as sealer:
        for _ in range(3):
            written(1, 1)
            assert sealer.tick()
        _until(lambda: bool(sealer.tick() and Sealing.objects.get().witness_fault))
        assert Sealing.objects.get().witness_fault == "out of reach"
        Broken.there = True
        second.checkpoints._not_before = 0.0
        _until(lambda: bool(sealer.tick() and Sealing.objects.get().witness_number == 3))
        standing = Sealing.objects.get()
    assert (standing.witness_fault, standing.outside_number) == ("", 3)
    assert [path.read_text() for path in sorted((tmp_path / "held").glob("*.txt"))] == [
        path.read_text() for path in sorted((tmp_path / "own").glob("*.txt"))
    ]
    sound(tmp_path / "held")


def _until(condition: Any) -> None:
    stop = monotonic() + 20
    while not condition():
        assert monotonic() < stop
        sleep(0.02)


@contextmanager
def _listener(status: int) -> Iterator[tuple[str, list[bytes]]]:
    taken: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/checkpoints", taken
        finally:
            server.shutdown()
            thread.join()


def test_a_witness_over_http_counts_only_what_it_took(tmp_path: Path) -> None:
    written(1, 1)
    for status, number in ((503, 0), (200, 1)):
        with _listener(status) as (place, taken), sealing(tmp_path, witness=witness(place)) as sealer:
            _until(lambda: bool(sealer.tick() and taken))
            _until(lambda: bool(sealer.tick() and not sealer.witness.checkpoints.busy))
            assert sealer.tick()
            assert taken[0].decode() == newest_checkpoint()
            assert Sealing.objects.get().witness_number == number
    assert witness("")._send is None


def test_the_loop_outlives_its_connection_and_seals_what_waits_when_told_to_end(tmp_path: Path) -> None:
    written(1, 1)
    sealer = Sealer(address(), SEAL_KEYS, Outside(tmp_path))
    sealer.outside.take()
    stopping, rounds = threading.Event(), []

    def wait(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 1:
            sql(CUT, "lgsp-sealer")
        # Its old connection's lock may live on for a moment: only a sealer at work has something to finish.
        if len(rounds) > 3 and not sealer.connection.closed:
            written(1, 1)
            stopping.set()

    run(sealer, stopping.is_set, wait)
    sealer.outside.release()
    assert leaves() == committed()
    sound(tmp_path)


def test_how_the_sealer_signs_is_written_nowhere(tmp_path: Path) -> None:
    written(1, 1)
    seal(tmp_path)
    with undone() as cursor:
        cursor.execute("select to_jsonb(c)::text from audit_checkpoint c")
        (row,) = cursor.fetchone()
    assert SIGNER.exported().split("+")[4][:20] not in row


@pytest.mark.parametrize("table", ["audit_leaf", "audit_node", "audit_checkpoint"])
@pytest.mark.parametrize("deed", ["update {0} set {1} = {1}", "delete from {0}", "truncate {0}"])
def test_the_database_refuses_to_change_the_tree(tmp_path: Path, table: str, deed: str) -> None:
    written(1, 1)
    seal(tmp_path)
    sql("insert into audit_node (height, place, hash) values (8, 0, sha256(''))")
    column = {"audit_leaf": "form", "audit_node": "place", "audit_checkpoint": "number"}[table]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        sql(deed.format(table, column))
