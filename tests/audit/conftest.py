"""The audit room's tests look at field history: what they find is made with it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest


@pytest.fixture
def before_history() -> Callable[[], AbstractContextManager[Any]]:
    """Agencies and people are made with field history here."""
    return nullcontext
