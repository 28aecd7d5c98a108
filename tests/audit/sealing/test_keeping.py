"""Verification on a schedule: what it found is kept, told where it is wrong, and shown to those who watch."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact, Sealing, Verification
from audit.selectors import sealing as selectors
from audit.services.verifying import verify_all, verify_new
from audit.tasks import verify_all as verify_all_task
from audit.tasks import verify_new as verify_new_task
from core import clock
from lgsp.env import env
from lgsp.sealer.__main__ import main
from tests.audit.log_rows import KEYS, address, sql, written
from tests.audit.sealing.world import SIGNER, seal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A sealed log, and settings that know its keys and where its checkpoints lie."""
    settings.LOG_KEYS, settings.SEALING_PUBLIC_KEYS = KEYS, [str(SIGNER.verifier)]
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    written(3, 1)
    seal(settings.CHECKPOINT_DIR)
    return Path(settings.CHECKPOINT_DIR)


def spoil(statement: str = "update audit_intent set purpose = 'other' where n = 2") -> None:
    with psycopg.connect(address()) as link:
        link.execute("set local session_replication_role = replica")
        link.execute(statement)


def test_new_rows_are_verified_from_where_the_last_good_run_ended(folder: Path) -> None:
    verify_new_task()
    first = Verification.objects.get()
    assert (first.sound, first.whole, first.number, first.rows > 0) == (True, True, 1, True)
    assert bytes(first.root) == bytes(sql("select root from audit_checkpoint")[0][0])
    written(2, 1)
    seal(folder)
    part = verify_new()
    assert (part.sound, part.whole, part.since, part.number) == (True, False, 1, 2)
    assert 0 < part.rows < first.rows
    assert not Fact.objects.filter(deed__startswith="calllog.").exists()


def test_what_is_wrong_is_kept_told_and_over_only_when_all_was_looked_at(folder: Path) -> None:
    before = sql("select purpose from audit_intent where n = 2")[0][0]
    spoil()
    found = verify_all()
    assert (found.sound, found.table, found.faults) == (False, "audit_intent", 1)
    assert found.leaf is not None
    assert f"lá {found.leaf}" in found.detail
    fact = Fact.objects.get(deed="calllog.broken")
    assert (fact.clause, fact.after["leaf"]) == ("QC11.5", found.leaf)
    # The next part is sound; the log is not.
    assert not verify_new().sound
    spoil(f"update audit_intent set purpose = '{before}' where n = 2")
    assert selectors.standing().state == "broken"
    verify_all_task()
    assert Fact.objects.filter(deed="calllog.sound_again").count() == 1
    assert selectors.standing().state == "sound"


def test_a_checkpoint_that_is_gone_makes_all_be_looked_at(folder: Path) -> None:
    assert verify_all().sound
    spoil("delete from audit_checkpoint")
    found = verify_new()
    assert (found.whole, found.sound) == (True, False)


def test_how_things_stand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert selectors.standing().state == "unverified"
    verify_all()
    with CaptureQueriesContext(connection) as queries:
        assert selectors.standing().state == "sound"
    assert len(queries) <= 4
    now = clock.now()
    for ahead, state in ((timedelta(seconds=30), "late"), (timedelta(minutes=16), "unsealed")):
        monkeypatch.setattr(clock, "now", lambda ahead=ahead: now + ahead)
        assert selectors.standing().state == state
    sql("update audit_sealing set sealed_at = %s", now + timedelta(hours=5))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=5))
    assert selectors.standing().state == "unverified"
    with pytest.raises(TypeError):
        Sealing.objects.get().save()


@pytest.mark.parametrize(
    ("role", "sees"), [("inspector", True), ("operator", True), ("division_head", True), ("intake_officer", False)]
)
def test_the_page_shows_where_it_broke_to_those_who_watch(
    folder: Path,
    signed_in: Callable[[User], Client],
    agency: Callable[..., Agency],
    person: Callable[..., User],
    role: str,
    sees: bool,
) -> None:
    client = signed_in(person(f"{role}@so.example", agency("H60.02", is_operator=True), role))
    address_of = reverse("admin:audit_verification_changelist")
    verify_all()
    page = client.get(address_of)
    if not sees:
        assert page.status_code == 403
        return
    assert "Nhật ký toàn vẹn" in page.content.decode()
    assert str(SIGNER.verifier) in page.content.decode().replace("&#x2B;", "+")
    spoil()
    found = verify_all()
    text = client.get(address_of).content.decode()
    assert "Nhật ký không toàn vẹn" in text
    assert f"lá {found.leaf}" in text


def test_the_command_verifies_a_part_and_against_what_another_party_holds(folder: Path, tmp_path: Path) -> None:
    written(2, 1)
    seal(folder)
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert "ĐẠT" in said.getvalue()
    assert "Đã đối chiếu 2 điểm niêm phong bên ngoài" in said.getvalue()
    call_command("audit_verify", since=1, against=folder, stdout=said)
    with pytest.raises(CommandError, match="không có điểm niêm phong 9") as refused:
        call_command("audit_verify", since=9, stdout=said)
    assert refused.value.returncode == 2
    elsewhere = tmp_path / "held.txt"
    elsewhere.write_text("".join(path.read_text() for path in folder.glob("*.txt")).replace("number 2", "number 3"))
    with pytest.raises(CommandError, match="audit_checkpoint"):
        call_command("audit_verify", against=elsewhere, stdout=said)
    with pytest.raises(CommandError, match="không đọc được"):
        call_command("audit_verify", against=tmp_path / "nowhere", stdout=said)


def test_a_sealer_without_its_key_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sealer"])
    key, said = tmp_path / "key", []
    given = {"LGSP_SEALING_KEY_FILE": "", "LGSP_SEALING_PUBLIC_KEYS": "", "LGSP_LOG_KEYS": KEYS}

    def refused(**more: str) -> str:
        given.update(more)
        for name, text in given.items():
            monkeypatch.setitem(_environment(), name, text)
        assert main() == 2
        said.append(capsys.readouterr().err)
        assert said[-1].count("\n") == 1
        return said[-1]

    assert "Thiếu LGSP_SEALING_KEY_FILE" in refused()
    assert "Không đọc được" in refused(LGSP_SEALING_KEY_FILE=str(key))
    key.write_text("nonsense")
    key.chmod(0o644)
    assert "chmod 600" in refused()
    key.chmod(0o600)
    assert "không phải khóa niêm phong" in refused()
    key.unlink()
    monkeypatch.setattr("sys.argv", ["sealer", "--new-key", "lgsp.example/log"])
    assert main() == 0
    public = capsys.readouterr().out.strip()
    assert key.stat().st_mode & 0o777 == 0o600
    assert main() == 2
    assert "không ghi đè" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["sealer"])
    assert public in refused()
    assert "không có trong LGSP_SEALING_PUBLIC_KEYS" in refused(LGSP_SEALING_PUBLIC_KEYS=str(SIGNER.verifier))
    assert "viết chưa đúng" in refused(LGSP_SEALING_PUBLIC_KEYS="x")
    assert "LGSP_LOG_KEYS" in refused(LGSP_SEALING_PUBLIC_KEYS=public, LGSP_LOG_KEYS="")
    assert "Không ghi được điểm niêm phong" in refused(LGSP_LOG_KEYS=KEYS, LGSP_CHECKPOINT_DIR="/proc/nothing")
    assert all("PRIVATE" not in text for text in said)


def _environment() -> dict[str, str]:
    return env._env.ENVIRON  # type: ignore[no-any-return]
