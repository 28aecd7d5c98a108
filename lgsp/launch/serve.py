"""`./run`: the whole product in the foreground."""

import errno
import json
import os
import socket
import subprocess
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from lgsp.launch import environment, processes, product
from lgsp.launch.instance import Instance
from lgsp.launch.places import PYTHON, ROOT, DataFolder, check_disk, write_private
from lgsp.launch.terminal import Stop, say, step


def serve(*, port: int, folder: Path, demo: bool) -> int:
    """Start everything, wait until it is ready, print where it is, stop everything on Ctrl-C."""
    _require_port(port)
    try:
        with closing(DataFolder(folder)) as data:
            check_disk(data.path)
            environment.ensure("run")
            with Instance(data, public_port=port) as instance:
                started: dict[str, processes.Process] = {}
                try:
                    _run(instance, started, port=port, demo=demo)
                finally:
                    if started:
                        say("Đang dừng …")
                    processes.end(started.values())
                    data.run_file.unlink(missing_ok=True)
    except KeyboardInterrupt:
        say("Đã dừng.")
    return 0


def _run(instance: Instance, started: dict[str, processes.Process], *, port: int, demo: bool) -> None:
    """Does not return: ends by an interruption or by :class:`Stop`."""
    data = instance.data
    bring_up(instance, started, (port, _free_after(port) if demo else 0))
    _greet(f"http://127.0.0.1:{port}", data.path)
    servers = {name: item.process for name, item in instance.servers().items() if item.process is not None}
    product.watch({**servers, **started}, data.path)


def bring_up(instance: Instance, started: dict[str, processes.Process], ports: tuple[int, int]) -> dict[str, str]:
    """Prepare the data, start everything on *ports* (portal, sample provider; 0: none), wait until it is ready.

    Writes ``run.json``; returns the environment of the instance's processes.
    """
    port, provider_port = ports
    data, variables = instance.data, instance.environment()
    _require_servers(instance, variables)
    provider = f"http://127.0.0.1:{provider_port}" if provider_port else ""
    prepare = [str(PYTHON), "manage.py", "prepare", *(["--demo", "--provider", provider] if provider else [])]
    with step("Chuẩn bị dữ liệu"):
        if processes.run(prepare, cwd=ROOT, env=variables, umask=0o077).returncode:
            raise Stop("Chuẩn bị dữ liệu không xong; lỗi ở các dòng trên.")
    with step("Chờ cổng sẵn sàng"):
        product.start(data, ports, variables, started)
        product.wait_ready(port, started, data.path)
    pids = {**instance.pids(), **{name: item.pid for name, item in started.items()}, "launcher": os.getpid()}
    address = f"http://127.0.0.1:{port}"
    write_private(
        data.run_file,
        {
            "addresses": {
                "portal": f"{address}/",
                "admin": f"{address}/quan-tri/",
                "api": f"{address}/api/v1/",
                **({"provider": provider} if provider else {}),
            },
            "pids": pids,
            "database": variables["DATABASE_URL"],
            "redis": variables["REDIS_URL"],
            "started": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        },
    )
    return variables


def _require_port(port: int) -> None:
    reason = _refused(port)
    if reason is None:
        return
    free = _free_after(port)
    if reason in (errno.EACCES, errno.EPERM):
        text = f"Cổng {port} chỉ quản trị viên của máy được mở."
    else:
        text = f"Cổng {port} đang được chương trình khác dùng."
    raise Stop(f"{text} Chọn cổng khác: ./run --port {free}")


def _free_after(port: int) -> int:
    return next((other for other in range(max(port, 1023) + 1, 65536) if _refused(other) is None), 8000)


def _refused(port: int) -> int | None:
    """Return why the port cannot be opened, None when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno
    return None


def _require_servers(instance: Instance, variables: dict[str, str]) -> None:
    """Try servers the caller named before anything is built on them; one line says what is wrong with one."""
    if instance.postgres is not None and instance.valkey is not None:
        return
    with step("Thử kết nối máy chủ đã cho"):
        done = processes.run([str(PYTHON), "-m", "lgsp.servers"], cwd=ROOT, env=variables, stderr=subprocess.PIPE)
    if done.returncode:
        raise Stop(done.stderr.strip().splitlines()[-1])


def _greet(address: str, folder: Path) -> None:
    say()
    say(f"Cổng:      {address}/")
    say(f"Quản trị:  {address}/quan-tri/")
    say(f"API:       {address}/api/v1/")
    people: list[dict[str, str]] = []
    with suppress(OSError, ValueError, KeyError):
        people = json.loads((folder / "demo.json").read_text(encoding="utf-8"))["people"]
    if people:
        say()
        say(f"Người dùng mẫu (đầy đủ trong {folder / 'demo.json'}):")
        for row in people:
            second = f"  mã hai bước từ {row['totp_secret']}" if row["totp_secret"] else ""
            say(f"  {row['role']:<22} {row['email']:<38} {row['password']}{second}")
    else:
        say("Chưa có người dùng. Mời người đầu tiên: ./run manage invite_first_administrator --help")
    say()
    say("Ctrl-C để dừng.")
