"""The cluster of a backup, laid out for the embedded server: its files, our settings, our role."""

import hashlib
import os
import re
import secrets
import shutil
import subprocess
import tarfile
import zlib
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.backup import last_line
from lgsp.launch.services import NOBODY, Postgres
from lgsp.launch.terminal import Stop
from lgsp.survival.manifest import BASE, WAL, Manifest

_SETTINGS = "# Written by ./run restore; the launcher gives the rest.\n"
_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n"


def lay_cluster(postgres: Postgres, backup: Path, manifest: Manifest) -> None:
    """Lay the cluster of *backup* out where *postgres* will start it, under its password. Raises :class:`Stop`."""
    version = subprocess.run(
        [str(postgres.bin / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    major = re.search(r"(\d+)", version.stdout)
    if major is None or int(major.group(1)) != manifest.postgres:
        have = major.group(1) if major else "?"
        raise Stop(
            f"Bản sao lưu của PostgreSQL {manifest.postgres}, máy chủ nhúng là bản {have}:"
            " khôi phục vào máy chủ cùng bản theo docs/installation.md."
        )
    postgres.set_aside()
    unpack(backup / BASE, postgres.cluster)
    unpack(backup / WAL, postgres.cluster / "pg_wal")
    # The server it came from may have kept its settings elsewhere, or have some that do not fit here.
    for name, text in (
        ("postgresql.conf", _SETTINGS), ("postgresql.auto.conf", ""), ("pg_hba.conf", _ACCESS), ("pg_ident.conf", ""),
    ):  # fmt: skip
        (postgres.cluster / name).unlink(missing_ok=True)
        (postgres.cluster / name).touch(mode=0o600)
        (postgres.cluster / name).write_text(text)
    if os.geteuid() == 0:
        for path in [postgres.cluster, *postgres.cluster.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    _let_in(postgres, manifest)
    owner = postgres.cluster.parent / "owner"
    owner.touch(mode=0o600)
    owner.write_text(hashlib.sha256(postgres.password.encode()).hexdigest())


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar of a cluster: plain files and folders below *target*, readable by the owner only."""
    target.mkdir(mode=0o700, exist_ok=True)
    root = target.resolve()
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                path = (root / member.name).resolve()
                if not path.is_relative_to(root) or not (member.isdir() or member.isfile()):
                    raise Stop(f"{archive} chứa mục không thuộc cơ sở dữ liệu: {member.name}")
                _put(tar, member, path)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Stop(f"{archive} không giải nén được ({error}).") from error


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    content = tar.extractfile(member)
    if content is None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        shutil.copyfileobj(content, out, 1 << 20)


def _let_in(postgres: Postgres, manifest: Manifest) -> None:
    """Give the launcher's role a new password, in single-user mode; make role and name where they differ."""
    lines = [
        "do $$ begin if to_regrole('lgsp') is null then create role lgsp; end if; end $$",
        f"alter role lgsp superuser login password '{postgres.password}'",
    ]
    if manifest.database != "lgsp":
        # Another database of that server may have our name.
        lines.append("do $$ begin if exists (select from pg_database where datname = 'lgsp')"
                     " then alter database lgsp rename to lgsp_other; end if; end $$")  # fmt: skip
        quoted = manifest.database.replace('"', '""')
        lines.append(f'alter database "{quoted}" rename to lgsp')
    script = postgres.cluster.parent / f".sql-{secrets.token_hex(4)}"
    script.touch(mode=0o600)
    script.write_text("\n".join(lines) + "\n")
    command = [str(postgres.bin / "postgres"), "--single", "-D", str(postgres.cluster)]
    try:
        with script.open() as given:
            done = processes.run(
                [*command, "-c", "password_encryption=scram-sha-256", "-c", "exit_on_error=on", "template1"],
                user=NOBODY if os.geteuid() == 0 else None,
                cwd=postgres.cluster.parent,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
    finally:
        script.unlink()
    if done.returncode:
        raise Stop(f"PostgreSQL không khôi phục được bản sao lưu: {last_line(done, '')}")
