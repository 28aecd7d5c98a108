"""A broker whose clock is watched."""

from collections.abc import Iterator

import pytest

from broker.clocks import Clocks
from tests.broker.conftest import make_app, make_world
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World


@pytest.fixture(scope="module")
def module_world(database: str, provider: Provider) -> World:
    return make_world(provider)


@pytest.fixture(scope="module")
def module_broker(database: str, module_world: World) -> Iterator[Live]:
    app = make_app(database, module_world, clocks=Clocks())
    live = Live(app).start()
    live.reload()
    yield live
    live.stop()
