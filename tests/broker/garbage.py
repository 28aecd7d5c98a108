"""What calls leave for the garbage collector."""

import gc
from collections.abc import Callable

from tests.broker.live import Live


def left_by(broker: Live, calls: Callable[[int], None]) -> int:
    """Return how many objects the collector finds after 100 calls, the least of three times.

    The collector sees the whole process; its other threads leave something now and then, a call would every time.
    """

    async def collect() -> int:
        return gc.collect()

    calls(20)
    broker.call(collect)
    gc.disable()
    try:
        found = []
        for _ in range(3):
            calls(100)
            found.append(int(broker.call(collect)))
    finally:
        gc.enable()
    return min(found)
