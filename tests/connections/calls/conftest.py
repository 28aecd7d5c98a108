"""A grant of the sandbox, for pages of calls."""

import pytest

from connections.models import Grant
from tests.connections.conftest import Chain


@pytest.fixture
def grant(chain: Chain) -> Grant:
    """The sandbox grant of the chain's system."""
    chain.set_up()
    return chain.fresh().grants.open().select_related("system__owner", "service__provider", "purpose").get()
