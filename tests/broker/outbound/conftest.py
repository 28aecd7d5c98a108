"""Calls to the stand-in national platform."""

from collections.abc import Callable, Iterator

import pytest

from broker.engine import Engine
from catalog.projection import ServiceRow
from tests.broker.live import Live, Reply
from tests.broker.national import National
from tests.broker.world import World, signed

LIST = "/api/data/administrative-units/v1/AllCategory"


@pytest.fixture(scope="module")
def module_national() -> Iterator[National]:
    found = National().start()
    yield found
    found.stop()


@pytest.fixture
def national(module_national: National, broker: Live, world: World) -> National:
    """The stand-in as it is at first; the service of the world is answered there, no token is in hand."""
    module_national.reset()
    install(broker, world, module_national.service())
    return module_national


def install(broker: Live, world: World, row: ServiceRow) -> None:
    """Answer the sandbox service by *row* from now on, without any token in hand."""
    world.services["sandbox"] = row
    broker.reload()
    engine(broker).logins._states.clear()
    engine(broker).counts.logins.clear()


def engine(broker: Live) -> Engine:
    return broker.app.engine


@pytest.fixture
def call(broker: Live, world: World) -> Callable[..., Reply]:
    """Make one signed call; by default the list of all code lists."""

    def made(target: str = LIST, method: str = "GET", body: bytes = b"", at: Live = broker, **signing: str) -> Reply:
        headers = signed(world.credentials(), at.authority, target, method, body=body, **signing)
        return at.send(target, headers, method=method, body=body)

    return made
