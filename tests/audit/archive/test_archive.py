"""A month past its retention leaves the database for a file: proved as before, and nothing else can go."""

import gzip
import json
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit.archive.tombstones import stones
from audit.archive.writing import NotSealed
from audit.models import Fact, Retention, Tombstone
from audit.selectors.archive import due_months, gone_months
from audit.selectors.sealing import proof_of
from audit.services import archiving
from audit.services.archiving import Waiting, archive_due
from audit.services.retention import set_retention
from audit.verification.findings import Report
from audit.verification.run import Asked, verify
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from lgsp.sealed import SEALED
from tests.audit.evidence.test_script import run
from tests.audit.log_rows import KEYS, sql, tamper, written
from tests.audit.sealing.world import KNOWN, RING, SIGNER, seal, undone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC4.7")]
LONG_AGO = datetime(2024, 1, 15, 3, tzinfo=UTC)
ACTOR = system_actor("Lưu trữ nhật ký (mẫu)")


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A sealed log of January 2024 and of today, whose chains run through both; its folders."""
    settings.LOG_KEYS, settings.SEALING_PUBLIC_KEYS = KEYS, [str(SIGNER.verifier)]
    settings.CHECKPOINT_DIR, settings.ARCHIVE_DIR = tmp_path / "checkpoints", tmp_path / "archive"
    keep = "select audit_make_partition('audit_%s', '202401', '2023-12-31 17:00Z', '2024-01-31 17:00Z')"
    for table in ("intent", "outcome"):
        sql(keep % table)
    written(2, 1)
    written(4, 2, days=[LONG_AGO, None, LONG_AGO])
    seal(tmp_path / "checkpoints")
    try:
        yield tmp_path
    finally:
        for table in ("intent", "outcome"):
            sql(f"drop table if exists audit_{table}_202401")


def judged(place: Path) -> Report:
    return verify(RING, Asked(against=place / "checkpoints", archives=place / "archive"), KNOWN)


def names(report: Report) -> list[str]:
    return [str(fault) for fault in report.faults]


def archive(place: Path) -> list[archiving.Archived]:
    """Archive while a sealer is at work."""
    with patch.object(archiving, "_await_seal", lambda month, _seconds: _sealed(place, month)):
        return archive_due(actor=ACTOR)


def _sealed(place: Path, month: str) -> None:
    seal(place / "checkpoints", records=SEALED)
    REAL(month, 0)


REAL = archiving._await_seal


def parts() -> list[str]:
    return [name for (name,) in sql("select relname from pg_class where relname ~ '_202401$' and relkind = 'r'")]


def test_a_month_goes_into_the_archive_and_the_log_proves_what_it_proved(place: Path) -> None:
    before = sql("select epoch, n from audit_intent_202401 order by 1, 2")
    proofs = [proof_of("intent", *row) for row in before]
    kept = sql("select count(*) from audit_intent where received_at > '2025-01-01'")
    (done,) = archive(place)
    assert (done.month, parts(), gone_months()) == ("202401", [], ["202401"])
    stone = Tombstone.objects.get()
    assert (stone.intents, stone.outcomes) == (len(before), done.rows - len(before))
    assert stone.basis == "24 tháng; mặc định hệ thống, chưa phải quy định"
    fact = Fact.objects.get(deed="calllog.archived")
    assert (fact.subject_id, fact.after["sha256"]) == (str(stone.pk), stone.sha256)
    report = judged(place)
    assert report.clean, names(report)
    assert (report.archived, report.archived_months, report.archive_files) == (done.rows, 1, 1)
    assert sql("select count(*) from audit_intent") == kept
    assert [proof_of("intent", *row, number=1) for row in before] == [
        proof_of("intent", *row, number=1) for row in before if proofs
    ]
    # Nothing is due any more, and the log goes on.
    assert archive_due(actor=ACTOR) == []
    written(1, 1)
    seal(place / "checkpoints", records=SEALED)
    assert judged(place).clean
    for since in (1, 2):
        assert verify(RING, Asked(since, place / "checkpoints"), KNOWN).clean
    _rows_are_what_was_sealed(place, stone)


def _rows_are_what_was_sealed(place: Path, stone: Tombstone) -> None:
    path = place / "archive" / stone.file
    assert path.stat().st_mode & 0o777 == 0o640
    with gzip.open(path, "rt") as lines:
        assert json.loads(next(lines)) == {"format": "lgsp-archive-1", "month": "202401"}
        rows = [json.loads(line) for line in lines]
    assert len(rows) == stone.intents + stone.outcomes
    leaves = [row["leaf"] for row in rows]
    assert (min(leaves), max(leaves)) == (stone.first_leaf, stone.last_leaf)
    for row in rows[:2]:
        proof = proof_of(row["kind"], int(row["row"]["epoch"]), int(row["row"]["n"]))
        assert proof is not None
        assert proof.index == row["leaf"]


def test_only_a_sealed_tombstone_lets_a_month_go(place: Path) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql("select audit_detach_month('202401')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        sql("select audit_drop_month('202401')")
    with pytest.raises(Waiting, match="chưa được niêm phong"):
        archive_due(actor=ACTOR, wait=0)
    # A tombstone stands, and the month too: it is looked at as any other.
    assert judged(place).clean
    with pytest.raises(CommandError) as refused:
        call_command("audit_archive", wait=0.0)
    assert refused.value.returncode == 2
    assert sorted(parts()) == ["audit_intent_202401", "audit_outcome_202401"]
    path = place / "archive" / Tombstone.objects.get().file
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(archiving.NotTrue, match="khác với tệp"):
        archive(place)
    assert len(parts()) == 2
    path.write_bytes(whole)
    assert [one.month for one in archive(place)] == ["202401"]
    assert judged(place).clean


def test_a_run_that_died_at_any_step_is_gone_on_from(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("write", "_put_stone", "_await_seal", "_take_out"):
        with monkeypatch.context() as patched:
            patched.setattr(archiving, name, _dies)
            with pytest.raises(KeyboardInterrupt):
                archive_due(actor=ACTOR) if name == "_await_seal" else archive(place)
        report = judged(place)
        assert [fault for fault in report.faults if fault.table != "audit_tombstone"] == [], (name, names(report))
        assert len(parts()) == 2
    with monkeypatch.context() as patched:
        real = archiving.patiently

        def detaches_and_dies(text: Any, *values: Any) -> None:
            real(text, *values)
            _dies()

        patched.setattr(archiving, "patiently", detaches_and_dies)
        with pytest.raises(KeyboardInterrupt):
            archive(place)
    assert sql("select count(*) from pg_inherits where inhrelid = to_regclass('audit_intent_202401')") == [(0,)]
    report = judged(place)
    assert report.clean, names(report)
    assert [one.month for one in archive(place)] == ["202401"]
    assert parts() == []
    assert Tombstone.objects.count() == Fact.objects.filter(deed="calllog.archived").count() == 1
    assert [path.name for path in (place / "archive").iterdir()] == ["nhat-ky-202401.jsonl.gz"]


def _dies(*_values: Any, **_options: Any) -> None:
    raise KeyboardInterrupt


def test_two_runs_at_once_archive_once(place: Path) -> None:
    begun, told = threading.Event(), list[str]()

    def second() -> None:
        begun.wait(10)
        try:
            archive_due(actor=ACTOR)
        except StateRefused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    other = threading.Thread(target=second)
    other.start()

    def sealed(month: str, _seconds: float) -> None:
        begun.set()
        other.join(10)
        _sealed(place, month)

    with patch.object(archiving, "_await_seal", sealed):
        assert len(archive_due(actor=ACTOR)) == 1
    assert told == ["Một lần lưu trữ nhật ký khác đang chạy."]
    assert Tombstone.objects.count() == 1


def test_what_is_not_sealed_or_not_true_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tamper("update audit_intent_202401 set purpose = 'other' where n = 1")
    with pytest.raises(archiving.NotTrue, match="không toàn vẹn"):
        archive_due(actor=ACTOR)
    tamper("update audit_intent_202401 set purpose = 'administrative-procedures' where n = 1")
    written(1, 1, days=[LONG_AGO])
    with pytest.raises(StateRefused, match="chưa được niêm phong"):
        archive_due(actor=ACTOR)
    first = "n = 1 and epoch = (select min(epoch) from audit_intent_202401)"
    tamper(f"update audit_intent_202401 set purpose = 'other' where {first}")
    monkeypatch.setattr(archiving, "_require_sound", lambda: None)
    with pytest.raises(archiving.NotTrue, match="khác với lá"):
        archive_due(actor=ACTOR)
    tamper(f"update audit_intent_202401 set purpose = 'administrative-procedures' where {first}")
    with pytest.raises(NotSealed, match="chưa niêm phong"):
        archive_due(actor=ACTOR)
    assert list((place / "archive").iterdir()) == []
    assert (Tombstone.objects.count(), len(parts())) == (0, 2)


def test_a_month_with_rows_elsewhere_stays_and_rows_put_in_afterwards_keep_it(place: Path) -> None:
    with pytest.raises(Waiting):
        archive_due(actor=ACTOR, wait=0)
    columns = [name for (name,) in sql("select column_name from information_schema.columns where table_name ="
                                       " 'audit_intent' order by ordinal_position")]  # fmt: skip
    copied = ", ".join({"n": "n + 900"}.get(name, name) for name in columns)
    sql(f"insert into audit_intent ({', '.join(columns)}) select {copied} from audit_intent_202401 limit 1")
    seal(place / "checkpoints", records=SEALED)
    with pytest.raises(archiving.NotTrue, match="số dòng khác bia"):
        archive_due(actor=ACTOR)
    assert len(parts()) == 2
    tamper("delete from audit_intent_202401 where n > 900")
    assert archive_due(actor=ACTOR)
    assert judged(place).clean


def test_a_month_dropped_without_a_tombstone_and_one_that_is_forged_are_found(place: Path) -> None:
    with undone() as cursor:
        cursor.execute("drop table audit_intent_202401, audit_outcome_202401")
        report = judged(place)
        assert {"audit_intent", "audit_outcome"} <= {fault.table for fault in report.faults}
        assert report.first.leaf is not None
    archive(place)
    changes = {
        "update audit_tombstone set ranges = replace(ranges, ' 1 ', ' 2 ')": "mã xác thực",
        "update audit_tombstone set intents = intents + 1": "mã xác thực",
        "delete from audit_tombstone": "nay không còn",
        "update audit_tombstone set mac = sha256(mac)": "mã xác thực",
        "update audit_tombstone set file = 'x'": "mã xác thực",
    }
    for change, words in changes.items():
        with undone() as cursor:
            cursor.execute(change)
            report = judged(place)
        assert any(words in fault.what for fault in report.faults if fault.table == "audit_tombstone"), names(report)
        assert len(stones(connection.connection)) == 1
    path = place / "archive" / Tombstone.objects.get().file
    path.write_bytes(path.read_bytes() + b"\n")
    (fault,) = judged(place).faults
    assert (fault.table, fault.n) == ("audit_tombstone", Tombstone.objects.get().pk)
    assert fault.what == "tệp lưu trữ nhat-ky-202401.jsonl.gz khác với tệp mà bia nêu"
    path.unlink()
    assert "không đọc được tệp lưu trữ" in names(judged(place))[0]


def test_retention_is_data_with_a_source(place: Path) -> None:
    assert due_months(datetime(2026, 1, 31, 16, 59, tzinfo=UTC), 24) == []
    assert due_months(datetime(2026, 1, 31, 17, 0, tzinfo=UTC), 24) == ["202401"]
    assert due_months(datetime(2026, 2, 1, tzinfo=UTC), 25) == []
    with pytest.raises(PermissionRefused):
        set_retention(actor=Actor(kind="person", name="x"), months=36, source="Quyết định (mẫu)", reason="kéo dài")
    keeper = Actor(kind="system", name="Vận hành (mẫu)", permissions=frozenset({"retention.manage"}))
    for months, source, reason in ((6, "x", "y"), (36, "", "y"), (36, "x", " ")):
        with pytest.raises(InvalidInput):
            set_retention(actor=keeper, months=months, source=source, reason=reason)
    assert not Fact.objects.filter(deed="retention.changed").exists()
    set_retention(actor=keeper, months=400, source="Quyết định (mẫu)", reason="kéo dài")
    assert Retention.objects.get().months == 400
    assert Fact.objects.get(deed="retention.changed").after == {"months": 400, "source": "Quyết định (mẫu)"}
    assert archive_due(actor=ACTOR) == []


def test_a_bundle_is_cut_out_of_the_archive_and_its_script_proves_it(place: Path) -> None:
    admitted = "select call_id, epoch, n from audit_intent_202401 where verdict = 'A' order by 2, 3 limit 1"
    [(call, epoch, n)] = sql(admitted)
    archive(place)
    written(1, 1)
    seal(place / "checkpoints", records=SEALED)
    asked = {"by": "Người đề nghị (mẫu)", "reason": "Thanh tra", "stdout": StringIO()}
    whole, one = place / "whole.zip", place / "one.zip"
    call_command("audit_bundle", "202401", to=whole, **asked)
    call_command("audit_bundle", "202401", call=call, to=one, **asked)
    stone = Tombstone.objects.get()
    for path, intents in ((whole, stone.intents), (one, 1)):
        with zipfile.ZipFile(path) as archived:
            archived.extractall(path.with_suffix(""))
        done = run(path.with_suffix(""), "--key", str(SIGNER.verifier))
        assert done.returncode == 0, done.stdout
        assert f"Yêu cầu: {intents}," in done.stdout
    rows = (one.with_suffix("") / "rows.jsonl").read_text(encoding="utf-8")
    assert f'"epoch":"{epoch}"' in rows
    assert f'"n":"{n}"' in rows
    facts = Fact.objects.filter(deed="calllog.bundled")
    assert {(fact.subject_id, fact.actor_name, fact.reason) for fact in facts} == {
        (str(stone.pk), "Người đề nghị (mẫu)", "Thanh tra")
    }
    for month, more, words in (
        ("202402", {}, "Không có tháng 202402"), ("202401", {"service": "khong-co"}, "Không có cuộc gọi nào"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=words):
            call_command("audit_bundle", month, to=place / "x.zip", **asked, **more)
        assert not (place / "x.zip").exists()
    with pytest.raises(CommandError, match="đã có"):
        call_command("audit_bundle", "202401", to=one, **asked)
    (place / "archive" / stone.file).write_bytes(b"")
    with pytest.raises(CommandError, match="khác với tệp"):
        call_command("audit_bundle", "202401", to=place / "x.zip", **asked)
    assert facts.count() == 2
