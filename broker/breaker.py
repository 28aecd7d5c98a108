"""Circuit breakers: a provider that keeps failing is left alone for a while (N25, decisions 10)."""

import time
from dataclasses import dataclass, field

from broker.problems import refusal

FAILURES = 5
PAUSE_SECONDS = 10.0


@dataclass(slots=True)
class _State:
    failures: int = 0
    open_until: float = 0.0
    trying: bool = False


@dataclass(slots=True)
class Breakers:
    """One breaker a provider and environment. Open after five failures in a row; after a pause one call tries."""

    _states: dict[tuple[int, str], _State] = field(default_factory=dict)

    def open_ones(self) -> dict[int, float]:
        """Return the providers calls to which are paused, with the seconds to the next trial (0: due)."""
        now = time.monotonic()
        return {
            name[0]: max(0.0, state.open_until - now)
            for name, state in self._states.items()
            if state.failures >= FAILURES
        }

    def enter(self, name: tuple[int, str]) -> None:
        """Pass, or raise ``provider-unavailable`` with the seconds to wait."""
        state = self._states.get(name)
        if state is None or state.failures < FAILURES:
            return
        wait = state.open_until - time.monotonic()
        if wait > 0 or state.trying:
            raise refusal("provider-unavailable").with_header("Retry-After", max(1, int(wait) + 1))
        state.trying = True

    def succeeded(self, name: tuple[int, str]) -> None:
        """Close the breaker."""
        self._states.pop(name, None)

    def failed(self, name: tuple[int, str]) -> None:
        """Count a failure; the fifth in a row, or a failed trial, opens the breaker."""
        state = self._states.setdefault(name, _State())
        state.failures += 1
        state.trying = False
        if state.failures >= FAILURES:
            state.open_until = time.monotonic() + PAUSE_SECONDS

    def abandoned(self, name: tuple[int, str]) -> None:
        """A call ended without telling anything about the provider: let another one try."""
        state = self._states.get(name)
        if state is not None:
            state.trying = False
