"""The way of one call to its provider: a place among the provider's calls and a pass of an upstream's breaker."""

from typing import TYPE_CHECKING

from broker.breaker import Pass
from catalog.projection import ServiceRow, UpstreamRow

if TYPE_CHECKING:
    from broker.engine import Engine


class Passage:
    """Held from before admission until the last byte of the answer; given back once, whoever comes first.

    Raises ``provider-unavailable`` or ``provider-busy`` when it cannot be had.
    """

    __slots__ = ("_breakers", "_entered", "_held", "_places", "_row", "goes_on", "until", "upstream", "upstreams")

    def __init__(self, engine: "Engine", row: ServiceRow, *, goes_on: bool) -> None:
        # ``until`` is when the provider's time is over (monotonic); it is set when the provider is asked.
        self.upstreams, self.until, self.goes_on = row.upstreams, 0.0, goes_on
        self._breakers = engine.breakers
        entered = self._breakers.require(row.upstreams, goes_on=goes_on)
        self._entered: Pass | None = entered
        self.upstream: UpstreamRow = entered.upstream
        self._places, self._row = engine.running.places[row.environment], row
        try:
            self._places.take(row.provider_id, row.service_id, row.calls_at_once)
        except BaseException:
            self._breakers.abandoned(entered)
            raise
        self._held = True

    @property
    def after(self) -> int:
        """How many upstreams come after the present one."""
        return len(self.upstreams) - self.upstreams.index(self.upstream) - 1

    def go_on(self) -> bool:
        """Take the next upstream that may be asked; return whether there is one."""
        after = self.upstreams[self.upstreams.index(self.upstream) + 1 :]
        entered = self._breakers.enter(after, goes_on=True)
        if entered is None:
            return False
        if self._entered is not None:
            self._breakers.abandoned(self._entered)
        self._entered, self.upstream = entered, entered.upstream
        return True

    def succeeded(self) -> None:
        """The upstream answered."""
        if self._entered is not None:
            self._breakers.succeeded(self._entered)
            self._entered = None

    def failed(self) -> None:
        """The upstream did not answer, or only that it cannot."""
        if self._entered is not None:
            self._breakers.failed(self._entered)
            self._entered = None

    def leave(self) -> None:
        """Give back what is still held."""
        if self._held:
            self._held = False
            self._places.give(self._row.provider_id, self._row.service_id)
        if self._entered is not None:
            self._breakers.abandoned(self._entered)
            self._entered = None
