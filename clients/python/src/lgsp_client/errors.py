"""What can go wrong with a call, by who has to act.

::

    LgspError
    ├── Unreachable               nothing was sent: no connection
    │   └── CertificateRefused    … because the certificate is not one we trust
    ├── AnswerLost                it was sent, and no whole answer came: it may have been carried out
    ├── ProblemError              the platform answered with a problem (RFC 9457)
    │   ├── ConsumerProblem       side "consumer": we have to act
    │   │   ├── NotAuthenticated  401
    │   │   │   ├── ClockSkewed   this machine's clock, beyond what may be corrected
    │   │   │   └── TokenRefused
    │   │   ├── NotGranted        403
    │   │   ├── AlreadyForwarded  an earlier call with this Idempotency-Key went to the provider
    │   │   └── LimitReached      429
    │   ├── ProviderProblem       side "provider": the source system
    │   └── PlatformProblem       side "platform"
    ├── ServiceRefused            the service itself answered 4xx
    └── UnexpectedAnswer          not from the platform, or in no form it uses
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lgsp_client.answers import Answer, Limit


class LgspError(Exception):
    """Anything that kept a call from being answered as it should be.

    ``may_have_run``: the provider may have got the call, so a deed may have been done. ``idempotency_key``: the key it
    was sent under; sent again under the same key it is not done twice. ``attempts``: how often it was sent.
    """

    may_have_run = False
    idempotency_key = ""
    attempts = 1


class Unreachable(LgspError):
    """No connection came about; nothing was sent."""


class CertificateRefused(Unreachable):
    """The server's certificate is not vouched for by an authority we trust, or bears another name."""


class AnswerLost(LgspError):
    """The call was sent, and no whole answer came back in time."""

    may_have_run = True


class UnexpectedAnswer(LgspError):
    """An answer that the platform does not give: a redirect, a page of a proxy in between, broken JSON."""

    may_have_run = True

    def __init__(self, text: str, status: int, request_id: str = "") -> None:
        super().__init__(f"{text} (HTTP {status}{f', request {request_id}' if request_id else ''})")
        self.status = status
        self.request_id = request_id


class ServiceRefused(LgspError):
    """The service called answered 4xx in its own words: ``answer`` holds them."""

    may_have_run = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the service answered HTTP {answer.status} (request {answer.request_id})")
        self.answer = answer
        self.status = answer.status
        self.request_id = answer.request_id


@dataclass(frozen=True)
class Problem:
    """A problem document as it came.

    ``help_url`` leads to the page that explains ``code``; ``errors`` are the faults of single fields, where there are
    any; ``retry_after`` is in seconds; ``members`` is the whole document.
    """

    code: str
    status: int
    side: str
    title: str
    detail: str
    request_id: str
    help_url: str
    retry_after: int | None = None
    errors: tuple[Mapping[str, Any], ...] = ()
    limits: tuple[Limit, ...] = ()
    date: str = field(default="", repr=False)
    members: Mapping[str, Any] = field(default_factory=dict, repr=False)


class ProblemError(LgspError):
    """The platform's answer is a problem. Its members are attributes: ``code``, ``side``, ``request_id``, …"""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            f"{problem.code} (HTTP {problem.status}): {problem.detail or problem.title}"
            f" [request {problem.request_id}, {problem.help_url}]"
        )
        self.problem = problem
        self.code = problem.code
        self.status = problem.status
        self.side = problem.side
        self.title = problem.title
        self.detail = problem.detail
        self.request_id = problem.request_id
        self.help_url = problem.help_url
        self.errors = problem.errors
        self.retry_after = problem.retry_after
        self.limits = problem.limits


class ConsumerProblem(ProblemError):
    """It is for the calling system to act."""


class NotAuthenticated(ConsumerProblem):
    """401: key, signature, nonce or time."""


class ClockSkewed(NotAuthenticated):
    """This machine's clock is off by more than is corrected; ``skew_seconds`` is above zero when it is ahead."""

    @property
    def skew_seconds(self) -> int | None:
        """How far the clock is off, if the platform said so."""
        found = self.problem.members.get("skew_seconds")
        return found if isinstance(found, int) else None


class TokenRefused(NotAuthenticated):
    """The token's life is over, or it is not one of the platform's."""


class NotGranted(ConsumerProblem):
    """403: the grant does not allow this call, now or at all."""


class AlreadyForwarded(ConsumerProblem):
    """The deed went to the provider before; ``first_request_id`` finds what became of it in the call log."""

    may_have_run = True

    @property
    def first_request_id(self) -> str:
        """The id of the call that was forwarded."""
        return str(self.problem.members.get("first_request_id", ""))


class LimitReached(ConsumerProblem):
    """429: a quota or a rate of the grant is used up; ``retry_after`` says for how many seconds."""


class ProviderProblem(ProblemError):
    """It is for the source system's keeper to act."""


class PlatformProblem(ProblemError):
    """It is for the platform's keeper to act."""
