"""What `./run` starts beside the servers. A new process is one row of :func:`commands`."""

import time
import urllib.request
from pathlib import Path

from lgsp.launch import processes
from lgsp.launch.places import PYTHON, ROOT, DataFolder
from lgsp.launch.terminal import Stop, say

READY_SECONDS = 120


def commands(folder: Path, port: int, provider_port: int) -> dict[str, list[str]]:
    """Return the command of each process by name; the sample provider only where it has a port."""
    celery = [str(PYTHON), "-W", "ignore", "-m", "celery", "-A", "lgsp.celery:app"]
    web = [str(PYTHON), "-m", "uvicorn", "lgsp.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    # Whose X-Forwarded-For is believed is our own setting, not the server's (LGSP_TRUSTED_PROXIES).
    quiet = ["--no-server-header", "--no-access-log", "--no-proxy-headers"]
    provider = [str(PYTHON), "-m", "lgsp.provider", "--port", str(provider_port)]
    return {
        **({"provider": provider} if provider_port else {}),
        "web": [*web, "--http", "broker.server:StrictProtocol", "--loop", "uvloop", *quiet],
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING"],
        "beat": [*celery, "beat", "-s", str(folder / "beat" / "schedule"), "--pidfile=", "-l", "WARNING"],
    }


def start(
    data: DataFolder, ports: tuple[int, int], variables: dict[str, str], started: dict[str, processes.Process]
) -> None:
    """Start all of it on *ports* (portal, provider); *started* is filled as it goes, so that what an interruption
    leaves can be ended."""
    for name, command in commands(data.path, *ports).items():
        started[name] = processes.spawn(name, command, data.path, cwd=ROOT, env=variables)


def wait_ready(port: int, watched: dict[str, processes.Process], folder: Path) -> None:
    """Wait until the portal says it is ready. Raises :class:`Stop` when a process ends or time runs out."""

    def ready() -> bool:
        raise_if_dead(watched, folder)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    if not processes.until(ready, READY_SECONDS):
        log = processes.log_of(folder, "web")
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
