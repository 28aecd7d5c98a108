"""How far a call came: each step of the broker with what became of it, worked out from the row of the log alone."""

from dataclasses import dataclass
from typing import Final

from audit.selectors.calls import CallRow
from core.choices import Step
from core.problems import PROBLEMS, Problem

PASSED: Final = "passed"
REFUSED: Final = "refused"
UNREACHED: Final = "unreached"
NOT_ASKED: Final = "not-asked"
ADMITTED: Final = "A"
# Verdicts of the one statement that end a call, for rows whose outcome was never written.
_BY_VERDICT = {"R": Step.NONCE, "Q": Step.QUOTA, "T": Step.QUOTA, "G": Step.GRANT}
_ORDER: list[Step] = [step for step in Step if step is not Step.PLATFORM]
# A question to the platform itself (ping, services) needs no right and reaches no provider.
# What a bearer of a token proves once, when the token is issued.
_OF_SIGNATURES = frozenset({Step.DIGEST, Step.TIME, Step.NONCE})
BEARER = "token"
# What the log calls a request for a token; it needs a grant, but no service is called yet.
ISSUE = "oauth-token"
_OF_CALLS = frozenset({Step.SERVICE, Step.OPERATION, Step.HOURS, Step.RATE, Step.QUOTA, Step.PROVIDER})
_OF_RIGHTS = frozenset(_ORDER[_ORDER.index(Step.SERVICE) : _ORDER.index(Step.RATE)]) | {Step.QUOTA, Step.PROVIDER}


@dataclass(frozen=True, slots=True)
class StepSeen:
    """One step and its state: passed, refused, unreached, or not-asked where the call does not need it."""

    step: Step
    state: str


def problem_of(row: CallRow) -> Problem | None:
    """Return why the call did not succeed, as the catalogue tells it; None when nothing of ours stopped it."""
    return PROBLEMS.get(row.reason or "")


def is_question(row: CallRow) -> bool:
    """Return whether the call asked the platform itself and was answered."""
    answered = row.status is not None and not row.reason
    return answered and bool(row.key_id) and not row.service and row.operation != ISSUE


def stopped_at(row: CallRow) -> Step | None:
    """Return the step that refused, None when none did."""
    if not row.reason:
        return None if row.status is not None else _BY_VERDICT.get(row.verdict)
    if row.reason == "environment-mismatch" and row.service:
        # The service is there in the key's environment: it is the grant that belongs to the other one.
        return Step.GRANT
    problem = problem_of(row)
    if problem is not None and problem.step in Step.values:
        return Step(problem.step)
    return _BY_VERDICT.get(row.verdict, Step.PLATFORM)


def steps_of(row: CallRow) -> list[StepSeen]:
    """Return every step in the broker's order with its state; the platform comes last, and only where it failed."""
    found = _steps(row)
    spared = _OF_CALLS if row.operation == ISSUE else _OF_SIGNATURES if row.auth == BEARER else frozenset()
    return [StepSeen(seen.step, NOT_ASKED) if seen.step in spared and seen.state == PASSED else seen for seen in found]


def _steps(row: CallRow) -> list[StepSeen]:
    stop = stopped_at(row)
    if stop is Step.PLATFORM:
        return [*_up_to(_last_known(row)), StepSeen(Step.PLATFORM, REFUSED)]
    if is_question(row):
        return [StepSeen(step, NOT_ASKED if step in _OF_RIGHTS else PASSED) for step in _ORDER]
    if stop is None:
        return _up_to(Step.PROVIDER if row.status is not None else Step.QUOTA)
    place = _ORDER.index(stop)
    return [StepSeen(step, _state(number, place)) for number, step in enumerate(_ORDER)]


def _state(number: int, place: int) -> str:
    return PASSED if number < place else REFUSED if number == place else UNREACHED


def _last_known(row: CallRow) -> Step | None:
    """Return the last step a call surely passed that the platform itself could not carry on with."""
    if row.verdict == ADMITTED:
        return Step.QUOTA
    return Step.SIGNATURE if row.key_id else None


def _up_to(last: Step | None) -> list[StepSeen]:
    place = -1 if last is None else _ORDER.index(last)
    return [StepSeen(step, PASSED if number <= place else UNREACHED) for number, step in enumerate(_ORDER)]
