"""How the tests of a run are dealt out to its processes: xdist's way, but for looking at what is done again."""

from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling


class Groups(LoadGroupScheduling):
    """Deals out groups of tests, and forgets a group when its last test is done.

    xdist 3.8 counts every test that a process ever had after each that it finished: 5 s of a run of nine thousand.
    """

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Note that a test is done, and give the process more where it has little left."""
        group = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][group].values()):
            del self.assigned_work[node][group]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups | None:
    """Called by xdist when a run begins."""
    return Groups(config, log) if config.getoption("dist") == "loadgroup" else None
