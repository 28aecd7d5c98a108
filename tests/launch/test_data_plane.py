"""`./run --broker-workers N`: the broker beside the portal, on a port of its own."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from lgsp.launch import processes
from lgsp.launch.places import ROOT
from lgsp.launch.product import Ports, commands
from lgsp.launch.services import free_port
from tests.launch.test_endings import alive, outside


def test_one_command_has_no_broker_of_its_own(tmp_path: Path) -> None:
    ports = Ports(8000, 8001)
    assert set(commands(tmp_path, ports)) == {"sealer", "provider", "web", "worker", "beat"}
    assert ports.addresses()["broker"] == ports.addresses()["portal"] == "http://127.0.0.1:8000/"


def test_the_example_server_is_a_process_with_a_port_that_is_told(tmp_path: Path) -> None:
    ports = Ports(8000, examples=8003)
    assert commands(tmp_path, ports)["examples"][1:] == ["-m", "lgsp.examples", "--port", "8003"]
    assert ports.addresses()["examples"] == "http://127.0.0.1:8003"


def test_workers_have_a_port_of_their_own(tmp_path: Path) -> None:
    ports = Ports(8000, 0, 8002, 3)
    command = commands(tmp_path, ports)["broker"]
    assert command[1:] == ["-m", "lgsp.data_plane", "--port", "8002", "--workers", "3"]
    assert ports.addresses() == {
        "portal": "http://127.0.0.1:8000/",
        "admin": "http://127.0.0.1:8000/quan-tri/",
        "api": "http://127.0.0.1:8000/api/v1/",
        "broker": "http://127.0.0.1:8002/",
    }


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.heavy
def test_the_product_with_two_workers_starts_answers_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    tmp_path.chmod(0o711)
    command = [sys.executable, str(ROOT / "run"), "--port", str(free_port()), "--data", str(folder)]
    with (tmp_path / "said").open("ab") as said:
        process = subprocess.Popen(
            [*command, "--no-demo", "--broker-workers", "2"],
            env=outside(),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        assert processes.until(lambda: (folder / "run.json").exists() or process.poll() is not None, 150)
        assert process.poll() is None, (tmp_path / "said").read_text()
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        broker, portal = document["addresses"]["broker"], document["addresses"]["portal"]
        assert broker != portal
        assert status(f"{broker}readyz") == 200
        assert status(f"{broker}quan-tri/") == 404
        assert {status(f"{address}api/data/-/ping") for address in (broker, portal)} == {401}
        assert status(f"{broker}metrics") == 200
        keeper = document["pids"]["broker"]
        workers = [int(pid) for pid in Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()]
        assert len(workers) == 2
        assert (folder / f"broker-{broker.rstrip('/').rpartition(':')[2]}").stat().st_mode & 0o077 == 0
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(90) == 0
    assert not any(alive(pid) for pid in [*document["pids"].values(), *workers])
    assert not list(folder.glob("broker-*"))
