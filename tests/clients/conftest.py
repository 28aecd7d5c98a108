"""The broker of tests/broker, for programs that call it as a developer's would."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lgsp_client import AsyncClient, Client, HmacKey, SigningKey

from tests.broker.conftest import (
    broker,
    database,
    log,
    module_broker,
    module_log,
    module_world,
    provider,
    world,
)
from tests.broker.live import Live
from tests.broker.world import World
from tests.clients.awaiting import Awaited, Loop
from tests.clients.fronts import Front

__all__ = ["broker", "database", "log", "module_broker", "module_log", "module_world", "provider", "world"]


def key_of(world: World, number: int = 1) -> HmacKey:
    """Return a key of the world as its holder has it."""
    found = world.keys[number]
    return HmacKey(found.access_key, found.secret.decode())


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    """Where the awaited clients of a module run."""
    found = Loop()
    yield found
    found.stop()


@pytest.fixture(params=["threads", "event loop"])
def make(broker: Live, world: World, request: pytest.FixtureRequest) -> Iterator[Callable[..., Client | Awaited]]:
    """Make clients for grant 1, of one kind or the other; all are closed at the end."""
    made: list[Client | Awaited] = []
    loop: Loop | None = request.getfixturevalue("loop") if request.param == "event loop" else None

    def client(url: str = "", key: SigningKey | None = None, **changes: Any) -> Client | Awaited:
        given = {"grant": "QK-1", "purpose": "administrative-procedures", **changes}
        place, key = url or f"http://{broker.authority}", key or key_of(world)
        made.append(Awaited(loop, AsyncClient(place, key, **given)) if loop else Client(place, key, **given))
        return made[-1]

    yield client
    for one in made:
        one.close()


@pytest.fixture
def front(broker: Live) -> Iterator[Front]:
    """A front that may lose answers."""
    found = Front(broker.port)
    yield found
    found.stop()
