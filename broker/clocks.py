"""Is the clock to be believed? Every term, window and count of a day is judged by it (reliability, P13).

Two witnesses: the database's clock, asked at each heartbeat of the policy, and the monotonic clock of this machine,
which nobody sets. Where the first disagrees, or our clock has gone back against the second, calls are refused.
Gone back, it is believed again when it is where it belongs, or when it has reached the latest time it ever showed: no
moment comes twice, so nothing that was over begins anew.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from broker.problems import Refusal, refusal

log = structlog.get_logger(__name__)
TOLERANCE_SECONDS = 5.0


@dataclass(slots=True)
class Clocks:
    """What the witnesses said last. ``tolerance`` in seconds."""

    tolerance: float = TOLERANCE_SECONDS
    apart: float = 0.0  # seconds we are ahead of the database
    disagreeing: bool = False
    stepped: bool = False
    _line: float | None = None  # our clock less the monotonic one, as last believed
    _least: float = float("-inf")
    _floor: float = float("-inf")

    @property
    def trusted(self) -> bool:
        """True while nothing speaks against our clock."""
        return not self.disagreeing and not self.stepped

    def require(self, at: datetime, monotonic: float) -> None:
        """Let a call of the moment *at* pass. Raises ``clock-untrusted``."""
        if self.disagreeing:
            raise _untrusted()
        if at.timestamp() - monotonic < self._least:
            self._gone_back(at.timestamp(), monotonic)
            raise _untrusted()

    def compare(self, *, ours: datetime, theirs: datetime, monotonic: float, doubt: float) -> None:
        """Hear both witnesses: *theirs* is the database's clock at our *ours*, give or take *doubt* seconds."""
        wall = ours.timestamp()
        self.apart = wall - theirs.timestamp()
        disagreeing = abs(self.apart) - doubt > self.tolerance
        if disagreeing and not self.disagreeing:
            log.error("broker.clock_apart", seconds=round(self.apart, 3), tolerance=self.tolerance)
        self.disagreeing = disagreeing
        if wall - monotonic < self._least:
            self._gone_back(wall, monotonic)
            if wall < self._floor:
                return
        if not disagreeing:
            self._believe(wall - monotonic)

    def _gone_back(self, wall: float, monotonic: float) -> None:
        if not self.stepped and self._line is not None:
            self.stepped, self._floor = True, monotonic + self._line
            log.error("broker.clock_set_back", seconds=round(self._floor - wall, 3), tolerance=self.tolerance)

    def _believe(self, line: float) -> None:
        if self.stepped:
            log.warning("broker.clock_believed_again")
        self.stepped, self._line, self._least = False, line, line - self.tolerance


def _untrusted() -> Refusal:
    return refusal("clock-untrusted").with_header("Retry-After", 5)
