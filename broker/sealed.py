"""Is the log sealed? What is answered while it is not can be rewritten unseen, so after a while nothing is (P4)."""

from dataclasses import dataclass

import structlog

from broker.problems import refusal

log = structlog.get_logger(__name__)
RETRY_SECONDS = 30


@dataclass(slots=True)
class Sealed:
    """What the database said last. ``alarm`` and ``limit`` in seconds of the oldest row that is not sealed."""

    alarm: float = 10.0
    limit: float = 900.0
    age: float = 0.0
    late: bool = False
    refusing: bool = False

    def hear(self, age: float) -> None:
        """Take in the age of the oldest row that is not sealed; told when it gets late, and when that is over."""
        self.age = age
        late, refusing = age > self.alarm, age > self.limit
        if (late, refusing) != (self.late, self.refusing):
            tell = log.error if late else log.warning
            state = "refusing" if refusing else "late" if late else "sealed"
            tell("broker.log_sealing", state=state, seconds=round(age, 1), alarm=self.alarm, limit=self.limit)
        self.late, self.refusing = late, refusing

    @property
    def state(self) -> str:
        """``ok``, ``late`` or ``failed``."""
        return "failed" if self.refusing else "late" if self.late else "ok"

    def require(self) -> None:
        """Let a call pass. Raises ``log-unavailable``."""
        if self.refusing:
            raise refusal("log-unavailable").with_header("Retry-After", RETRY_SECONDS)
