"""What ends is started again by the launcher: killed outright, its children left, its server not willing at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lgsp.launch import processes, product
from lgsp.launch.places import DataFolder, write_private
from lgsp.launch.terminal import Stop
from tests.launch.test_endings import alive

# A leader with a child that does not end by itself.
LEADER = [
    sys.executable,
    "-c",
    "import subprocess as s, time; print(s.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)",
]


class Server:
    """Stands for PostgreSQL: refuses to start as often as it was told."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.starts = refusals, 0
        self.process: processes.Process | None = subprocess.Popen(["sleep", "300"])

    def start(self) -> None:
        self.starts += 1
        if self.starts <= self.refusals:
            raise Stop("chưa được")
        self.process = subprocess.Popen(["sleep", "300"], start_new_session=True)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    with closing(DataFolder(tmp_path / "data")) as found:
        yield found


@pytest.fixture
def watch(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[product.Watch]:
    """A watch over two leaders and no server."""
    monkeypatch.setattr(product, "commands", lambda _folder, _ports: {"web": LEADER, product.SEALER: LEADER})
    found = product.Watch(data, product.Ports(1), dict(os.environ), {})
    product.start(data, found.ports, found.variables, found.started)
    write_private(data.run_file, {"pids": {name: item.pid for name, item in found.started.items()} | {"launcher": 1}})
    yield found
    processes.end(found.started.values(), signal.SIGKILL)
    for server in found.servers.values():
        if server.process is not None:
            server.process.kill()
            server.process.wait()


def looked(watch: product.Watch) -> bool:
    watch.look()
    return True


def child_of(data: DataFolder, name: str) -> int:
    log = processes.log_of(data.path, name)
    assert processes.until(lambda: log.exists() and log.read_text().endswith("\n"), 30)
    return int(log.read_text().split()[-1])


@pytest.mark.parametrize("name", ["web", product.SEALER])
def test_what_was_killed_is_started_again_and_its_children_are_gone(
    name: str, data: DataFolder, watch: product.Watch
) -> None:
    child, first, others = child_of(data, name), watch.started[name], dict(watch.started)
    watch.look()
    assert watch.started == others
    first.kill()
    first.wait()
    assert alive(child)
    watch.look()
    assert watch.started[name].pid != first.pid
    assert watch.started[name].poll() is None
    assert processes.until(lambda: not alive(child), 5)
    assert json.loads(data.run_file.read_text())["pids"] == {
        "launcher": 1,
        **{one: item.pid for one, item in watch.started.items()},
    }


def test_what_ends_again_at_once_is_not_started_faster_and_faster(watch: product.Watch) -> None:
    seen = set()
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        watch.started["web"].kill()
        watch.started["web"].wait()
        watch.look()
        seen.add(watch.started["web"].pid)
    assert len(seen) == 1


def test_a_server_that_will_not_start_yet_is_tried_again(watch: product.Watch, capsys: pytest.CaptureFixture) -> None:
    server = Server(refusals=1)
    watch.servers = {"postgres": server}
    ended = server.process
    assert ended is not None
    ended.kill()
    ended.wait()
    watch.look()
    assert (server.starts, server.process) == (1, ended)
    assert "chưa được" in capsys.readouterr().out
    watch.look()
    assert server.starts == 1
    assert processes.until(lambda: looked(watch) and server.starts == 2, 5)
    assert server.process is not None
    assert server.process.poll() is None


def test_a_full_disk_ends_no_watch(data: DataFolder, watch: product.Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither keeping logs short nor starting something again works; both do once there is room."""

    def full(*_ignored: object, **_also: object) -> None:
        raise OSError(28, "No space left on device")

    ended = watch.started["web"]
    with monkeypatch.context() as patched:
        patched.setattr(processes, "shorten", full)
        patched.setattr(product, "_start", full)
        ended.kill()
        ended.wait()
        watch.look()
        assert watch.started["web"] is ended
    assert processes.until(lambda: looked(watch) and watch.started["web"] is not ended, 5)
    assert watch.started["web"].poll() is None
