"""The short form of the fault suite: a product broken in four ways, by `./run heavy`; all ways: `./run faults`."""

import subprocess
import sys

import pytest

from lgsp.launch.places import ROOT

KINDS = ("kill-backend", "kill-broker-worker", "kill-web", "kill-sealer")


@pytest.mark.heavy
@pytest.mark.xdist_group("faults")
@pytest.mark.clause("QC4.7", "QC8.5")
def test_what_is_killed_under_load_loses_and_doubles_nothing() -> None:
    command = [sys.executable, "-m", "tests.faults", "--short", "--rounds", str(len(KINDS)), "--only", ",".join(KINDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert f"0 of {len(KINDS)} rounds found anything" in done.stdout
