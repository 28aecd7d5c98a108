"""What cannot be restored is refused before a byte is written."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from lgsp.launch import backup
from lgsp.launch.backup import read_keys, save_keys
from lgsp.launch.cluster import unpack
from lgsp.launch.instance import kept_secrets
from lgsp.launch.places import RESTORING, DataFolder
from lgsp.launch.restore import Asked, bring_back
from lgsp.launch.terminal import Stop
from lgsp.survival.manifest import BASE, POSTGRES_MANIFEST, WAL, Manifest, hash_of, prints_of

SECRETS = {"field_keys": f"v1:{'A' * 43}=", "log_keys": f"v1:{'B' * 43}="}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A backup as far as refusing goes."""
    folder = tmp_path / "lgsp-20261130T010000Z"
    files = {}
    for name in (BASE, WAL, POSTGRES_MANIFEST):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        files[name] = [path.stat().st_size, hash_of(path)]
    (folder / "checkpoints").mkdir()
    keys = {f"LGSP_{name.upper()}": prints_of(text) for name, text in SECRETS.items()}
    log = {"number": 0, "size": 0, "root": "", "note": ""}
    Manifest("2026-11-30T01:00:00+00:00", "0.1.0", 18, "lgsp", "lgsp", ["audit.0001_initial"], log, {}, keys, 1.0,
             files).write(folder)  # fmt: skip
    return folder


def changed(made: Path, **fields: Any) -> None:
    kept = Manifest.read(made)
    (made / "manifest.json").write_text(json.dumps({**asdict(kept), **fields}))


def asked(made: Path, **fields: Any) -> Asked:
    keys = {"format": 1, "secrets": SECRETS, "sealing": {"public": "", "key": ""}}
    return replace(Asked(made, made.parent / "data", keys, made / "checkpoints"), **fields)


def refused(said: str, given: Asked) -> None:
    before = sorted(given.folder.rglob("*")) if given.folder.exists() else None
    with pytest.raises(Stop, match=said) as told:
        bring_back(given)
    assert "\n" not in str(told.value)
    assert (sorted(given.folder.rglob("*")) if given.folder.exists() else None) == before


def test_only_into_an_empty_place(made: Path) -> None:
    (made.parent / "data").mkdir()
    (made.parent / "data" / "something").touch()
    refused("Chỉ khôi phục vào thư mục trống", asked(made))


def test_what_is_no_backup_or_not_whole(made: Path) -> None:
    (made / BASE).write_bytes(b"another text")
    refused("base.tar.gz của bản sao lưu .* đã hỏng", asked(made))
    (made / "manifest.json").write_text("{")
    refused("không phải bản sao lưu hoàn chỉnh", asked(made))
    (made / "manifest.json").write_text('{"format": 99}')
    refused("định dạng mà phiên bản này không đọc được", asked(made))
    (made / "manifest.json").unlink()
    refused("không phải bản sao lưu hoàn chỉnh", asked(made))


def test_one_that_a_newer_version_made(made: Path) -> None:
    changed(made, code=["audit.0001_initial", "audit.9999_later"])
    refused(r"phiên bản mới hơn tạo \(audit.9999_later\)", asked(made))


def test_wrong_and_missing_keys(made: Path) -> None:
    for secrets, said in (
        ({**SECRETS, "log_keys": f"v1:{'C' * 43}="}, "«v1» của LGSP_LOG_KEYS không phải khóa"),
        ({"log_keys": SECRETS["log_keys"]}, "«v1» của LGSP_FIELD_KEYS không có"),
    ):
        refused(said, asked(made, keys={"format": 1, "secrets": secrets, "sealing": {"public": "", "key": ""}}))


def test_checkpoints_that_are_not_there(made: Path) -> None:
    refused("Không có điểm niêm phong", asked(made, outside=made.parent / "nowhere"))


def test_a_backup_that_cannot_be_unpacked_leaves_nothing(made: Path) -> None:
    (made / "files").mkdir()
    with pytest.raises(Stop, match=r"base.tar.gz không giải nén được"):
        bring_back(asked(made, given={}))
    assert not (made.parent / "data").exists()


def test_a_folder_a_restore_was_killed_in_is_refused(tmp_path: Path) -> None:
    DataFolder(tmp_path).close()
    (tmp_path / RESTORING).touch()
    with pytest.raises(Stop, match="chưa xong"):
        DataFolder(tmp_path)


def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path) -> None:
    import io
    import tarfile

    for name, kind in (("../escaped", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)):
        archive = tmp_path / "base.tar.gz"
        with tarfile.open(archive, "w:gz") as tar:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc"
            tar.addfile(member, io.BytesIO())
        with pytest.raises(Stop, match="mục không thuộc cơ sở dữ liệu"):
            unpack(archive, tmp_path / "cluster")
        assert not (tmp_path / "escaped").exists()


def test_keys_go_to_a_private_file_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    DataFolder(folder).close()
    secrets = kept_secrets(folder)
    file = tmp_path / "keys.json"
    save_keys(folder, file)
    assert file.stat().st_mode & 0o777 == 0o600
    found = read_keys(file)
    assert found["secrets"] == secrets
    assert found["sealing"]["key"].startswith("PRIVATE+KEY+")
    with pytest.raises(Stop, match="không ghi đè"):
        save_keys(folder, file)
    with pytest.raises(Stop, match="nằm ngoài thư mục sao lưu"):
        backup.backup(folder=folder, target=tmp_path / "b", keep=0, keys=tmp_path / "b" / "keys")
    with pytest.raises(Stop, match="chưa có dữ liệu"):
        backup.backup(folder=tmp_path / "none", target=None, keep=0, keys=None)
    with pytest.raises(Stop, match="không phải tệp khóa"):
        read_keys(tmp_path / "none")
