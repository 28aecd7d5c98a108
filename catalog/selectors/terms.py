"""Terms of the catalogue's duties: every number is a deadline policy, ours unless the law gave it."""

from datetime import datetime, timedelta

from accounts.models import DeadlinePolicy
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from core import clock
from core.workdays import Term, due

ANSWER, FRESHNESS, SHARING = "data_error.answer", "freshness.reminder", "sharing.reminder"


def policy_of(code: str) -> DeadlinePolicy | None:
    """Return the version of the deadline *code* in force today; None where staff keep none."""
    return deadlines_in_force(clock.today()).filter(code=code).first()


def due_from(start: datetime, code: str) -> tuple[datetime | None, bool]:
    """Return when the term *code* from *start* ends and whether the law gave it; (None, False) without a policy."""
    policy = policy_of(code)
    if policy is None:
        return None, False
    term = Term(policy.amount, policy.unit)  # type: ignore[arg-type]
    return due(start, term, work_calendar(), cutoff=policy.cutoff), policy.statutory


def ahead_of(code: str) -> timedelta:
    """Return how long before a day people are told of it; nothing where no policy says so."""
    ends, _statutory = due_from(clock.now(), code)
    return ends.astimezone(clock.VIETNAM).date() - clock.today() if ends else timedelta(0)
