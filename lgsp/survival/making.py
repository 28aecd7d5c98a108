"""Making a backup: base backup with its write-ahead log, files, checkpoints, manifest (decisions, 32).

Made in a folder whose name no backup has, and named as one only when all of it is on the disk.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core import clock
from lgsp.survival.binaries import tool
from lgsp.survival.manifest import ARCHIVE, CHECKPOINTS, FILES, PREFIX, Manifest, backups_in, hash_of

_PARTIAL = ".partial-"
# Room beside what is copied: the write-ahead log of the meantime, and air.
_SPARE = 100_000_000
_CHECK = "Kiểm tra máy chủ đang chạy và địa chỉ."


class BackupFailed(Exception):
    """No backup was made and nothing of one is left; says why in one line."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the server at ``address`` (a role with REPLICATION), folders of files, of checkpoints and of
    archived months; ``size`` is the database's, in bytes."""

    address: str
    files: Path
    checkpoints: Path
    archive: Path
    size: int = 0

    @property
    def folders(self) -> tuple[tuple[str, Path], ...]:
        """The folders, each by its name in the backup."""
        return (FILES, self.files), (CHECKPOINTS, self.checkpoints), (ARCHIVE, self.archive)


def make(source: Source, target: Path, describe: Callable[[], Manifest], *, keep: int = 0) -> Path:
    """Make a backup in *target* and return its folder; of whole backups there the newest *keep* stay (0: all).

    *describe* reads what the manifest says of the database, before anything is copied. Raises :class:`BackupFailed`.
    """
    begun = clock.now().astimezone(UTC)
    try:
        with _held(target):
            _require_room(source, target)
            told = describe()
            partial = target / f"{_PARTIAL}{begun:%Y%m%dT%H%M%SZ}"
            made = _name(target, begun)
            try:
                partial.mkdir(mode=0o700)
                _copy(source, partial, told.postgres)
                _finish(partial, told, begun)
                partial.rename(made)
                _sync(target)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
            _forget(target, keep)
            return made
    except OSError as error:
        raise BackupFailed(f"Không ghi được bản sao lưu vào {target} ({_why(error)}).") from error


def _why(error: OSError) -> str:
    known = {28: "ổ đĩa hết chỗ", 30: "ổ đĩa chỉ đọc", 13: "không có quyền", 20: "không phải thư mục", 17: "trùng tên"}
    return known.get(error.errno or 0, error.strerror or "hệ thống từ chối")


@contextmanager
def _held(target: Path) -> Iterator[None]:
    """Hold the folder; what a backup that was killed left there is taken away."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(target / ".lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed(f"Một lần sao lưu khác đang ghi vào {target}. Đợi nó xong.") from error
        for left in target.glob(f"{_PARTIAL}*"):
            shutil.rmtree(left)
        yield
    finally:
        os.close(descriptor)


def _require_room(source: Source, target: Path) -> None:
    files = sum(path.stat().st_size for _name, folder in source.folders for path in _files_in(folder))
    # A packed cluster takes a third at most; what is attached is copied as it is.
    needed, free = source.size // 3 + files + _SPARE, shutil.disk_usage(target).free
    if free < needed:
        raise BackupFailed(
            f"Ổ đĩa chứa {target} chỉ còn {free // 1_000_000} MB, cần khoảng {needed // 1_000_000} MB để sao lưu."
        )


def _name(target: Path, begun: datetime) -> Path:
    made = target / f"{PREFIX}{begun:%Y%m%dT%H%M%SZ}"
    if made.exists():
        raise BackupFailed(f"{made} đã có. Đợi một giây rồi chạy lại.")
    return made


def _copy(source: Source, partial: Path, major: int) -> None:
    # Files after the database: a row that names one is younger than the file. A month goes into the archive before it
    # leaves the database, so it is in one of the two.
    _base_backup(source.address, partial / "postgres", major)
    for name, folder in source.folders:
        (partial / name).mkdir(mode=0o700)
        for path in _files_in(folder):
            copy = partial / name / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with suppress(FileNotFoundError):  # taken away since: no row names it any more
                shutil.copyfile(path, copy)


def _files_in(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _base_backup(address: str, folder: Path, major: int) -> None:
    command = tool("pg_basebackup", major)
    if command is None:
        raise BackupFailed(
            f"Máy này không có pg_basebackup cho PostgreSQL {major}. Cài: apt-get install postgresql-client-{major}"
        )
    named = {name: str(part) for name, part in conninfo_to_dict(address).items() if part and name != "dbname"}
    password = named.pop("password", "")
    options = ["--format=tar", "--compress=client-gzip:3", "--wal-method=stream", "--checkpoint=fast"]
    options += ["--manifest-checksums=SHA256", "--no-password", "--label=lgsp", "--pgdata", str(folder)]
    done = subprocess.run(  # noqa: S603 -- PostgreSQL's own tool, no shell
        [str(command), *options, "--dbname", make_conninfo(**named)],
        env={"PGPASSWORD": password, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise BackupFailed(_reason(done.stderr))
    if len(list(folder.glob("*.tar.gz"))) != 2:
        raise BackupFailed("Máy chủ PostgreSQL có tablespace riêng; sao lưu bằng công cụ của máy chủ đó.")


def _reason(said: str) -> str:
    if "No space left" in said:
        return "Ổ đĩa hết chỗ khi đang sao lưu. Giải phóng dung lượng rồi chạy lại."
    if "password authentication failed" in said or "no password supplied" in said:
        return "PostgreSQL không nhận tên hoặc mật khẩu dùng để sao lưu (LGSP_BACKUP_DATABASE_URL)."
    if "pg_hba.conf" in said:
        return "PostgreSQL không cho máy này sao chép: thêm dòng «replication» vào pg_hba.conf của máy chủ."
    if re.search(r"permission denied to start WAL sender|must be superuser or replication role", said):
        return "Vai trò dùng để sao lưu không có quyền REPLICATION (LGSP_BACKUP_DATABASE_URL)."
    if "could not connect" in said or "connection to server" in said:
        return f"Không kết nối được PostgreSQL để sao lưu. {_CHECK}"
    return f"pg_basebackup không xong: {' '.join(said.strip().splitlines()[-1:])}"


def _finish(partial: Path, told: Manifest, begun: datetime) -> None:
    files = {}
    for path in sorted(path for path in partial.rglob("*") if path.is_file()):
        path.chmod(0o600)
        files[str(path.relative_to(partial))] = [path.stat().st_size, hash_of(path)]
        _sync(path)
    took = (clock.now() - begun).total_seconds()
    replace(told, files=files, made_at=begun.isoformat(timespec="seconds"), seconds=round(took, 1)).write(partial)
    for folder in [path for path in partial.rglob("*") if path.is_dir()]:
        _sync(folder)
    _sync(partial)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(target: Path, keep: int) -> None:
    for old in backups_in(target)[:-keep] if keep else []:
        # Half a backup must not look whole, whenever this is interrupted.
        going = old.rename(target / f"{_PARTIAL}{old.name}")
        shutil.rmtree(going)
