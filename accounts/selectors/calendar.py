"""Reading the calendar: which days are worked, which deadline is in force, how a term is counted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Value

from accounts.models import DayOff, DeadlinePolicy, MakeUpDay, OfficeHours
from core.clock import VIETNAM
from core.workdays import OFFICE_HOURS, Term, WorkCalendar, days_after, due

# Years a term may start in: wide enough for every dossier, narrow enough to stay inside the calendar of dates.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def work_calendar() -> WorkCalendar:
    """Return the calendar in force. Two small indexed reads; ask once and hand it on when counting many terms."""
    off = DayOff.objects.filter(active=True).values_list("date", Value(True))
    days = list(off.union(MakeUpDay.objects.filter(active=True).values_list("date", Value(False))))
    hours = OfficeHours.objects.filter(active=True).order_by("starts").values_list("starts", "ends")
    return WorkCalendar(
        days_off=frozenset(day for day, is_off in days if is_off),
        make_up_days=frozenset(day for day, is_off in days if not is_off),
        sessions=tuple(hours) or OFFICE_HOURS,
    )


def office_hours() -> QuerySet[OfficeHours]:
    """Return the sessions of a working day in order."""
    return OfficeHours.objects.filter(active=True)


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
    """The outcome of counting a term: its end, what was passed over, and make-up days that did count.

    ``known`` is false when the end lies in a year whose days off nobody has entered yet.
    """

    end: datetime
    skipped: list[Skipped]
    weekend_days: int
    made_up: list[Skipped]
    known: bool


def count_term(start: datetime, term: Term, cutoff: time | None = None) -> Counted:
    """Return when *term* from *start* ends and which days it passed over.

    A term in hours passes over none; one in calendar days only those that move its last day.
    """
    calendar = work_calendar()
    end = due(start, term, calendar, cutoff=cutoff)
    begins = start.astimezone(VIETNAM).date()
    if term.unit == "calendar_day":
        begins += timedelta(days=term.amount - 1)
    passed = [] if term.unit == "hour" else list(days_after(begins, end.date()))
    off = [day for day in passed if not calendar.is_working_day(day)]
    skipped = _named(DayOff, off)
    made_up = _named(MakeUpDay, passed) if term.unit in ("working_day", "working_hour") else []
    known = term.unit == "hour" or end.year in years_with_days()
    return Counted(end, skipped, len(off) - len(skipped), made_up, known)


def _named(kind: type[DayOff] | type[MakeUpDay], days: list[date]) -> list[Skipped]:
    rows = kind._default_manager.filter(active=True, date__in=days).order_by("date")
    return [Skipped(row.date, row.name) for row in rows]
