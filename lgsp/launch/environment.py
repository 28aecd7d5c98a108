"""The virtual environment, made from hash-pinned lock files."""

import ast
import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT, VENV, check_disk
from lgsp.launch.terminal import Stop, step

NEEDED_BYTES = 1_500_000_000
_INSTALLER = ROOT / "requirements" / "installer.lock"
# Every package is named in the lock, so nothing is resolved; byte code is written when a module is first used.
_PIP = "--disable-pip-version-check --no-input"
_INSTALL = f"install --quiet {_PIP} --no-deps --no-compile --require-hashes"
# All indexes are asked, as pip asks them: a package is known by its hash, not by where it came from.
_FAST = "pip install --quiet --no-deps --require-hashes --index-strategy unsafe-best-match"
# How the fast installer is told what pip knows here of the places packages come from.
_SAME = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "no-index": "--no-index",
    "trusted-host": "--allow-insecure-host",
}


def keep_byte_code() -> None:
    """Let every process started from here keep its byte code: compiling anew is half the time of a start.

    A caller who wants none beside the sources (``PYTHONDONTWRITEBYTECODE``) gets it inside the environment.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ["PYTHONPYCACHEPREFIX"] = str(VENV / "bytecode")


def ensure(lock_name: str) -> None:
    """Make the environment match ``requirements/<lock_name>.lock``; nothing to do when its stamp still fits."""
    with _alone():
        _ensure(lock_name)


def _ensure(lock_name: str) -> None:
    lock = ROOT / "requirements" / f"{lock_name}.lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp, unfinished = VENV / f"{lock_name}.stamp", VENV / "unfinished"
    whole = PYTHON.exists() and not unfinished.exists() and any(VENV.glob("*.stamp"))
    if whole and stamp.is_file() and stamp.read_text() == digest:
        return
    check_disk(ROOT, NEEDED_BYTES)
    if not whole:
        # An installation that broke off may hold halves of packages that pip takes for whole ones.
        _make()
    unfinished.touch()
    with step(f"Cài thư viện theo requirements/{lock_name}.lock"):
        if not _install_fast(lock):
            if not whole:
                _make()  # what it left may be halves, too
                unfinished.touch()
            _install(lock.read_text(encoding="utf-8"))
    stamp.write_text(digest)
    unfinished.unlink()


def _install_fast(lock: Path) -> bool:
    """Install what is locked by the installer that takes a third of the time; return whether it could.

    It downloads no Python and tries nothing twice: where it cannot, pip does it and says why not.
    """
    installer = VENV / "bin" / "uv"
    if not installer.exists():
        return False
    named, quiet = _places_of_packages(), {"UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1"}
    command = [str(installer), *_FAST.split(), "--python", str(PYTHON), *named, "-r", str(lock)]
    done = processes.run(
        command, env={**os.environ, **quiet}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, patience=5
    )
    return done.returncode == 0


def _places_of_packages() -> list[str]:
    """Return the places packages come from, as pip's files and the environment name them, for the fast installer."""
    listed = processes.run(
        [str(PYTHON), "-m", "pip", *_PIP.split(), "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ).stdout
    # The environment comes last and goes first.
    known = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)=(.+)$", listed, re.MULTILINE))
    named: list[str] = []
    for name, flag in _SAME.items():
        words = str(ast.literal_eval(known[name])).split() if name in known else []
        if name == "no-index":
            named += [flag] if words and words[0].lower() in ("1", "true", "yes", "on") else []
        else:
            named += [part for word in words for part in (flag, word)]
    return named


def _install(locked: str) -> None:
    """Install what is *locked*, dealt out to as many installers as there are cores: nothing waits for another.

    Raises :class:`Stop` with the reason of the first that failed.
    """
    packages = re.findall(r"^\S.*\n(?:[ \t].*\n)*", locked, re.MULTILINE)
    hands = min(os.cpu_count() or 1, 4)
    running: list[tuple[processes.Process, Path]] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            for hand in range(hands):
                part, said = Path(folder) / f"{hand}.txt", Path(folder) / f"{hand}.log"
                part.write_text("".join(packages[hand::hands]), encoding="utf-8")
                command = processes.tied([str(PYTHON), "-m", "pip", *_INSTALL.split(), "-r", str(part)])
                with said.open("wb") as out:
                    process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
                running.append((process, said))
            failed = [said for process, said in running if process.wait()]
        finally:
            processes.end([process for process, _said in running], seconds=5)
        if failed:
            raise Stop(_reason(failed[0].read_text(errors="replace").strip()))


def _reason(output: str) -> str:
    if "No space left" in output:
        return f"Ổ đĩa chứa {VENV} hết chỗ khi đang cài thư viện. Giải phóng dung lượng rồi chạy lại."
    if "DO NOT MATCH THE HASHES" in output:
        return "Gói tải về khác mã băm trong tệp khóa nên không được cài. Kiểm tra kho gói đang dùng rồi chạy lại."
    last = " ".join(output.splitlines()[-1:])
    return f"Không cài được thư viện ({last}). Kiểm tra kết nối tới kho gói và phiên bản Python rồi chạy lại."


@contextmanager
def _alone() -> Iterator[None]:
    """Let one launcher at a time change the environment; a file system without locks goes without."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make() -> None:
    if VENV.is_symlink():
        # Emptying it would empty somebody else's.
        raise Stop(f"{VENV} là một liên kết nên không được làm lại. Xóa liên kết rồi chạy lại ./run.")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    remedy = f"Chạy: apt-get install python{version}-venv, rồi ./run lại."
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Stop(f"Python này thiếu venv. {remedy}")
    if not os.access(ROOT, os.W_OK):
        raise Stop(f"Không ghi được vào {ROOT} để tạo .venv. Chạy từ một bản sao của mình: git clone rồi ./run.")
    with step("Tạo môi trường .venv"):
        done = processes.run(
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    if done.returncode:
        raise Stop(f"Không tạo được .venv. {remedy}")
    with step("Chuẩn bị trình cài đặt"):
        _get_installers(remedy)


def _get_installers(remedy: str) -> None:
    """Put the locked installers in by the pip of the Python that runs this; raise :class:`Stop` with *remedy*.

    Where it has none, or nothing can be fetched, the pip that every Python brings along does the work, slower.
    """
    quiet = subprocess.DEVNULL
    fetch = [*_INSTALL.split(), "--retries", "0", "--timeout", "10", "-r", str(_INSTALLER)]
    if importlib.util.find_spec("pip") is not None:
        command = [sys.executable, "-m", "pip", "--python", str(PYTHON), *fetch]
        if processes.run(command, stdout=quiet, stderr=quiet).returncode == 0:
            return
    if processes.run([str(PYTHON), "-m", "ensurepip", "--default-pip"], stdout=quiet, stderr=quiet).returncode:
        raise Stop(f"Không tạo được .venv. {remedy}")
    processes.run([str(PYTHON), "-m", "pip", *fetch], stdout=quiet, stderr=quiet)
