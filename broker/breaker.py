"""Circuit breakers: an upstream that keeps failing is left alone, others stand in (N25, N38; decisions, 10).

Of one worker; approximate across workers by design. Once a breaker is open only its trial decides: answers of calls
that were under way before neither close it nor lengthen the pause.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from broker.problems import refusal
from catalog.projection import UpstreamRow

log = structlog.get_logger(__name__)
FAILURES = 5
PAUSE_SECONDS = 10.0


class Pass(NamedTuple):
    """The right to ask one upstream; ``trial`` when its breaker is open and this call finds out whether to close it.

    Whoever got it says how it went: ``succeeded``, ``failed`` or ``abandoned``.
    """

    upstream: UpstreamRow
    trial: bool = False


@dataclass(slots=True)
class _State:
    failures: int = 0
    open_until: float = 0.0
    trying: bool = False


@dataclass(slots=True)
class Breakers:
    """One breaker an upstream. Open after five failures in a row; after a pause exactly one call tries."""

    _states: dict[int, _State] = field(default_factory=dict)

    def enter(self, upstreams: Iterable[UpstreamRow], *, goes_on: bool) -> Pass | None:
        """Return the first of *upstreams* that may be asked, None when none may.

        A call that cannot go on to the next upstream (*goes_on* False) tries an open one only if no other is left.
        """
        due = None
        for upstream in upstreams:
            state = self._states.get(upstream.upstream_id)
            if state is None or state.failures < FAILURES:
                return Pass(upstream)
            if due is None and not state.trying and state.open_until <= time.monotonic():
                if goes_on:
                    return self._try(upstream, state)
                due = upstream, state
        return self._try(*due) if due is not None else None

    def _try(self, upstream: UpstreamRow, state: _State) -> Pass:
        state.trying = True
        return Pass(upstream, trial=True)

    def require(self, upstreams: tuple[UpstreamRow, ...], *, goes_on: bool) -> Pass:
        """As :meth:`enter`. Raises ``provider-unavailable`` with the seconds to the next trial."""
        found = self.enter(upstreams, goes_on=goes_on)
        if found is None:
            raise refusal("provider-unavailable").with_header("Retry-After", self._wait(upstreams))
        return found

    def _wait(self, upstreams: Iterable[UpstreamRow]) -> int:
        states = [state for item in upstreams if (state := self._states.get(item.upstream_id)) is not None]
        wait = min((state.open_until for state in states), default=0.0) - time.monotonic()
        return max(1, int(wait) + 1)

    def succeeded(self, entered: Pass) -> None:
        """Forget failures; a trial that went well closes the breaker."""
        upstream_id = entered.upstream.upstream_id
        state = self._states.get(upstream_id)
        if state is None or (state.failures >= FAILURES and not entered.trial):
            return
        del self._states[upstream_id]
        if entered.trial:
            log.info("broker.upstream_back", upstream_id=upstream_id)

    def failed(self, entered: Pass) -> None:
        """Count a failure; the fifth in a row, or a failed trial, opens the breaker."""
        upstream_id = entered.upstream.upstream_id
        state = self._states.setdefault(upstream_id, _State())
        was_open = state.failures >= FAILURES
        if was_open and not entered.trial:
            return
        state.failures = min(state.failures + 1, FAILURES)
        state.trying = False
        if state.failures >= FAILURES:
            state.open_until = time.monotonic() + PAUSE_SECONDS
            if not was_open:
                log.error("broker.upstream_paused", upstream_id=upstream_id, failures=state.failures)

    def abandoned(self, entered: Pass) -> None:
        """A call ended without telling anything about the upstream: let another one try."""
        state = self._states.get(entered.upstream.upstream_id)
        if state is not None and entered.trial:
            state.trying = False

    def open_ones(self) -> Mapping[int, float]:
        """Return the upstreams whose breaker is open, with the seconds to the next trial (0: due)."""
        now = time.monotonic()
        return {
            upstream_id: max(0.0, state.open_until - now)
            for upstream_id, state in self._states.items()
            if state.failures >= FAILURES
        }
