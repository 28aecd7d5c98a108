"""What the tests of limits do alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from core import clock
from core.hours import WEEK, minute_of_week
from tests.broker.live import Live, Reply
from tests.broker.world import World, signed

COMMUNES = "/api/data/administrative-units/v1/communes"


def call(broker: Live, world: World, key: int = 1, grant: str = "QK-1") -> Reply:
    return broker.send(COMMUNES, signed(world.credentials(key, grant), broker.authority, COMMUNES))


def together(number: int, make: Callable[[], Reply], threads: int = 25) -> list[Reply]:
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(make) for _ in range(number)]]


def bind(broker: Live, world: World, **changes: Any) -> None:
    """Give grant 1 other bounds, and nothing counted so far."""
    world.grants["QK-1"] = replace(world.grants["QK-1"], **changes)
    broker.reload()
    broker.app.engine.rates._meters.clear()


def outside_now() -> tuple[tuple[int, int], ...]:
    """Return a week that is closed now and for two minutes to come, and opens within the hour."""
    begin = (minute_of_week(clock.now()) + 30) % WEEK
    return ((begin, begin + 20),) if begin + 20 <= WEEK else ((0, 20),)
