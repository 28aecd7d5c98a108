"""Where things are: the checkout, its virtual environment, the data folder and its lock."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from lgsp.launch.terminal import Stop

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED_BYTES = 400_000_000
RESTORING = "restoring"
_WHY = {
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EROFS: "ổ đĩa chỉ đọc",
    errno.ENOTDIR: "trong đường dẫn có tệp không phải thư mục",
    errno.EEXIST: "đã có tệp trùng tên",
    errno.ENOENT: "đường dẫn không có",
    errno.ENOSPC: "ổ đĩa hết chỗ",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.ELOOP: "liên kết đi vòng",
}


def site_packages() -> Path:
    """Return the environment's package folder, whichever Python made it."""
    return next(VENV.glob("lib/python3*/site-packages"), VENV)


def write_private(path: Path, document: Any) -> None:
    """Write JSON readable by the owner only, all or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
    os.chmod(temporary, 0o600)
    os.replace(temporary, path)


class InUse(Stop):
    """Another launcher holds the data folder."""


class DataFolder:
    """The folder an instance keeps everything in; one launcher holds it at a time.

    One that a restore was broken off in is refused to all but another restore, which says *restoring*.
    """

    def __init__(self, path: Path, *, restoring: bool = False) -> None:
        try:
            self.path = path.expanduser().resolve()
            if not restoring and (self.path / RESTORING).exists():
                raise Stop(f"Lần khôi phục vào {self.path} chưa xong. Xóa thư mục đó rồi khôi phục lại: ./run restore")
            self._take()
        except (OSError, RuntimeError) as error:
            why = _WHY.get(getattr(error, "errno", None) or errno.ELOOP, "hệ thống từ chối")
            raise Stop(
                f"Không ghi được vào thư mục {path} ({why}). Chọn thư mục khác: ./run --data THƯ_MỤC"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InUse(f"Một ./run khác đang dùng {self.path}. Dừng nó (Ctrl-C) hoặc chọn --data khác.") from error

    def _take(self) -> None:
        """Make the folder, or see that it is ours: a stranger's must neither be filled nor get other permissions."""
        self.path.mkdir(parents=True, exist_ok=True)
        content = {entry.name for entry in self.path.iterdir()} - {"lost+found"}
        if content and "lock" not in content:
            raise Stop(f"Thư mục {self.path} chứa tệp khác, không phải dữ liệu của cổng. Chọn một thư mục trống.")
        if content and self.path.stat().st_uid != os.geteuid():
            raise Stop(f"Thư mục {self.path} thuộc người dùng khác. Chạy bằng người dùng đó hoặc chọn --data khác.")
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "")
        # Root's PostgreSQL runs as somebody else and must be able to pass through.
        os.chmod(self.path, 0o711 if os.geteuid() == 0 else 0o700)
        self._lock = (self.path / "lock").open("w")
        for name in ("log", "mail", "files", "beat", "processes", "sealing"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)
            os.chmod(self.path / name, 0o700)

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
        for path in [partial, *partial.rglob("*")]:
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        partial.rename(copy)
    return copy


def check_disk(path: Path, needed: int = NEEDED_BYTES) -> None:
    """Refuse to begin what would fill the disk; *needed* in bytes."""
    free = shutil.disk_usage(path).free
    if free < needed:
        text = f"Ổ đĩa chứa {path} chỉ còn {free // 1_000_000} MB, cần {needed // 1_000_000} MB."
        raise Stop(f"{text} Giải phóng dung lượng rồi chạy lại.")
