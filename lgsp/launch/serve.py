"""`./run`: the whole product in the foreground."""

import errno
import json
import os
import socket
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from lgsp.launch import environment, processes, product
from lgsp.launch.instance import Instance
from lgsp.launch.places import PYTHON, ROOT, DataFolder, check_disk, write_private
from lgsp.launch.terminal import Stop, say, step

# The longest call, which is answered before the broker ends.
PATIENCE_SECONDS = 40
# The status of `manage.py prepare` when nothing was changed and its last line says why.
MAY_NOT_START = 2


def serve(*, port: int, folder: Path, demo: bool, broker_workers: int = 0) -> int:
    """Start everything, wait until it is ready, print where it is, stop everything on Ctrl-C.

    With *broker_workers* that many processes answer data services on a port of their own, beside the portal's.
    """
    _require_port(port)
    try:
        with closing(DataFolder(folder)) as data:
            check_disk(data.path)
            environment.ensure("run")
            with Instance(data, public_port=port) as instance:
                started: dict[str, processes.Process] = {}
                try:
                    _run(instance, started, _ports(port, demo=demo, workers=broker_workers))
                finally:
                    if started:
                        say("Đang dừng …")
                    product.end(started, PATIENCE_SECONDS)
                    data.run_file.unlink(missing_ok=True)
    except KeyboardInterrupt:
        say("Đã dừng.")
    return 0


def _ports(port: int, *, demo: bool, workers: int) -> product.Ports:
    taken = port

    def free() -> int:
        nonlocal taken
        taken = _free_after(taken)
        return taken

    provider, examples = free() if demo else 0, free()
    return product.Ports(port, provider, free() if workers else 0, workers, examples)


def _run(instance: Instance, started: dict[str, processes.Process], ports: product.Ports) -> None:
    """Does not return: ends by an interruption or by :class:`Stop`."""
    data = instance.data
    variables = bring_up(instance, started, ports)
    _greet(ports, data.path)
    product.Watch(data, ports, variables, started, instance.servers()).run()


def bring_up(instance: Instance, started: dict[str, processes.Process], ports: product.Ports) -> dict[str, str]:
    """Prepare the data, start everything on *ports*, wait until it is ready.

    Writes ``run.json``; returns the environment of the instance's processes.
    """
    data, variables = instance.data, instance.environment()
    if ports.examples:
        variables.setdefault("LGSP_EXAMPLE_SERVER", ports.addresses()["examples"])
    _require_servers(instance, variables)
    provider = ports.addresses().get("provider", "")
    prepare = [str(PYTHON), "manage.py", "prepare", *(["--demo", "--provider", provider] if provider else [])]
    with step("Chuẩn bị dữ liệu"):
        done = processes.run(prepare, cwd=ROOT, env=variables, umask=0o077, stderr=subprocess.PIPE)
        if done.returncode == MAY_NOT_START:
            raise Stop(done.stderr.strip().splitlines()[-1])
        if done.stderr:
            say(done.stderr.strip(), stream=sys.stderr)
        if done.returncode:
            raise Stop("Chuẩn bị dữ liệu không xong; lỗi ở các dòng trên.")
    with step("Chờ cổng sẵn sàng"):
        product.start(data, ports, variables, started)
        product.wait_ready(ports, started, data.path)
    pids = {**instance.pids(), **{name: item.pid for name, item in started.items()}, "launcher": os.getpid()}
    write_private(
        data.run_file,
        {
            "addresses": ports.addresses(),
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


def _greet(ports: product.Ports, folder: Path) -> None:
    addresses = ports.addresses()
    say()
    say(f"Cổng:      {addresses['portal']}")
    say(f"Quản trị:  {addresses['admin']}")
    say(f"API:       {addresses['api']}")
    if ports.broker:
        say(f"Dữ liệu:   {addresses['broker']}api/data/ ({ports.workers} tiến trình)")
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
