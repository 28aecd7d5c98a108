"""However the launcher ends, nothing it started lives on; what outlived one all the same is ended by the next."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lgsp.launch import processes
from lgsp.launch.places import ROOT, DataFolder
from lgsp.launch.services import free_port

# A server that has a child, and may be deaf to polite signals.
SERVER = """
import signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import signal, time; %s; time.sleep(300)" % (
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)" if "deaf" in sys.argv else "pass")])
print(child.pid, flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else lambda *_: (child.kill(), sys.exit(0)))
time.sleep(300)
"""
LAUNCHER = f"""
import sys, time
from pathlib import Path
from lgsp.launch import processes
processes.spawn("server", [sys.executable, "-c", {SERVER!r}, *sys.argv[2:]], Path(sys.argv[1]))
time.sleep(300)
"""
LONG_STEP = f"""
import sys
from lgsp.launch import cli, processes
cli.COMMANDS["help"] = (lambda _arguments: processes.run([sys.executable, "-c", {SERVER!r}, "deaf"]).returncode, "")
sys.exit(cli.main(["help"]))
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(pids: list[int], seconds: float = 30) -> bool:
    return processes.until(lambda: not any(map(alive, pids)), seconds)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a script of ours; whatever happens, it is gone afterwards."""
    started: list[subprocess.Popen[str]] = []
    # Under nohup the tests would hand an ignored SIGHUP on, and the launcher rightly keeps ignoring it.
    kept = signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def run(source: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield run
    signal.signal(signal.SIGHUP, kept)
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def launched(start: Callable[..., subprocess.Popen[str]], folder: Path, *how: str) -> tuple[int, list[int]]:
    """Start a launcher with one server; return its number and those of the server and the server's child."""
    DataFolder(folder).close()
    launcher = start(LAUNCHER, str(folder), *how)
    log = processes.log_of(folder, "server")
    assert processes.until(lambda: log.exists() and log.read_text().endswith("\n"), 30)
    server = int((folder / "processes" / "server").read_text().split()[0])
    return launcher.pid, [server, int(log.read_text())]


def test_a_server_dies_with_a_launcher_that_was_killed_outright(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    launcher, pids = launched(start, tmp_path)
    assert all(map(alive, pids))
    os.kill(launcher, signal.SIGKILL)
    assert gone(pids)


def test_what_outlived_its_launcher_is_ended_with_its_children_by_the_next(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    launcher, pids = launched(start, tmp_path, "deaf")
    os.kill(launcher, signal.SIGKILL)
    time.sleep(0.5)
    assert all(map(alive, pids))
    processes.end_left_over(tmp_path, seconds=0.5)
    # Killed, a process may still be leaving: its memory is gone before its number is.
    assert gone(pids, seconds=5)
    assert list((tmp_path / "processes").iterdir()) == []


def test_a_child_whose_leader_is_gone_is_ended_too(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    launcher, (server, child) = launched(start, tmp_path, "deaf")
    os.kill(launcher, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    assert gone([server])
    assert alive(child)
    processes.end_left_over(tmp_path, seconds=0.5)
    assert gone([child], seconds=5)


def test_a_stranger_under_a_noted_number_is_left_alone(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    stranger = start("import time; time.sleep(300)")
    (tmp_path / "processes").mkdir()
    (tmp_path / "processes" / "web").write_text(f"{stranger.pid} 15 0123456789abcdef")
    (tmp_path / "processes" / "odd").write_text("not a note")
    processes.end_left_over(tmp_path, seconds=0.5)
    assert alive(stranger.pid)
    assert list((tmp_path / "processes").iterdir()) == []


@pytest.mark.parametrize("kinds", [[signal.SIGINT, signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP]])
def test_an_interrupted_step_leaves_nothing(
    start: Callable[..., subprocess.Popen[str]], kinds: list[signal.Signals]
) -> None:
    launcher = start(LONG_STEP)
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    for kind in kinds:
        launcher.send_signal(kind)
        time.sleep(0.2)
    assert launcher.wait(30) == 130
    assert gone([child], 1)


def test_a_log_stays_within_its_bound_while_its_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 100)
    log = tmp_path / "web.log"
    with log.open("a") as out:
        out.write("a" * 150)
        out.flush()
        processes.shorten(log)
        out.write("sau")
    assert log.read_text() == "sau"
    assert log.with_suffix(".log.1").read_text() == "a" * 150


@pytest.mark.clause("QC14.1", "Q50-12.2a")
@pytest.mark.heavy
def test_the_product_starts_again_after_a_kill_and_leaves_nothing_after_a_signal(tmp_path: Path) -> None:
    """The whole product, twice: killed outright while it runs, then stopped as Ctrl-C does, twice."""
    os.chmod(tmp_path, 0o711)
    folder = tmp_path / "dữ liệu của cổng"
    first, document = product(folder)
    pids = list(document["pids"].values())
    assert set(document["pids"]) >= {"launcher", "postgres", "valkey", "sealer", "web", "worker", "beat"}
    assert {"portal", "admin", "api"} <= document["addresses"].keys()
    with urllib.request.urlopen(f"{document['addresses']['portal']}readyz", timeout=10) as answer:
        assert answer.status == 200
    nothing_is_open_to_others(folder)
    no_secret_in_a_command_line(folder, pids)
    assert manage(folder, "show_urls_that_is_not").returncode != 0
    counted = manage(folder, "shell", "-v0", "-c", "from accounts.models import Agency; print(Agency.objects.count())")
    assert int(counted.stdout) >= 124
    first.kill()
    first.wait()
    assert gone(pids)
    assert (folder / "run.json").exists()
    # Stopped: its servers are started for the command alone, and nothing of the old run is believed.
    assert manage(folder, "check").returncode == 0
    second, document = product(folder)
    second.send_signal(signal.SIGINT)
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 0
    assert not any(alive(pid) for pid in document["pids"].values())
    assert not (folder / "run.json").exists()
    assert list((folder / "processes").iterdir()) == []


def outside() -> dict[str, str]:
    """The environment of somebody who runs the product, not of a test."""
    ours = ("LGSP_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "PYTEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def product(folder: Path) -> tuple[subprocess.Popen[bytes], dict]:
    """Start the product on a port of its own and wait until it says where it is."""
    port = free_port()
    written = (folder / "run.json").stat().st_mtime_ns if (folder / "run.json").exists() else 0
    command = [sys.executable, str(ROOT / "run"), "--port", str(port), "--data", str(folder)]
    with (folder.parent / "said").open("ab") as said:
        process = subprocess.Popen(command, env=outside(), stdout=said, stderr=said, start_new_session=True)

    def ready() -> bool:
        assert process.poll() is None, (folder.parent / "said").read_text()
        return (folder / "run.json").exists() and (folder / "run.json").stat().st_mtime_ns != written

    assert processes.until(ready, 150), (folder.parent / "said").read_text()
    return process, json.loads((folder / "run.json").read_text(encoding="utf-8"))


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "run"), "manage", "--data", str(folder), *arguments]
    return subprocess.run(command, env=outside(), capture_output=True, text=True, check=False, timeout=120)


def nothing_is_open_to_others(folder: Path) -> None:
    """Of the files, only those without a secret may be read by others; the folders above them are closed."""
    for name in ("run.json", "secrets.json", "demo.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600, name
    for path in folder.iterdir():
        if path.is_dir():
            assert path.stat().st_mode & 0o077 == 0, path
    assert folder.stat().st_mode & 0o066 == 0


def no_secret_in_a_command_line(folder: Path, pids: list[int]) -> None:
    secrets = json.loads((folder / "secrets.json").read_text()).values()
    for pid in pids:
        said = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        assert not [secret for secret in secrets if secret.removeprefix("v1:") in said]
