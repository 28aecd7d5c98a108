"""The virtual environment, made from hash-pinned lock files."""

import hashlib
import importlib.util
import subprocess
import sys

from lgsp.launch.places import PYTHON, ROOT, VENV, check_disk
from lgsp.launch.terminal import Stop, step


def ensure(lock_name: str) -> None:
    """Make the environment match ``requirements/<lock_name>.lock``; nothing to do when its stamp still fits."""
    lock = ROOT / "requirements" / f"{lock_name}.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f"{lock_name}.stamp"
    if PYTHON.exists() and stamp.is_file() and stamp.read_text() == digest:
        return
    check_disk(ROOT)
    if not PYTHON.exists():
        _make()
    with step(f"Cài thư viện theo requirements/{lock_name}.lock"):
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*command, "--require-hashes", "-r", str(lock)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Stop(f"Không cài được thư viện: {' '.join(last)}. Kiểm tra kết nối tới kho gói rồi chạy lại.")
    stamp.write_text(digest)


def _make() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Stop(f"Python này thiếu venv. Chạy: apt-get install python{version}-venv, rồi ./run lại.")
    with step("Tạo môi trường .venv"):
        done = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise Stop("Không tạo được .venv. Chạy: apt-get install python3-venv, rồi ./run lại.")
