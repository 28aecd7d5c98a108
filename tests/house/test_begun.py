"""The processes of `./run test` are forked from one that has imported all tests (tests/begun.py)."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = """
import os
import pytest

IMPORTED_BY = os.getpid()

@pytest.mark.parametrize("number", range(6))
def test_it_was_imported_before_this_process_began(number):
    assert os.getpid() != IMPORTED_BY

def test_what_was_asked_for_is_set():
    assert os.environ["SAMPLE"] == "đặt"
"""
ENDS = """
import os
from pathlib import Path

def test_ends_its_process_the_first_time():
    first = Path(os.environ["SAMPLE"])
    if not first.exists():
        first.touch()
        os._exit(3)

def test_is_run_by_what_takes_its_place():
    assert Path(os.environ["SAMPLE"]).exists()
"""


def begun(
    folder: Path, source: str, sample: str = "đặt", *more: str, number: int = 2
) -> tuple[bytes, subprocess.CompletedProcess[str]]:
    """Run one file of tests; return what was told while it was imported, and the run."""
    (folder / "test_sample.py").write_text(source)
    reads, told = os.pipe()
    options = ["-c", os.devnull, "--rootdir", str(folder), "-p", "no:django", "-p", "no:cacheprovider", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.begun", str(told), str(number), *options],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        pass_fds=[told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.close(told)
    with os.fdopen(reads, "rb") as line:
        heard = line.read()
    said, _ = process.communicate(json.dumps([{"SAMPLE": sample}, list(more)]) + "\n", 60)
    return heard, subprocess.CompletedProcess(process.args, process.returncode, said)


def test_all_is_imported_once_and_tests_run_in_other_processes(tmp_path: Path) -> None:
    heard, run = begun(tmp_path, SAMPLE)
    assert (heard, run.returncode) == (b".", 0), run.stdout
    assert "2 workers [7 items]" in run.stdout
    assert "7 passed" in run.stdout


def test_arguments_that_come_later_count(tmp_path: Path) -> None:
    _heard, run = begun(tmp_path, SAMPLE, "đặt", "-k", "asked")
    assert (run.returncode, "1 passed" in run.stdout) == (0, True), run.stdout


def test_a_failure_is_the_status_of_the_run(tmp_path: Path) -> None:
    _heard, run = begun(tmp_path, SAMPLE, "khác")
    assert run.returncode == 1
    assert "1 failed, 6 passed" in run.stdout


def test_what_cannot_be_imported_is_told_by_the_run(tmp_path: Path) -> None:
    _heard, run = begun(tmp_path, "import khong_co_mo_dun_nay\n")
    assert run.returncode not in (0, None)
    assert "khong_co_mo_dun_nay" in run.stdout


def test_another_process_takes_the_place_of_one_that_dies(tmp_path: Path) -> None:
    _heard, run = begun(tmp_path, ENDS, str(tmp_path / "first"), number=1)
    assert run.returncode == 1
    assert "crashed" in run.stdout
    assert "1 failed, 1 passed" in run.stdout


def test_who_ends_it_while_it_imports_waits_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    reads, told = os.pipe()
    run = subprocess.run(
        [sys.executable, "-m", "tests.begun", str(told), "2", "-c", os.devnull, "-p", "no:django", str(tmp_path)],
        cwd=ROOT,
        pass_fds=[told],
        stdin=reads,  # nobody writes there
        capture_output=True,
        timeout=30,
        check=False,
    )
    os.close(told)
    os.close(reads)
    assert run.returncode == 2, run.stderr
