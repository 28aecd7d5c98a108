"""What `./run` starts beside the servers. A new process is one row of :func:`commands`."""

import json
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT, DataFolder, write_private
from lgsp.launch.sealing import KEY_FILE, key_file
from lgsp.launch.terminal import Stop, say

READY_SECONDS = 120
SEALER = "sealer"
# One that ends at once is not started again faster than this.
AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the processes listen; 0: there is none. ``workers`` is how many share the broker's own port."""

    portal: int
    provider: int = 0
    broker: int = 0
    workers: int = 0
    examples: int = 0

    def addresses(self) -> dict[str, str]:
        """Return what ``run.json`` says of them; data services are at the portal's address too."""
        portal = f"http://127.0.0.1:{self.portal}"
        named = {"portal": f"{portal}/", "admin": f"{portal}/quan-tri/", "api": f"{portal}/api/v1/"}
        named["broker"] = f"http://127.0.0.1:{self.broker or self.portal}/"
        beside = {"provider": self.provider, "examples": self.examples}
        return {**named, **{name: f"http://127.0.0.1:{port}" for name, port in beside.items() if port}}


def commands(folder: Path, ports: Ports) -> dict[str, list[str]]:
    """Return the command of each process by name; what has no port of its own is left out."""
    celery = [str(PYTHON), "-W", "ignore", "-m", "celery", "-A", "lgsp.celery:app"]
    web = [str(PYTHON), "-m", "uvicorn", "lgsp.asgi:application", "--host", "127.0.0.1"]
    web += ["--port", str(ports.portal), "--http", "broker.server:StrictProtocol", "--loop", "uvloop", "--ws", "none"]
    web += ["--timeout-keep-alive", "60", "--timeout-graceful-shutdown", "32"]
    # Whose X-Forwarded-For is believed is our own setting, not the server's (LGSP_TRUSTED_PROXIES).
    quiet = ["--no-server-header", "--no-access-log", "--no-proxy-headers"]
    provider = [str(PYTHON), "-m", "lgsp.provider", "--port", str(ports.provider)]
    broker = [str(PYTHON), "-m", "lgsp.data_plane", "--port", str(ports.broker), "--workers", str(ports.workers)]
    examples = [str(PYTHON), "-m", "lgsp.examples", "--port", str(ports.examples)]
    return {
        SEALER: [str(PYTHON), "-m", "lgsp.sealer"],
        **({"provider": provider} if ports.provider else {}),
        **({"examples": examples} if ports.examples else {}),
        "web": [*web, *quiet],
        **({"broker": broker} if ports.broker else {}),
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING"],
        "beat": [*celery, "beat", "-s", str(folder / "beat" / "schedule"), "--pidfile=", "-l", "WARNING"],
    }


def start(data: DataFolder, ports: Ports, variables: dict[str, str], started: dict[str, processes.Process]) -> None:
    """Start all of it; *started* is filled as it goes, so that what an interruption leaves can be ended."""
    for name in commands(data.path, ports):
        started[name] = _start(name, data, ports, variables)


def _start(name: str, data: DataFolder, ports: Ports, variables: dict[str, str]) -> processes.Process:
    """Start one; only the sealer is told where the sealing key is."""
    kept = {key: text for key, text in variables.items() if key != KEY_FILE}
    if name == SEALER:
        kept[KEY_FILE] = variables.get(KEY_FILE) or str(key_file(data.path))
    return processes.spawn(name, commands(data.path, ports)[name], data.path, cwd=ROOT, env=kept)


def end(started: dict[str, processes.Process], seconds: float) -> None:
    """End all of it, the sealer last: what the others write when they end is sealed too."""
    processes.end((item for name, item in started.items() if name != SEALER), seconds=seconds)
    processes.end((item for name, item in started.items() if name == SEALER), seconds=seconds)


def wait_ready(ports: Ports, watched: dict[str, processes.Process], folder: Path) -> None:
    """Wait until portal and broker say they are ready. Raises :class:`Stop` when a process ends or time runs out."""
    _wait(ports.portal, "web", watched, folder)
    if ports.broker:
        _wait(ports.broker, "broker", watched, folder)


def _wait(port: int, name: str, watched: dict[str, processes.Process], folder: Path) -> None:
    def ready() -> bool:
        raise_if_dead(watched, folder)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    if not processes.until(ready, READY_SECONDS):
        log = processes.log_of(folder, name)
        raise Stop(f"Cổng chưa sẵn sàng sau {READY_SECONDS} giây; xem {log}")


def raise_if_dead(watched: dict[str, processes.Process], folder: Path) -> None:
    """Show the last lines of a process that ended by itself and stop."""
    for name, process in watched.items():
        if process.poll() is not None:
            log = processes.log_of(folder, name)
            for line in log.read_text(errors="replace").splitlines()[-8:]:
                say(f"  {name}: {line}")
            raise Stop(f"Tiến trình {name} đã dừng (mã {process.returncode}); xem {log}")


@dataclass
class Watch:
    """Looks after the processes ``started`` (and the servers ``beside``), and the size of their logs."""

    data: DataFolder
    ports: Ports
    variables: dict[str, str]
    started: dict[str, processes.Process]
    beside: Mapping[str, processes.Process] = field(default_factory=dict)
    _not_before: float = 0.0

    def run(self) -> None:
        """Watch until one ends that is not started again, or somebody interrupts."""
        while True:
            watched = {**self.beside, **self.started}
            raise_if_dead({name: item for name, item in watched.items() if name != SEALER}, self.data.path)
            self._revive()
            for name in watched:
                processes.shorten(processes.log_of(self.data.path, name))
            time.sleep(0.5)

    def _revive(self) -> None:
        """Start a sealer that ended again: calls go on meanwhile, and it goes on where it stopped."""
        ended = self.started.get(SEALER)
        if ended is None or ended.poll() is None or time.monotonic() < self._not_before:
            return
        say(f"Tiến trình {SEALER} đã dừng (mã {ended.returncode}); khởi động lại.")
        self._not_before = time.monotonic() + AGAIN_SECONDS
        self.started[SEALER] = again = _start(SEALER, self.data, self.ports, self.variables)
        with suppress(OSError, ValueError, KeyError):
            told = json.loads(self.data.run_file.read_text(encoding="utf-8"))
            told["pids"][SEALER] = again.pid
            write_private(self.data.run_file, told)
