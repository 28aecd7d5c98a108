"""Calls the sealer has seen begin and not end, so that none stays without an outcome when its process dies (P2).

The sealer reads every row anyway; what it keeps of it is a call's id and time until the outcome comes by. Rows of the
two tables are not read at one moment: an outcome may be read before its intent.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Longer than any call whose process lives waits for the row that says how it ended (docs/operating-broker.md).
UNKNOWN_SECONDS = 75.0
# Outcomes whose intents were not read yet; far fewer than this, so the bound is only against a leak.
_MOST_EARLY = 200_000
_ENDS = frozenset((b"F", b"C", b"U"))


@dataclass(slots=True)
class OpenCalls:
    """Calls by id as the database writes it; times are seconds since 1970 by the database."""

    begun: dict[bytes, float] = field(default_factory=dict)
    streaming: dict[bytes, int] = field(default_factory=dict)
    _early: dict[bytes, bytes] = field(default_factory=dict)
    _left: dict[bytes, float] = field(default_factory=dict)

    def intent(self, call: bytes, admitted: bytes, _epoch: int) -> None:
        """Take in an intent."""
        if self._early and self._early.pop(call, None) in _ENDS:
            return
        self.begun[call] = float(admitted)

    def outcome(self, call: bytes, stage: bytes, epoch: int) -> None:
        """Take in an outcome."""
        if stage == b"S":
            self.streaming[call] = epoch
            return
        self.streaming.pop(call, None)
        if self.begun.pop(call, None) is None:
            self._early[call] = stage
            if len(self._early) > _MOST_EARLY:
                del self._early[next(iter(self._early))]

    def forget(self, call: bytes) -> None:
        """Leave a call alone: its outcome is there."""
        self.begun.pop(call, None)
        self.streaming.pop(call, None)
        self._left.pop(call, None)

    def oldest(self) -> float | None:
        """Return when the oldest of them was admitted; None when there is none."""
        return min(self.begun.values(), default=None)

    def orphans(self, now: float, written: Callable[[int], bool]) -> list[bytes]:
        """Return the calls nobody will say anything of any more, at *now* by the database.

        A call that streams may last: it counts once nobody has held a chain of its process for as long as any other
        call may take. *written* says whether somebody holds one of the process that opened an epoch.
        """
        old = [call for call, admitted in self.begun.items() if now - admitted > UNKNOWN_SECONDS]
        return [call for call in old if call not in self.streaming or self._abandoned(call, written)]

    def _abandoned(self, call: bytes, written: Callable[[int], bool]) -> bool:
        if written(self.streaming[call]):
            self._left.pop(call, None)
            return False
        since = self._left.setdefault(call, time.monotonic())
        return time.monotonic() - since > UNKNOWN_SECONDS
