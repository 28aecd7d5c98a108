"""A backup is whole or not there; keys are not in it; each reason why none was made is one line (QC12.5)."""

import os
import shutil
import stat
import tarfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from psycopg.conninfo import make_conninfo

from lgsp.env import env
from lgsp.survival import making
from lgsp.survival.manifest import BASE, Manifest, NotWhole
from tests.audit.log_rows import address, sql
from tests.survival.conftest import Installation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC12.5")]


@pytest.mark.heavy
def test_a_backup_is_whole_private_and_without_keys_and_old_ones_go(installation: Installation) -> None:
    killed = installation.place / ".partial-20260101T000000Z"
    killed.mkdir(parents=True)
    (killed / "base.tar.gz").write_bytes(b"half")
    older = installation.place / "lgsp-20260101T000000Z"
    older.mkdir()
    (older / "manifest.json").write_text("{}")
    stranger = installation.place / "lgsp-not-a-backup"
    stranger.mkdir()

    made = installation.backup(keep=1)

    assert {path.name for path in installation.place.iterdir()} == {".lock", made.name, stranger.name}
    manifest = Manifest.read(made)
    manifest.require_whole(made)
    assert manifest.counts["connections.Credential"] == 1
    assert manifest.log["size"] > 0
    assert (made / "files" / "ab" / "abcd").read_bytes() == b"attached"
    for path in [made, *made.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    secrets = [text.split(":", 1)[1].encode() for name in ("LGSP_FIELD_KEYS", "LGSP_LOG_KEYS")
               for text in env(name).split(",")]  # fmt: skip
    for path in made.rglob("*"):
        if path.is_file() and path.name != Path(BASE).name:
            content = path.read_bytes()
            assert not [one for one in secrets if one in content], path
    with tarfile.open(made / BASE) as tar:
        assert not [name for name in tar.getnames() if "secret" in name]


@pytest.mark.heavy
def test_what_was_changed_taken_out_or_put_in_is_found(installation: Installation) -> None:
    made = installation.backup()
    manifest = Manifest.read(made)
    attached = made / "files" / "ab" / "abcd"
    attached.write_bytes(b"attacheD")
    with pytest.raises(NotWhole, match=r"files/ab/abcd của bản sao lưu .* đã hỏng hoặc bị sửa"):
        manifest.require_whole(made)
    attached.unlink()
    with pytest.raises(NotWhole, match="thiếu files/ab/abcd"):
        manifest.require_whole(made)
    attached.write_bytes(b"attached")
    manifest.require_whole(made)
    (made / "postgres" / "more").touch()
    with pytest.raises(NotWhole, match="tệp lạ: postgres/more"):
        manifest.require_whole(made)


def _refused(bare: Installation, said: str) -> None:
    with pytest.raises(CommandError, match=said) as told:
        call_command("backup", to=bare.place)
    assert told.value.returncode == 2
    assert "\n" not in str(told.value)
    left = {path.name for path in bare.place.iterdir()} if bare.place.is_dir() else set()
    assert left <= {".lock"}


def test_each_reason_why_none_was_made_is_one_line(
    bare: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def at(place: str) -> None:
        monkeypatch.setitem(env._env.ENVIRON, "LGSP_BACKUP_DATABASE_URL", place)

    at(make_conninfo(address(), password="sai"))
    _refused(bare, "không nhận tên hoặc mật khẩu")
    at(make_conninfo(address(), port="1"))
    _refused(bare, "Không kết nối được PostgreSQL")
    role = f"no_copy_{psycopg.conninfo.conninfo_to_dict(address())['dbname']}"
    sql(f"create role {role} login password 'x'")
    try:
        at(make_conninfo(address(), user=role, password="x"))
        _refused(bare, "không có quyền REPLICATION")
    finally:
        sql(f"drop role {role}")
    at(address())
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as full:
        full.setattr(making.shutil, "disk_usage", lambda _path: usage._replace(free=1000))
        _refused(bare, "chỉ còn 0 MB")
    with monkeypatch.context() as without:
        without.setattr(making, "tool", lambda *_ignored: None)
        _refused(bare, "không có pg_basebackup cho PostgreSQL")
    bare.place.rename(tmp_path / "was")
    bare.place.touch()
    with pytest.raises(CommandError, match="Không ghi được bản sao lưu"):
        call_command("backup", to=bare.place)


def test_a_disk_that_fills_in_the_middle_leaves_nothing(bare: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Any, _target: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(making, "_base_backup", lambda _address, folder, _major: folder.mkdir())
    monkeypatch.setattr(making.shutil, "copyfile", full)
    _refused(bare, "ổ đĩa hết chỗ")


def test_one_backup_at_a_time(bare: Installation) -> None:
    with making._held(bare.place):
        _refused(bare, "Một lần sao lưu khác đang ghi")
