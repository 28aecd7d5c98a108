"""Where things are: the checkout, its virtual environment, the data folder and its lock."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from lgsp.launch.terminal import Stop

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED_BYTES = 1_500_000_000


def site_packages() -> Path:
    """Return the environment's package folder."""
    return VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def write_private(path: Path, document: Any) -> None:
    """Write JSON readable by the owner only, all or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
    os.chmod(temporary, 0o600)
    os.replace(temporary, path)


class DataFolder:
    """The folder an instance keeps everything in; one launcher holds it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            os.chmod(self.path, 0o711)
            (self.path / "log").mkdir(exist_ok=True)
            self._lock = (self.path / "lock").open("w")
        except OSError as error:
            raise Stop(
                f"Không ghi được vào thư mục {self.path} ({error.strerror}). Chọn thư mục khác: ./run --data THƯ_MỤC"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise Stop(f"Một ./run khác đang dùng {self.path}. Dừng nó (Ctrl-C) hoặc chọn --data khác.") from error

    def close(self) -> None:
        """Let another launcher have the folder."""
        self._lock.close()

    @property
    def run_file(self) -> Path:
        """``run.json``: addresses and process ids of the running instance."""
        return self.path / "run.json"

    @property
    def service_home(self) -> Path:
        """Where PostgreSQL lives: here, or below /var/tmp where another user must be able to reach it."""
        if os.geteuid() != 0 or _reachable_by_others(self.path):
            return self.path
        name = hashlib.sha256(str(self.path).encode()).hexdigest()[:12]
        home = Path("/var/tmp") / f"lgsp-{name}"  # noqa: S108 -- a traversable parent is the point; the folder is 0711
        home.mkdir(exist_ok=True)
        if home.stat().st_uid != 0:
            raise Stop(f"Thư mục {home} thuộc người dùng khác. Xóa nó hoặc chọn --data khác.")
        os.chmod(home, 0o711)
        return home


def _reachable_by_others(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [path, *path.parents])


def reachable_tree(tree: Path, home: Path) -> Path:
    """Return *tree*, or a copy below *home* when root's unprivileged server could not reach the original."""
    if os.geteuid() != 0 or _reachable_by_others(tree):
        return tree
    copy = home / f"server-{tree.stat().st_mtime_ns}"
    if not copy.exists():
        partial = home / f"{copy.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(tree, partial, symlinks=True)
        partial.rename(copy)
    return copy


def check_disk(path: Path) -> None:
    """Refuse to begin what would fill the disk."""
    free = shutil.disk_usage(path).free
    if free < NEEDED_BYTES:
        text = f"Ổ đĩa chứa {path} chỉ còn {free // 1_000_000} MB, cần {NEEDED_BYTES // 1_000_000} MB."
        raise Stop(f"{text} Giải phóng dung lượng rồi chạy lại.")
