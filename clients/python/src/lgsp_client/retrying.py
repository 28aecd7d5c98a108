"""When a call is sent again. Each sending is signed anew: new nonce, new time.

Again goes what was certainly not carried out, whatever its method, and what may have been where that does no harm: a
question (GET, HEAD), or a deed under an Idempotency-Key after which the platform tells what became of the first.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from lgsp_client.errors import (
    AnswerLost,
    CertificateRefused,
    LgspError,
    ProblemError,
    UnexpectedAnswer,
    Unreachable,
)

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Refused before anything was carried out, for a reason that passes.
_NOT_RUN = frozenset(
    {
        "clock-untrusted",
        "concurrency-exceeded",
        "policy-unavailable",
        "provider-busy",
        "provider-total-exceeded",
        "provider-unavailable",
        "quota-exceeded",
        "rate-exceeded",
        "request-timeout",
    }
)
# May have been carried out: an idempotency key settles it.
_SETTLED = frozenset(
    {"deadline-exceeded", "idempotency-in-progress", "log-unavailable", "overloaded", "provider-unreachable"}
)
_QUESTIONS = _SETTLED | {"nonce-reused", "provider-error", "provider-timeout"}
_GATEWAY = frozenset({502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and how long between: ``first_wait`` doubling up to ``longest_wait`` seconds, by chance up to that.

    ``Retry-After`` is waited out whole if the call's time allows, else the refusal is raised at once.
    """

    attempts: int = 4
    first_wait: float = 0.25
    longest_wait: float = 8.0

    def wait(self, error: LgspError, *, method: str, keyed: bool, attempt: int) -> float | None:
        """Return the seconds to wait after the *attempt* th sending failed so; None: do not send again."""
        if attempt >= self.attempts or not _may_go_again(error, safe=method in SAFE, keyed=keyed):
            return None
        most = min(self.longest_wait, self.first_wait * 2 ** (attempt - 1))
        asked = error.retry_after if isinstance(error, ProblemError) else None
        # Chance keeps callers that were refused together from coming back together.
        return (asked or 0) + random.uniform(most / 2, most)  # noqa: S311


def _may_go_again(error: LgspError, *, safe: bool, keyed: bool) -> bool:
    if isinstance(error, CertificateRefused):
        return False
    if isinstance(error, Unreachable):
        return True
    if isinstance(error, AnswerLost):
        return safe or keyed
    if isinstance(error, UnexpectedAnswer):
        return safe and error.status in _GATEWAY
    if not isinstance(error, ProblemError):
        return False
    return error.code in _NOT_RUN or (safe and error.code in _QUESTIONS) or (keyed and error.code in _SETTLED)


class Deadline:
    """The end of a call's time, all sendings and waits together, by a clock that is never set."""

    def __init__(self, seconds: float) -> None:
        if seconds <= 0:
            raise ValueError("a call needs time")
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left, at least none."""
        return max(0.0, self._end - time.monotonic())
