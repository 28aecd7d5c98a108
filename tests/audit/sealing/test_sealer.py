"""The sealer: everything committed becomes a leaf once, and nothing of it is changed any more."""

import threading
from pathlib import Path

import psycopg
import pytest

from audit.models import Sealing
from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.merkle import verify_inclusion
from audit.sealing.outside import Outside
from audit.sealing.sealer import Sealer, run
from audit.selectors.sealing import newest_checkpoint, proof_of
from audit.verification.run import Asked, verify
from tests.audit.log_rows import CUT, address, sql, written
from tests.audit.sealing.world import (
    KNOWN,
    RING,
    SEAL_KEYS,
    SIGNER,
    committed,
    leaves,
    seal,
    sealing,
    sound,
    undone,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


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
