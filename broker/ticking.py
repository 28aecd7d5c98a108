"""One timer for many deadlines: a timer of its own for each would cost every call more than looking at all does."""

import asyncio
from collections.abc import Callable

TICK_SECONDS = 0.05


class Deadlines:
    """Things that are due at a time of the loop; told so at most ``TICK_SECONDS`` late. For one event loop."""

    def __init__(self) -> None:
        self._due: dict[object, tuple[float, Callable[[], None]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, loop: asyncio.AbstractEventLoop, item: object, at: float, act: Callable[[], None]) -> None:
        """Call *act* once *at* is over, unless *item* is discarded before."""
        self._due[item] = (at, act)
        if self._timer is None:
            self._timer = loop.call_later(TICK_SECONDS, self._tick, loop)

    def discard(self, item: object) -> None:
        """Forget an item, if it is still there."""
        self._due.pop(item, None)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        over = [(item, act) for item, (at, act) in self._due.items() if at <= now]
        for item, _act in over:
            del self._due[item]
        # Without anything to look at there is no timer: it would keep its loop for ever.
        self._timer = loop.call_later(TICK_SECONDS, self._tick, loop) if self._due else None
        for _item, act in over:
            act()
