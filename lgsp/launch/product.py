"""What `./run` starts beside the servers. A new process is one row of :func:`commands`."""

import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT, DataFolder
from lgsp.launch.terminal import Stop, say

READY_SECONDS = 120


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
        **({"provider": provider} if ports.provider else {}),
        **({"examples": examples} if ports.examples else {}),
        "web": [*web, *quiet],
        **({"broker": broker} if ports.broker else {}),
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING"],
        "beat": [*celery, "beat", "-s", str(folder / "beat" / "schedule"), "--pidfile=", "-l", "WARNING"],
    }


def start(data: DataFolder, ports: Ports, variables: dict[str, str], started: dict[str, processes.Process]) -> None:
    """Start all of it; *started* is filled as it goes, so that what an interruption leaves can be ended."""
    for name, command in commands(data.path, ports).items():
        started[name] = processes.spawn(name, command, data.path, cwd=ROOT, env=variables)


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


def watch(watched: dict[str, processes.Process], folder: Path) -> None:
    """Look after the processes and the size of their logs until one ends or somebody interrupts."""
    while True:
        raise_if_dead(watched, folder)
        for name in watched:
            processes.shorten(processes.log_of(folder, name))
        time.sleep(0.5)
