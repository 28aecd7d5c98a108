"""Reading how versions end: the notice to be given, what comes in a version's place."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.selectors.calendar import deadlines_in_force
from catalog.choices import ServiceState
from catalog.models import ServiceVersion
from catalog.version_names import successor_among
from core import clock

NOTICE = "version.notice"


@dataclass(frozen=True, slots=True)
class NoticeDays:
    """How many days before a version ends that is announced at least; None where no rule is in force.

    ``label`` says whether the number is the law's or the platform's own, ``basis`` on what it rests.
    """

    days: int | None
    label: str = ""
    basis: str = ""
    statutory: bool = False

    def first_day(self, today: date) -> date | None:
        """Return the first day that may be announced *today* without a reason."""
        return None if self.days is None else today + timedelta(days=self.days)


def notice_days() -> NoticeDays:
    """Return the notice in force today; one query. It is counted in days, whatever unit the deadline has."""
    policy = deadlines_in_force(clock.today()).filter(code=NOTICE).first()
    if policy is None:
        return NoticeDays(None)
    return NoticeDays(policy.amount, policy.label, policy.basis, policy.statutory)


def successor_of(version: ServiceVersion) -> ServiceVersion | None:
    """Return the newest published version after *version* that has no end; one query."""
    others = {
        item.name: item
        for item in ServiceVersion.objects.filter(service_id=version.service_id, state=ServiceState.PUBLISHED)
    }
    return others.get(successor_among(version.name, others))
