"""The launcher and the sealer: the key goes to it alone, it is started again, and it ends last."""

import json
import os
import signal
import sys
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from audit.sealing.notes import Signer, Verifier
from lgsp.launch import processes, product
from lgsp.launch.places import DataFolder, write_private
from lgsp.launch.sealing import KEY_FILE, key_file, public_key

PORTS = product.Ports(1)
# Says what it was told and when it ended; lives until it is asked to end.
SCRIPT = """
import json, os, pathlib, signal, sys, time
path = pathlib.Path(sys.argv[1])
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
path.write_text(json.dumps([os.getpid(), os.environ.get("LGSP_SEALING_KEY_FILE", "")]))
while not ended:
    time.sleep(0.02)
path.with_suffix(".ended").write_text(repr(time.monotonic()))
"""


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, processes.Process]:
    def commands(folder: Path, _ports: product.Ports) -> dict[str, list[str]]:
        return {name: [sys.executable, "-c", SCRIPT, str(folder / f"{name}.told")] for name in ("sealer", "web")}

    monkeypatch.setattr(product, "commands", commands)
    monkeypatch.setattr(product, "AGAIN_SECONDS", 0.0)
    return {}


def told(folder: Path, name: str) -> list[str]:
    until = monotonic() + 20
    while monotonic() < until:
        with suppress(OSError, ValueError):
            found: list[str] = json.loads((folder / f"{name}.told").read_text())
            return found
        sleep(0.02)
    raise AssertionError(name)


def test_a_folder_gets_a_key_of_its_own_once(tmp_path: Path) -> None:
    public = public_key(tmp_path)
    assert Signer.parse(key_file(tmp_path).read_text()).verifier == Verifier.parse(public)
    assert key_file(tmp_path).stat().st_mode & 0o777 == 0o600
    assert public_key(tmp_path) == public
    # Broken off between the two files: nothing was signed with that key.
    (tmp_path / "sealing" / "public").unlink()
    assert public_key(tmp_path) != public


def test_the_key_is_told_to_the_sealer_alone_which_is_started_again_and_ends_last(
    tmp_path: Path, started: dict[str, processes.Process], capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(DataFolder(tmp_path)) as data:
        given = {**os.environ, KEY_FILE: ""}
        product.start(data, PORTS, given, started)
        try:
            assert told(tmp_path, "web")[1] == ""
            assert told(tmp_path, "sealer")[1] == str(key_file(data.path))
            write_private(data.run_file, {"pids": {name: item.pid for name, item in started.items()}})
            first = started["sealer"]
            watch = product.Watch(data, PORTS, given, started)
            (tmp_path / "sealer.told").unlink()
            first.send_signal(signal.SIGKILL)
            first.wait()

            watch.look()
            assert told(tmp_path, "sealer")[1] == str(key_file(data.path))
            assert json.loads(data.run_file.read_text())["pids"]["sealer"] == started["sealer"].pid != first.pid
            assert "khởi động lại" in capsys.readouterr().out
        finally:
            product.end(started, 20)
    web, sealer = (float((tmp_path / f"{name}.ended").read_text()) for name in ("web", "sealer"))
    assert web < sealer
