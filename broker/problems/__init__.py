"""Every way a call can be refused: stable code, HTTP status, side that has to act, words in Vietnamese and English."""

from collections.abc import Iterator
from dataclasses import replace

from broker.problems import (
    carriage,
    limits,
    logins,
    messages,
    operation,
    provider,
    requests,
    rights,
    soap,
    structures,
    tokens,
)
from broker.problems.kinds import Kind, Refusal, Side
from broker.problems.samples import worded
from broker.tokens.errors import oauth_document
from core.choices import Step
from core.problems import Problem

__all__ = ["KINDS", "Kind", "Refusal", "Side", "own_problems"]

# Each room with the step of a call that most of its refusals belong to; a kind may name its own.
_ROOMS = (
    (requests, Step.WIRE),
    (soap, Step.WIRE),
    (tokens, Step.SIGNATURE),
    (rights, Step.GRANT),
    (limits, Step.RATE),
    (messages, Step.MESSAGE),
    (carriage, Step.PROVIDER),
    (logins, Step.PROVIDER),
    (provider, Step.PROVIDER),
    (structures, Step.PROVIDER),
    (operation, Step.PLATFORM),
)
_STEPS = {
    "message-not-conforming": Step.MESSAGE,
    "idempotency-in-progress": Step.NONCE,
    "idempotency-key-invalid": Step.WIRE,
    "idempotency-key-used": Step.NONCE,
    "outside-hours": Step.HOURS,
    "provider-total-exceeded": Step.QUOTA,
    "token-grant-differs": Step.GRANT,
}
KINDS: dict[str, Kind] = {kind.code: kind for room, _step in _ROOMS for kind in room.KINDS}
CHALLENGE = 'Signature realm="lgsp"'
_CHALLENGES = {
    "token-expired": 'Bearer realm="lgsp", error="invalid_token"',
    "token-invalid": 'Bearer realm="lgsp", error="invalid_token"',
}
_OF_CALLS = frozenset({"credentials-conflict", "token-expired", "token-grant-differs", "token-invalid"})
# Codes that only the token endpoint tells, in OAuth's words beside ours.
OF_THE_TOKEN_ENDPOINT = frozenset(kind.code for kind in tokens.KINDS) - _OF_CALLS


def own_problems() -> list[Problem]:
    """Return the problems that only the broker tells, for the catalogue of the house."""
    return [_whole(kind, step) for room, step in _ROOMS for kind in room.KINDS if kind.ours]


def _whole(kind: Kind, usual: Step) -> Problem:
    return replace(
        kind.problem,
        title_en=kind.title_en,
        cause_en=kind.cause_en,
        remedy_en=kind.remedy_en,
        side=str(kind.side),
        step=str(kind.step or _STEPS.get(kind.code, usual)),
        detail=worded(kind.detail, kind.code),
        detail_en=worded(kind.detail_en, kind.code),
        headers=(*_usual(kind), *kind.headers),
        members=(*_of_oauth(kind), *kind.members),
        told_as=kind.told_as,
    )


def _of_oauth(kind: Kind) -> Iterator[tuple[str, object]]:
    """Give the members that the token endpoint puts before ours."""
    if kind.code in OF_THE_TOKEN_ENDPOINT:
        ours = {"type": f"/loi/{kind.code}/", "status": kind.problem.status, "code": kind.code}
        told = oauth_document(ours, worded(kind.detail_en, kind.code) or kind.cause_en)
        yield from ((name, told[name]) for name in ("error", "error_description", "error_uri"))


def _usual(kind: Kind) -> Iterator[tuple[str, str]]:
    """Give the headers that go with a status whatever the code (RFC 9110 §11.6.1, §10.2.3)."""
    named = {name for name, _value in kind.headers}
    if kind.problem.status == 401 and "WWW-Authenticate" not in named:
        basic = 'Basic realm="lgsp"' if kind.code in OF_THE_TOKEN_ENDPOINT else CHALLENGE
        yield "WWW-Authenticate", _CHALLENGES.get(kind.code, basic)
    if kind.code in OF_THE_TOKEN_ENDPOINT:
        yield "Content-Type", "application/json"
    if kind.problem.status in (429, 503) and "Retry-After" not in named:
        yield "Retry-After", "5"


def refusal(code: str, **values: object) -> Refusal:
    """Return the refusal *code*; ``values`` fill its words."""
    return Refusal(KINDS[code], values)
