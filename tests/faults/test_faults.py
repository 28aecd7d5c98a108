"""The short form of the fault suite: a product broken in one way, in four by `./run heavy`; all: `./run faults`."""

import subprocess
import sys

import pytest

from lgsp.launch.places import ROOT

SHORT = ("kill-backend",)
KINDS = (*SHORT, "kill-broker-worker", "kill-web", "kill-sealer")


@pytest.mark.xdist_group("faults")
@pytest.mark.clause("QC4.7", "QC8.5")
@pytest.mark.parametrize("kinds", [SHORT, pytest.param(KINDS, marks=pytest.mark.heavy)], ids=["short", "more"])
def test_what_is_killed_under_load_loses_and_doubles_nothing(kinds: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "tests.faults", "--short", "--rounds", str(len(kinds)), "--only", ",".join(kinds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert f"0 of {len(kinds)} rounds found anything" in done.stdout
