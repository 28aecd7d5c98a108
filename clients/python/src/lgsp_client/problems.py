"""Which exception an answer is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from lgsp_client.answers import Answer
from lgsp_client.errors import (
    AlreadyForwarded,
    ClockSkewed,
    ConsumerProblem,
    LgspError,
    LimitReached,
    NotAuthenticated,
    NotGranted,
    PlatformProblem,
    Problem,
    ProblemError,
    ProviderProblem,
    ServiceRefused,
    TokenRefused,
    UnexpectedAnswer,
)

_BY_CODE = {
    "clock-skew": ClockSkewed,
    "token-expired": TokenRefused,
    "token-invalid": TokenRefused,
    "idempotency-key-used": AlreadyForwarded,
}
# The token endpoint tells these with OAuth's 400 (RFC 6749, section 5.2), a call with 403: they mean the same.
GRANTS = frozenset(
    {
        "connection-suspended",
        "environment-mismatch",
        "grant-expired",
        "grant-missing",
        "grant-not-yet-valid",
        "grant-revoked",
        "grant-suspended",
        "network-not-allowed",
        "operation-not-granted",
        "outside-hours",
        "purpose-not-granted",
        "token-grant-differs",
    }
)
_BY_STATUS = {401: NotAuthenticated, 403: NotGranted, 429: LimitReached}
_SIDES = {"consumer": ConsumerProblem, "provider": ProviderProblem, "platform": PlatformProblem}
# What is for others to mend may have happened on the way there or back, but for these: nothing was sent on.
NOT_FORWARDED = frozenset(
    {
        "clock-untrusted",
        "policy-unavailable",
        "provider-busy",
        "provider-certificate",
        "provider-total-exceeded",
        "provider-unavailable",
        "upstream-not-allowed",
    }
)
# Our own fault and refused before anything is sent on, but for these: the first call of this key was.
_FORWARDED_BEFORE = frozenset({"idempotency-in-progress", "idempotency-key-used"})


def error_of(answer: Answer, base: str) -> LgspError | None:
    """Return what an answer means if it is none that was asked for; ``base`` is the platform's address."""
    if answer.status < 300 or answer.status == 304:
        return None
    document = _document(answer)
    if document is not None and _is_the_platforms(document, answer):
        return _problem_error(document, answer, base)
    if 400 <= answer.status < 500 and answer.request_id:
        return ServiceRefused(answer)
    return UnexpectedAnswer("an answer that is not the platform's", answer.status, answer.request_id)


def _document(answer: Answer) -> Mapping[str, Any] | None:
    if answer.content_type not in ("application/problem+json", "application/json"):
        return None
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_the_platforms(document: Mapping[str, Any], answer: Answer) -> bool:
    """Tell our problem from a provider's own, which passes through: ours names the call, a side and a code.

    One refusal is written before a call has an id: that of a worker with no connection left.
    """
    named = isinstance(document.get("code"), str) and document.get("side") in _SIDES
    return named and (document.get("request_id", "") == answer.request_id)


def _problem_error(document: Mapping[str, Any], answer: Answer, base: str) -> ProblemError:
    code, status = document["code"], answer.status
    problem = Problem(
        code=code,
        status=status,
        side=document["side"],
        title=str(document.get("title", "")),
        detail=str(document.get("detail", "")),
        request_id=answer.request_id,
        help_url=urljoin(base, str(document.get("type", ""))),
        retry_after=_seconds(answer.headers.get("retry-after", "")),
        errors=tuple(row for row in document.get("errors") or () if isinstance(row, dict)),
        limits=answer.limits,
        date=answer.headers.get("date", ""),
        members=document,
    )
    kind = _SIDES[problem.side]
    if kind is ConsumerProblem:
        kind = _BY_CODE.get(code) or (NotGranted if code in GRANTS else _BY_STATUS.get(status, ConsumerProblem))
    error = kind(problem)
    error.may_have_run = code in _FORWARDED_BEFORE or (problem.side != "consumer" and code not in NOT_FORWARDED)
    return error


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
