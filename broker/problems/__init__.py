"""Every way a call can be refused: stable code, HTTP status, side that has to act, words in Vietnamese and English."""

from dataclasses import replace

from broker.problems import carriage, limits, operation, provider, requests, rights, tokens
from broker.problems.kinds import Kind, Refusal, Side
from core.problems import Problem

__all__ = ["KINDS", "Kind", "Refusal", "Side", "own_problems"]

_ROOMS = (requests, tokens, rights, limits, carriage, provider, operation)
KINDS: dict[str, Kind] = {kind.code: kind for room in _ROOMS for kind in room.KINDS}


def own_problems() -> list[Problem]:
    """Return the problems that only the broker tells, for the catalogue of the house."""
    return [
        replace(kind.problem, title_en=kind.title_en, cause_en=kind.cause_en) for kind in KINDS.values() if kind.ours
    ]


def refusal(code: str, **values: object) -> Refusal:
    """Return the refusal *code*; ``values`` fill its words."""
    return Refusal(KINDS[code], values)
