"""Where a sealer goes on: after its death where it stopped; never on what was restored, forked or changed."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from audit.models import Sealing
from audit.sealing.beginning import Refused
from audit.sealing.notes import Signer
from audit.sealing.sealer import Keys
from audit.verification.run import Asked, verify
from tests.audit.log_rows import KEYS, address, sql, written
from tests.audit.sealing.world import KNOWN, RING, committed, leaves, seal, sealing, sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


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
        link.execute("delete from audit_nonce where call_id not in (select call_id from audit_intent)")
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
