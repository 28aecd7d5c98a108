"""A test, its fixtures and all they call get room on the stack (``core.deep_calls``)."""

import pytest
from _pytest import runner

from core.deep_calls import with_room


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test as pytest does: half of what it asked the system for was the stack, a tenth of its time."""
    return bool(with_room(runner.pytest_runtest_protocol, item, nextitem))
