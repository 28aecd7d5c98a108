"""Worker, beat and mail server of a running product killed in turn: what is due is told once, nothing is missing."""

import subprocess
import sys

import pytest

from lgsp.launch.places import ROOT


@pytest.mark.heavy
@pytest.mark.xdist_group("faults")
@pytest.mark.clause("QC14.3", "Q50-12.2b")
def test_worker_beat_and_mail_server_killed_in_turn_tell_everything_once() -> None:
    command = [sys.executable, "-m", "tests.faults.telling"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "0 faults: none" in done.stdout
