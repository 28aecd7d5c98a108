"""Processes of the launcher: none outlives it, and each ends with everything it started itself."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TETHER = Path(__file__).with_name("tether.py")
LAUNCH = secrets.token_hex(8)  # marks, in their environment, the processes of this launcher and their children
LOG_BYTES = 5_000_000
Process = subprocess.Popen[bytes]


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask *condition* again and again; return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tied(
    command: list[str], *, kind: int = signal.SIGTERM, note: Path | None = None, user: int | None = None
) -> list[str]:
    """Return *command* as one that gets signal *kind* when this process dies."""
    first = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(kind))]
    return [*first, str(note or "-"), "-" if user is None else str(user), *command]


def run(
    command: list[str],
    *,
    kind: int = signal.SIGTERM,
    user: int | None = None,
    patience: float = 5,
    meanwhile: Callable[["subprocess.Popen[str]"], None] = lambda _process: None,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run to the end, in a session of its own; when interrupted, end it and its children, then go on raising.

    *meanwhile* is done when it has begun, with the process; what that raises ends it, too.
    """
    options["env"] = {**options.get("env", os.environ), "LGSP_LAUNCH": LAUNCH}
    process = subprocess.Popen(
        tied(command, kind=kind, user=user), start_new_session=True, text=True, errors="replace", **options
    )
    try:
        meanwhile(process)
        out, err = process.communicate()
    except BaseException:
        end([process], kind, patience)
        raise
    return subprocess.CompletedProcess(command, process.returncode, out or "", err or "")


def spawn(
    name: str,
    command: list[str],
    folder: Path,
    *,
    kind: int = signal.SIGTERM,
    user: int | None = None,
    **options: Any,
) -> Process:
    """Start a server of the data folder: its own session, log ``log/<name>.log``, note ``processes/<name>``."""
    notes = folder / "processes"
    notes.mkdir(mode=0o700, exist_ok=True)
    options["env"] = {**options.get("env", os.environ), "LGSP_LAUNCH": LAUNCH}
    path = log_of(folder, name)
    shorten(path)
    path.touch(mode=0o600)
    with path.open("ab") as log:
        return subprocess.Popen(
            tied(command, kind=kind, note=notes / name, user=user),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
            **options,
        )


def log_of(folder: Path, name: str) -> Path:
    """Return where process *name* writes what it says."""
    return folder / "log" / f"{name}.log"


def shorten(log: Path) -> None:
    """Keep a log below its bound: its text moves to ``.log.1``; whoever appends goes on at the beginning."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copy(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def end(processes: Iterable[Process], kind: int = signal.SIGTERM, seconds: float = 15) -> None:
    """Ask all of them to end, wait, then kill what is left of their sessions (prefork children among it)."""
    asked = list(processes)
    for process in asked:
        if process.poll() is None:
            process.send_signal(kind)
    deadline = time.monotonic() + seconds
    for process in asked:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@dataclass(frozen=True)
class _Noted:
    """What a note says: the leader of a session, how it likes to be ended, whose launch it was."""

    pid: int
    kind: int
    launch: str

    def alive(self) -> list[int]:
        """Return what lives of it; the mark in the environment rules out a stranger under a number used again."""
        return [pid for pid in _session(self.pid) if f"LGSP_LAUNCH={self.launch}".encode() in _environment(pid)]


def end_left_over(folder: Path, seconds: float = 20) -> None:
    """End what an earlier launcher of this data folder left behind, by its notes, never by name."""
    for partial in (folder / "processes").glob("*.partial"):
        partial.unlink()
    notes = {path: _read(path) for path in (folder / "processes").glob("*")}
    noted = [note for note in notes.values() if note is not None]
    for note in noted:
        if note.pid in note.alive():
            _send(note.pid, note.kind)
    if not until(lambda: not any(note.alive() for note in noted), seconds):
        for pid in {pid for note in noted for pid in note.alive()}:
            _send(pid, signal.SIGKILL)
        until(lambda: not any(note.alive() for note in noted), 5)
    for path in notes:
        path.unlink(missing_ok=True)


def _read(path: Path) -> _Noted | None:
    try:
        pid, kind, launch = path.read_text().split()
        return _Noted(int(pid), int(kind), launch)
    except (OSError, ValueError):
        return None


def _send(pid: int, kind: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, kind)


def _session(leader: int) -> list[int]:
    """Return the living processes of a session (fields 3 and 6 of /proc/…/stat)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] not in "ZX":
                found.append(int(folder.name))
    return found


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
