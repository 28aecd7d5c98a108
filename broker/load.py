"""How much this worker carries now, and when it takes no more: never a queue without end.

A slow timer measures how late the event loop wakes it, and ends calls that are older than a call may become.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from broker.ending import ended
from broker.incoming import Incoming
from broker.problems import refusal

MOST_CALLS = 2_000
MOST_LAG_SECONDS = 1.0
TICK_SECONDS = 0.25
CALL_SECONDS = 30.0


@dataclass(slots=True)
class Load:
    """Calls in this worker, from their first byte to their last."""

    limit: int = MOST_CALLS
    seconds: float = CALL_SECONDS
    most_lag: float = MOST_LAG_SECONDS
    running: int = 0
    lag: float = 0.0
    late: bool = False  # at two ticks in a row: one pause is over when it is noticed
    draining: bool = False
    each_tick: list[Callable[[], None]] = field(default_factory=list)
    # Whole requests, oldest first, and since when.
    _due: dict[Incoming, float] = field(default_factory=dict)
    _overdue: set[Incoming] = field(default_factory=set)
    _timer: "asyncio.Task[None] | None" = None

    def require_room(self) -> None:
        """Let one more call in. Raises ``overloaded``."""
        if self.running > self.limit or self.late:
            raise refusal("overloaded").with_header("Retry-After", 1)

    def whole(self, incoming: Incoming) -> None:
        """The request has arrived; from now it has so many seconds."""
        incoming.task = asyncio.current_task()
        self._due[incoming] = time.monotonic()

    def over(self, incoming: Incoming) -> None:
        """The call is answered."""
        self._due.pop(incoming, None)
        incoming.task = None
        self._overdue.discard(incoming)

    def ended(self, incoming: Incoming) -> bool:
        """Return whether it was the deadline that cancelled the task of this call, and let the task go on."""
        if incoming not in self._overdue:
            return False
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        return True

    def start(self) -> None:
        """Begin to measure."""
        self._timer = asyncio.create_task(self._watch(), name="broker-load")

    async def stop(self) -> None:
        """End the timer."""
        if self._timer is not None:
            await ended(self._timer)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            expected = loop.time() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            before, self.lag = self.lag, max(0.0, loop.time() - expected)
            self.late = min(before, self.lag) > self.most_lag
            self._end_overdue()
            for act in self.each_tick:
                act()

    def _end_overdue(self) -> None:
        oldest = time.monotonic() - self.seconds
        while self._due:
            incoming, since = next(iter(self._due.items()))
            task = incoming.task
            if since > oldest:
                return
            del self._due[incoming]
            if task is not None and not task.done():
                self._overdue.add(incoming)
                task.cancel()
