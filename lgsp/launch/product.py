"""What `./run` starts beside the servers. A new process is one row of :func:`commands`."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT, DataFolder, write_private
from lgsp.launch.sealing import KEY_FILE, key_file
from lgsp.launch.terminal import Stop, say

READY_SECONDS = 120
SEALER = "sealer"
# One that ends at once is not started again faster than this.
AGAIN_SECONDS = 5.0
# A server that could not start waits for what is in its way: memory of the one before, space on the disk.
FAILED_SECONDS = 1.0


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


class Server(Protocol):
    """What is started beside the processes: PostgreSQL, Valkey."""

    process: processes.Process | None

    def start(self) -> None:
        """Start and wait. Raises :class:`Stop`."""


@dataclass
class Watch:
    """Keeps the processes ``started`` and the ``servers`` beside them alive, and their logs within bounds.

    Each is stateless or recovers by itself, and what may happen once only is decided in the database: so whatever
    ends, killed or by a fault of its own, is started again. One that ends again at once is not started faster and
    faster; its log says why.
    """

    data: DataFolder
    ports: Ports
    variables: dict[str, str]
    started: dict[str, processes.Process]
    servers: Mapping[str, Server] = field(default_factory=dict)
    _not_before: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Watch until somebody interrupts."""
        while True:
            self.look()
            time.sleep(0.25)

    def look(self) -> None:
        """Start again what ended; keep logs short. A full disk or a server that will not start yet ends nothing."""
        # Servers first: the others need them.
        for name, server in self.servers.items():
            if server.process is not None and self._is_due(name, server.process):
                self._again(name, server.process, server.start)
        for name, process in list(self.started.items()):
            if self._is_due(name, process):
                self._again(name, process, partial(self._restart, name))
        for name in (*self.servers, *self.started):
            with suppress(OSError):
                processes.shorten(processes.log_of(self.data.path, name))

    def _is_due(self, name: str, process: processes.Process) -> bool:
        return process.poll() is not None and time.monotonic() >= self._not_before.get(name, 0.0)

    def _again(self, name: str, ended: processes.Process, start: Callable[[], None]) -> None:
        say(f"Tiến trình {name} đã dừng (mã {ended.returncode}); khởi động lại.")
        processes.end([ended])  # children it left, which hold its port or its work
        try:
            start()
        except (Stop, OSError) as error:
            say(str(error))
            self._not_before[name] = time.monotonic() + FAILED_SECONDS
        else:
            self._not_before[name] = time.monotonic() + AGAIN_SECONDS
        self._tell()

    def _restart(self, name: str) -> None:
        self.started[name] = _start(name, self.data, self.ports, self.variables)

    def _tell(self) -> None:
        """Write the new process ids to ``run.json``."""
        with suppress(OSError, ValueError, KeyError):
            told = json.loads(self.data.run_file.read_text(encoding="utf-8"))
            servers = {name: item.process for name, item in self.servers.items() if item.process is not None}
            told["pids"] |= {name: item.pid for name, item in {**servers, **self.started}.items()}
            write_private(self.data.run_file, told)
