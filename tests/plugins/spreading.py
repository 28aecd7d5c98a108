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
# Rooms and files whose tests mostly wait: for an answer that comes late, for a process, for an hour to pass.
WAITING = ("broker", "clients", "examples", "launch", "core/test_hard_structures.py", "core/test_inspector.py")
_WAITS = "~waits"  # how the names of their groups end
# So many processes may wait while the others work.
_BESIDE = 2
_TESTS = Path(__file__).parents[1]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Name the group of each test before xdist writes it into the test's name; order them when all others have.

    pytest-django would put what needs no database, and waits for processes, at the end of a run.
    """
    for item in items:
        if not _group_of(item) and item.path.stem not in SPREAD:
            place = item.path.relative_to(_TESTS).as_posix()
            waits = _WAITS if place.startswith(WAITING) else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}.{item.path.stem}{waits}"))
    yield
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """Return when the turn of *item* comes: long groups, all others as they lie, then what fills up the end."""
    if group := _group_of(item):
        return LONGEST.index(group) if group in LONGEST else len(LONGEST)
    return len(LONGEST) + 1 + SPREAD.index(item.path.stem)


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
        self.workqueue.move_to_end(self._next(), last=False)
        super()._assign_work_unit(node)

    def _next(self) -> str:
        """Return the group whose turn it is: after the longest, one that waits wherever there is room for it."""
        first = str(next(iter(self.workqueue)))
        if first in LONGEST:
            return first
        waiting = sum(any(name.endswith(_WAITS) for name in held) for held in self.assigned_work.values())
        fits = (str(name) for name in self.workqueue if name.endswith(_WAITS) == (waiting < _BESIDE))
        return next(fits, first)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    """Called by xdist when a run begins."""
    return Groups(config, log) if config.getoption("dist") == "loadgroup" else None
