"""`./run`: the whole product in the foreground."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lgsp.launch import environment
from lgsp.launch.instance import Instance
from lgsp.launch.places import PYTHON, ROOT, DataFolder, check_disk, write_private
from lgsp.launch.terminal import Stop, say, step

READY_SECONDS = 120


class Interrupted(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def _raise(*_ignored: object) -> None:
    raise Interrupted


def serve(*, port: int, folder: Path, demo: bool) -> int:
    """Start everything, wait until it is ready, print where it is, stop everything on Ctrl-C."""
    _require_port(port)
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, _raise)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    data: DataFolder | None = None
    try:
        data = DataFolder(folder)
        check_disk(data.path)
        environment.ensure("run")
        with Instance(data, public_port=port) as instance:
            try:
                return _run(instance, data, processes, port=port, demo=demo)
            finally:
                _hold_signals()
                _stop(processes)
                data.run_file.unlink(missing_ok=True)
    except Interrupted:
        say("Đã dừng.")
        return 0
    finally:
        if data is not None:
            data.close()


def _run(
    instance: Instance, data: DataFolder, processes: dict[str, subprocess.Popen[bytes]], *, port: int, demo: bool
) -> int:
    variables = instance.environment()
    prepare = [str(PYTHON), "manage.py", "prepare", *(["--demo"] if demo else [])]
    with step("Chuẩn bị dữ liệu"):
        if subprocess.run(prepare, cwd=ROOT, env=variables, check=False).returncode:
            raise Stop("Chuẩn bị dữ liệu không xong; lỗi ở các dòng trên.")
    (data.path / "beat").mkdir(exist_ok=True)
    for name, command in _commands(data.path, port).items():
        processes[name] = _spawn(data.path / "log" / f"{name}.log", command, variables)
    with step("Chờ cổng sẵn sàng"):
        _wait_ready(port, processes, data.path)
    pids = {**instance.pids(), **{name: item.pid for name, item in processes.items()}, "launcher": os.getpid()}
    address = f"http://127.0.0.1:{port}"
    write_private(
        data.run_file,
        {
            "addresses": {"portal": f"{address}/", "admin": f"{address}/quan-tri/", "api": f"{address}/api/v1/"},
            "pids": pids,
            "database": variables["DATABASE_URL"],
            "redis": variables["REDIS_URL"],
            "started": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        },
    )
    _greet(address, data.path)
    servers = {name: item.process for name, item in instance.servers().items() if item.process is not None}
    return _watch({**servers, **processes}, data.path)


def _require_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Stop(
                f"Cổng {port} đang được chương trình khác dùng. Chọn cổng khác: ./run --port {port + 1}"
            ) from error


def _commands(folder: Path, port: int) -> dict[str, list[str]]:
    celery = [str(PYTHON), "-W", "ignore", "-m", "celery", "-A", "lgsp.celery:app"]
    web = [str(PYTHON), "-m", "uvicorn", "lgsp.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    return {
        "web": [*web, "--http", "httptools", "--loop", "uvloop", "--no-server-header", "--no-access-log"],
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING"],
        "beat": [*celery, "beat", "-s", str(folder / "beat" / "schedule"), "--pidfile=", "-l", "WARNING"],
    }


def _spawn(log: Path, command: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )


def _wait_ready(port: int, processes: dict[str, subprocess.Popen[bytes]], folder: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        _raise_if_dead(processes, folder)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise Stop(f"Cổng chưa sẵn sàng sau {READY_SECONDS} giây; xem {folder / 'log' / 'web.log'}")


def _raise_if_dead(processes: dict[str, subprocess.Popen[bytes]], folder: Path) -> None:
    for name, process in processes.items():
        if process.poll() is not None:
            log = folder / "log" / f"{name}.log"
            for line in log.read_text(errors="replace").splitlines()[-8:]:
                say(f"  {name}: {line}")
            raise Stop(f"Tiến trình {name} đã dừng (mã {process.returncode}); xem {log}")


def _watch(processes: dict[str, subprocess.Popen[bytes]], folder: Path) -> int:
    while True:
        _raise_if_dead(processes, folder)
        time.sleep(0.5)


def _hold_signals() -> None:
    """A second Ctrl-C must not leave half of the processes behind."""
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, signal.SIG_IGN)


def _stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + 15
    for process in processes.values():
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        # Prefork children live in the session of their parent: what is left of it goes too.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _greet(address: str, folder: Path) -> None:
    say()
    say(f"Cổng:      {address}/")
    say(f"Quản trị:  {address}/quan-tri/")
    say(f"API:       {address}/api/v1/")
    people = folder / "demo.json"
    if people.exists():
        say()
        say(f"Người dùng mẫu (đầy đủ trong {people}):")
        for row in json.loads(people.read_text(encoding="utf-8"))["people"]:
            second = f"  mã hai bước từ {row['totp_secret']}" if row["totp_secret"] else ""
            say(f"  {row['role']:<22} {row['email']:<38} {row['password']}{second}")
    else:
        say("Chưa có người dùng. Mời người đầu tiên: ./run manage invite_first_administrator --help")
    say()
    say("Ctrl-C để dừng.")
