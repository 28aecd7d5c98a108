"""Tests are dealt out as the plugin says: xdist says nothing where it overlooks a group."""

from typing import Any

import pytest

from tests.plugins.spreading import Groups


def test_this_file_stays_in_one_process(request: pytest.FixtureRequest, worker_id: str) -> None:
    mark = request.node.get_closest_marker("xdist_group")
    assert mark.args == ("house.test_spreading",)
    assert request.node.nodeid.endswith("@house.test_spreading") == (worker_id != "master")


@pytest.mark.parametrize(
    ("held", "group"),
    [
        ([[], [], []], "a~waits"),
        ([[], ["c~waits"], []], "works"),
        ([["b~waits"], ["works too"], []], "a~waits"),
        ([["b~waits"], ["c~waits"], []], "works"),
    ],
    ids=["nobody waits", "another waits", "this one waits on", "both wait"],
)
def test_one_of_three_processes_sees_to_what_waits(held: list[list[str]], group: str) -> None:
    dealing = dealing_out(["works", "a~waits"], held)
    assert dealing._next(0) == group


@pytest.mark.parametrize("left", ["works", "a~waits"])
def test_nobody_stands_idle_while_anything_is_left(left: str) -> None:
    assert dealing_out([left], [[], [], []])._next(0) == left
    assert dealing_out([left], [[], ["c~waits"], []])._next(0) == left


def dealing_out(left: list[str], held: list[list[str]]) -> Any:
    """Return a run with groups *left* to deal out, and what each of its processes holds."""
    dealing = object.__new__(Groups)
    dealing.workqueue = dict.fromkeys(left)
    dealing.assigned_work = {node: dict.fromkeys(groups) for node, groups in enumerate(held)}
    return dealing
