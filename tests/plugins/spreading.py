"""How tests are dealt out to the processes of a run: a file stays in one, which makes what they share once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

# Groups of tests that begin, the longest first.
LONGEST = ("chain", "browser", "filing", "pages", "log-processes", "planted-tree")
# Files whose tests share little and would take long one after the other: they fill up the end, the longest first.
SPREAD = ("test_rendered_language", "test_addresses", "test_connection_page")
# Rooms and files whose tests mostly wait (for an answer that comes late, a process, an hour to pass), in their order.
WAITING = ("launch", "examples", "core/test_hard_structures.py", "core/test_inspector.py", "clients", "broker")
_WAITS = "~waits"  # how the names of their groups end
_TESTS = Path(__file__).parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Name the group of each test before xdist writes it into the test's name; order them when all others have.

    pytest-django would put what needs no database, and waits for processes, at the end of a run.
    """
    for item in items:
        if not _group_of(item) and item.path.stem not in SPREAD:
            waits = _WAITS if _room_of(item) < len(WAITING) else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}.{item.path.stem}{waits}"))
    yield
    items.sort(key=_place)


def _place(item: pytest.Item) -> tuple[int, int]:
    """Return when the turn of *item* comes: long groups, all others as they lie, then what fills up the end."""
    if group := _group_of(item):
        return LONGEST.index(group) if group in LONGEST else len(LONGEST), _room_of(item)
    return len(LONGEST) + 1, SPREAD.index(item.path.stem)


def _room_of(item: pytest.Item) -> int:
    """Return the place of *item* among the rooms that wait; past the last where it is in none."""
    place = item.path.relative_to(_TESTS).as_posix()
    return next((number for number, room in enumerate(WAITING) if place.startswith(room)), len(WAITING))


def _group_of(item: pytest.Item) -> str:
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else ""


class Groups(LoadGroupScheduling):
    """Deals out groups of tests, those that wait beside those that work, and forgets a group when its last is done.

    Dealt out as they lie, all processes come to wait at the same time, and nobody works. xdist 3.8 counts every test
    that a process ever had after each that it finished: 5 s of a run of nine thousand.
    """

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Note that a test is done, and give the process more where it has little left."""
        group = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][group].values()):
            del self.assigned_work[node][group]

    def _assign_work_unit(self, node: Any) -> None:
        self.workqueue.move_to_end(self._next(node), last=False)
        super()._assign_work_unit(node)

    def _next(self, node: Any) -> str:
        """Return the group whose turn it is at *node*: half of the processes see to those that wait, to their end."""
        others = (held for other, held in self.assigned_work.items() if other is not node)
        waits = sum(any(name.endswith(_WAITS) for name in held) for held in others) < len(self.nodes) // 2
        fits = (str(name) for name in self.workqueue if name.endswith(_WAITS) == waits)
        return next(fits, str(next(iter(self.workqueue))))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    """Called by xdist when a run begins."""
    return Groups(config, log) if config.getoption("dist") == "loadgroup" else None
