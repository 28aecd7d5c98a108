"""Where `./run test` puts what it throws away."""

import os
from pathlib import Path

import pytest

from lgsp.launch import checks


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checks, "_MEMORY", tmp_path)
    monkeypatch.setattr(checks, "_ROOM", 0)
    return tmp_path


def test_it_lies_in_memory_where_there_is_room(memory: Path) -> None:
    assert checks._in_memory() == str(memory)


def test_it_lies_where_it_always_did_without_such_a_place(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_MEMORY", memory / "nothing")
    assert checks._in_memory() is None


def test_memory_that_is_short_stays_free(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_ROOM", 10**18)
    assert checks._in_memory() is None


def test_a_place_from_which_nothing_may_be_run_will_not_do(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = os.statvfs(memory)
    barred = os.statvfs_result((*found[:8], found.f_flag | os.ST_NOEXEC, found.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _place: barred)
    assert checks._in_memory() is None
