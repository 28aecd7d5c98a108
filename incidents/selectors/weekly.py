"""Reading the weekly check: which weeks have a record, and which do not."""

from datetime import date, datetime, time, timedelta

from audit.models import Fact
from core import clock
from incidents.models import CheckItem, WeeklyCheck, WeeklyReminder

_WEEK = timedelta(days=7)
# A job that was away longer reminds of these last weeks only; the list shows the gaps before.
LOOK_BACK = 8


def week_of(day: date) -> date:
    """Return the Monday of the week *day* lies in."""
    return day - timedelta(days=day.weekday())


def recorded_this_week() -> bool:
    """Return whether this week's check was recorded."""
    return WeeklyCheck.objects.filter(week=week_of(clock.today())).exists()


def weeks_without_record(now: datetime, weekday: int, hour: time) -> list[date]:
    """Return the weeks to remind of at *now* (Vietnamese clock), the oldest first.

    A week is due from *hour* on its *weekday* (ISO).
    """
    current = week_of(now.date())
    due = current if (now.isoweekday(), now.time()) >= (weekday, hour) else current - _WEEK
    first = _first_week()
    weeks = {due - _WEEK * back for back in range(LOOK_BACK)}
    begun = {week for week in weeks if first is not None and week >= first}
    done = set(WeeklyCheck.objects.filter(week__in=begun).values_list("week", flat=True))
    told = set(WeeklyReminder.objects.filter(week__in=begun).values_list("week", flat=True))
    return sorted(begun - done - told)


def gaps(*, most: int = LOOK_BACK) -> list[date]:
    """Return the past weeks without a record since the first, the newest first."""
    first, current = _first_week(), week_of(clock.today())
    if first is None:
        return []
    weeks = [current - _WEEK * back for back in range(1, most + 1) if current - _WEEK * back >= first]
    done = set(WeeklyCheck.objects.filter(week__in=weeks).values_list("week", flat=True))
    return [week for week in weeks if week not in done]


def _first_week() -> date | None:
    """Return the week in which the first point of the check was entered: before it there was nothing to do."""
    facts = Fact.objects.filter(subject_type=CheckItem._meta.label_lower).order_by("id")
    first = facts.values_list("at", flat=True).first()
    return week_of(first.astimezone(clock.VIETNAM).date()) if first else None
