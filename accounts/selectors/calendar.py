"""Reading the calendar: which days are worked, which deadline is in force, how a term is counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts.models import DayOff, DeadlinePolicy, MakeUpDay
from core.clock import VIETNAM
from core.workdays import Term, WorkCalendar, due

CACHE_KEY = "accounts.calendar"
CACHE_SECONDS = 60


def work_calendar() -> WorkCalendar:
    """Return the calendar in force; kept for a minute and dropped when staff change a day."""
    found: WorkCalendar | None = cache.get(CACHE_KEY)
    if found is None:
        found = WorkCalendar(
            days_off=frozenset(DayOff.objects.filter(active=True).values_list("date", flat=True)),
            make_up_days=frozenset(MakeUpDay.objects.filter(active=True).values_list("date", flat=True)),
        )
        cache.set(CACHE_KEY, found, CACHE_SECONDS)
    return found


def deadlines_in_force(on: date) -> QuerySet[DeadlinePolicy]:
    """Return the version of each deadline that applies on *on*."""
    return DeadlinePolicy.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def years_with_days() -> list[int]:
    """Return the years for which days are known, in order."""
    return [day.year for day in DayOff.objects.filter(active=True).dates("date", "year")]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that was not counted, and why."""

    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The outcome of counting a term: its end and the named days off it passed over."""

    end: datetime
    skipped: list[Skipped]


def count_term(start: datetime, term: Term) -> Counted:
    """Return when *term* from *start* ends and which named days off lie in between."""
    end = due(start, term, work_calendar())
    first = start.astimezone(VIETNAM).date() + timedelta(days=1)
    days = DayOff.objects.filter(active=True, date__range=(first, end.date())).order_by("date")
    return Counted(end, [Skipped(day.date, day.name) for day in days] if term.unit != "hour" else [])
