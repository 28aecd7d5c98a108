"""A real instance in a folder of its own: the launcher as an operator starts it, with two broker workers."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from lgsp.launch import processes
from lgsp.launch.attach import running
from lgsp.launch.places import ROOT
from lgsp.launch.services import free_port

WORKERS = 2
START_SECONDS = 240.0
OURS = ("LGSP_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST")


@dataclass(slots=True)
class Instance:
    """The running instance: folder, launcher, where checkpoints go, and what ``run.json`` says at this moment."""

    folder: Path
    launcher: subprocess.Popen[bytes]
    outside: Path

    @property
    def told(self) -> dict[str, Any]:
        """Return ``run.json``."""
        found: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return found

    @property
    def pids(self) -> dict[str, int]:
        """Return the process ids by name; the launcher writes new ones when it starts something again."""
        found: dict[str, int] = self.told["pids"]
        return found

    @property
    def doors(self) -> tuple[str, str]:
        """Return host and port of the data plane and of the portal, which answers data services too."""
        addresses = self.told["addresses"]
        broker, portal = (addresses[name].removeprefix("http://").rstrip("/") for name in ("broker", "portal"))
        return broker, portal

    def connect(self) -> psycopg.Connection[Any]:
        """Connect to its database as nobody of the product does."""
        return psycopg.connect(self.told["database"], autocommit=True, connect_timeout=5, application_name="faults")

    def outside_fault(self) -> str:
        """Return what the sealer says it could not write, as the staff page shows it."""
        with self.connect() as own:
            row = own.execute("select outside_fault from audit_sealing").fetchone()
        return str(row[0]) if row else ""

    def ready(self) -> bool:
        """Say whether portal and data plane say that they are."""
        return all(_status(f"http://{door}/readyz") == 200 for door in self.doors)

    def variables(self) -> dict[str, str]:
        """Return the environment of its processes."""
        return {**running(self.folder), "LGSP_CHECKPOINT_DIR": str(self.outside)}


def children(pid: int) -> list[int]:
    """Return the children of a process, oldest first; none when it is gone."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid: int) -> bool:
    """Say whether a process lives and is no zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return int(answer.status)
    except OSError as error:
        return int(getattr(error, "code", 0))


def _last_words(place: Path) -> str:
    """Return the end of what the launcher, the portal and the broker said."""
    said = [place / "said", *(place / "data" / "log").glob("[bw][er]*.log")]
    return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in said if log.exists())


@contextmanager
def started(place: Path, outside: Path | None = None) -> Iterator[Instance]:
    """Start an instance below *place*, by an environment that names none; it ends with the block. What the launcher
    says is in ``place/said``; checkpoints go to *outside* where that is named."""
    place.chmod(0o711)  # the database's own user must pass through
    folder, port = place / "data", free_port()
    command = [sys.executable, str(ROOT / "run"), "--port", str(port), "--data", str(folder), "--no-demo"]
    with (place / "said").open("ab") as said:
        launcher = subprocess.Popen(
            processes.tied([*command, "--broker-workers", str(WORKERS)], kind=signal.SIGINT),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            env={**os.environ, **({"LGSP_CHECKPOINT_DIR": str(outside)} if outside else {})},
        )  # fmt: skip
    try:
        processes.until(lambda: (folder / "run.json").exists() or launcher.poll() is not None, START_SECONDS)
        if not (folder / "run.json").exists():
            raise RuntimeError(f"the instance did not start:\n{_last_words(place)}")
        yield Instance(folder, launcher, outside or folder / "checkpoints")
    finally:
        launcher.send_signal(signal.SIGCONT)
        launcher.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            launcher.wait(90)
        launcher.kill()
        launcher.wait()
        processes.end_left_over(folder)
