"""Working-day arithmetic, pure: the calendar is given, the clock never read (decisions, 23; Civil Code 2015, 147-148).

The day of an event never counts; the first day counted is the one after it. All reckoning is on the Vietnamese clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from core.clock import VIETNAM

Unit = Literal["working_day", "calendar_day", "hour", "working_hour"]
#: The last day of a term lasts until midnight (Civil Code 2015, article 148).
END_OF_DAY = time(23, 59, 59)
#: Hours of work where nobody has entered any.
OFFICE_HOURS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked, and from when to when: *weekend* holds weekday numbers (Monday 0).

    A make-up day wins over everything else. *sessions* are the hours of a working day in order. Raises ValueError when
    every weekday is weekend or no hour is worked, because no term would ever end.
    """

    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    weekend: tuple[int, ...] = (5, 6)
    sessions: tuple[tuple[time, time], ...] = OFFICE_HOURS

    def __post_init__(self) -> None:
        if set(range(7)) <= set(self.weekend):
            raise ValueError("a week needs at least one working day")
        if not any(begins < ends for begins, ends in self.sessions):
            raise ValueError("a working day needs at least one hour")

    def is_working_day(self, day: date) -> bool:
        """Return whether public bodies work on *day*."""
        if day in self.make_up_days:
            return True
        return day not in self.days_off and day.weekday() not in self.weekend

    def on_or_after(self, day: date) -> date:
        """Return *day* if it is worked, else the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def next_working_day(self, day: date) -> date:
        """Return the first working day after *day*."""
        return self.on_or_after(day + _DAY)

    def add_working_days(self, start: date, n: int) -> date:
        """Return the *n*-th working day after *start*; *start* itself for 0. Raises ValueError for a negative *n*."""
        if n < 0:
            raise ValueError("a term runs forward")
        for _step in range(n):
            start = self.next_working_day(start)
        return start

    def shifted(self, day: date, n: int) -> date:
        """Return the *n*-th working day after *day*, or before it for a negative *n*."""
        if n >= 0:
            return self.add_working_days(day, n)
        for _step in range(-n):
            day -= _DAY
            while not self.is_working_day(day):
                day -= _DAY
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Return the working days after *start* up to and with *end*; negative when *end* lies before *start*."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(day) for day in days_after(start, end))


@dataclass(frozen=True, slots=True)
class Term:
    """So many units. Raises ValueError unless the amount is at least one."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError("a term has at least one unit")


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count; no end: it still lasts. Moments are aware; raises ValueError if reversed."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError("a pause ends after it starts")


def days_after(start: date, end: date) -> Iterator[date]:
    """Yield the days after *start* up to and with *end*."""
    for number in range(1, (end - start).days + 1):
        yield start + timedelta(days=number)


def local(moment: datetime) -> datetime:
    """Return an aware *moment* on the Vietnamese clock. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(VIETNAM)


def event_day(moment: datetime, calendar: WorkCalendar, *, cutoff: time | None = None) -> date:
    """Return the day an event counts as happening on.

    Without *cutoff* that is its own day. With one, what arrives later than it, or on a day off, counts as arriving
    on the next working day.
    """
    here = local(moment)
    day = here.date()
    if cutoff is None:
        return day
    if here.time() > cutoff:
        return calendar.next_working_day(day)
    return calendar.on_or_after(day)


def due(
    start: datetime,
    term: Term,
    calendar: WorkCalendar,
    *,
    cutoff: time | None = None,
    day_end: time = END_OF_DAY,
) -> datetime:
    """Return when *term* from *start* ends, on the Vietnamese clock.

    Hours run round the clock, working hours only while offices are open. A term in calendar days that would end on a
    day off ends with the next working day.
    """
    ends = due_with_pauses(start, term, (), calendar, cutoff=cutoff, day_end=day_end)
    assert ends is not None, "only an open pause leaves a term without end"  # noqa: S101 - invariant, for the reader
    return ends


def due_with_pauses(
    start: datetime,
    term: Term,
    pauses: Sequence[Pause],
    calendar: WorkCalendar,
    *,
    cutoff: time | None = None,
    day_end: time = END_OF_DAY,
) -> datetime | None:
    """Return when *term* ends if *pauses* do not count; None while an open pause holds it.

    In days: the day a pause begins is not used up, and the day it ends is the day of an event, so neither counts; a
    pause that begins and ends on one day changes nothing. In hours the paused time is added; in working hours it is
    left out.
    """
    if term.unit == "hour":
        return _hours_due(local(start), term.amount, pauses)
    if term.unit == "working_hour":
        return _working_hours_due(local(start), term.amount, pauses, calendar)
    spans = [_span(pause, calendar, cutoff) for pause in pauses]
    day, left = event_day(start, calendar, cutoff=cutoff), term.amount
    counting = True
    while counting:
        day += _DAY
        resumed = _resumed(day, spans)
        if resumed is None:
            return None
        if resumed != day:
            day = resumed
            continue
        worked = calendar.is_working_day(day)
        if left and (worked or term.unit == "calendar_day"):
            left -= 1
        # A last day that is off moves on to the next working day.
        counting = left > 0 or not worked
    return datetime.combine(day, day_end, tzinfo=VIETNAM)


def _span(pause: Pause, calendar: WorkCalendar, cutoff: time | None) -> tuple[date, date | None]:
    begins = local(pause.start).date()
    return begins, None if pause.end is None else event_day(pause.end, calendar, cutoff=cutoff)


def _resumed(day: date, spans: Sequence[tuple[date, date | None]]) -> date | None:
    """Return *day* if no span covers it, else the last day of the spans that do; None if one is open."""
    covering = [ends for begins, ends in spans if begins <= day and begins != ends and (ends is None or day <= ends)]
    known = [ends for ends in covering if ends is not None]
    return None if len(known) < len(covering) else max(known, default=day)


def _hours_due(start: datetime, hours: int, pauses: Sequence[Pause]) -> datetime | None:
    ends, counted_to = start + timedelta(hours=hours), start
    for pause in sorted(pauses, key=lambda item: item.start):
        if local(pause.start) >= ends:
            break
        if pause.end is None:
            return None
        begins = max(local(pause.start), counted_to)
        stops = max(local(pause.end), begins)
        ends += stops - begins
        counted_to = stops
    return ends


def _working_hours_due(
    start: datetime, hours: int, pauses: Sequence[Pause], calendar: WorkCalendar
) -> datetime | None:
    left, day = timedelta(hours=hours), start.date()
    opens = next((local(pause.start) for pause in pauses if pause.end is None), None)
    while opens is None or day <= opens.date():
        for begins, ends in calendar.sessions if calendar.is_working_day(day) else ():
            first = max(datetime.combine(day, begins, tzinfo=VIETNAM), start)
            for lower, upper in _free(first, datetime.combine(day, ends, tzinfo=VIETNAM), pauses):
                if upper - lower >= left:
                    return lower + left
                left -= upper - lower
        day += _DAY
    return None


def _free(lower: datetime, upper: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    """Yield what is left of the time from *lower* to *upper* without *pauses*."""
    for pause in sorted(pauses, key=lambda item: item.start):
        begins, ends = local(pause.start), upper if pause.end is None else local(pause.end)
        if lower < min(begins, upper):
            yield lower, min(begins, upper)
        lower = max(lower, min(ends, upper))
    if lower < upper:
        yield lower, upper


def remaining(now: datetime, ends: datetime, calendar: WorkCalendar) -> int:
    """Return the working days left until *ends*: 0 on the last day, at most -1 once it has passed."""
    between = calendar.working_days_between(local(now).date(), local(ends).date())
    return min(between, -1) if now > ends else between
