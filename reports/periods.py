"""Periods of reports, pure: from which day to which by a closing rule, when they are drawn up, by when they are sent.

The windows are those of Nghị định 09/2019/NĐ-CP, Điều 12, for the rule that closes on the 14th; nine months, which it
does not name, are counted in the same way. The closing day itself is data (``reports.models.ClosingRule``).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core import clock
from core.workdays import WorkCalendar
from reports.choices import Kind

# Months a period of each kind has, and how many of them a year has. Ad hoc periods have days only.
MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF_YEAR: 6, Kind.NINE_MONTHS: 9, Kind.YEAR: 12}
NUMBERS = {Kind.MONTH: 12, Kind.QUARTER: 4, Kind.HALF_YEAR: 2, Kind.NINE_MONTHS: 1, Kind.YEAR: 1}


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing rule as arithmetic: periods close on day *day* of a month, 0 for its last day.

    A day the month does not have is its last one. Raises ValueError for a day no month has.
    """

    code: str
    day: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.day <= 31:
            raise ValueError("no month has this day")

    def closes(self, year: int, month: int) -> date:
        """Return the day the accounts of *month* close; months run on past 12 and below 1."""
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        last = monthrange(year, month)[1]
        return date(year, month, min(self.day, last) if self.day else last)


#: The calendar month, which needs no data.
CALENDAR = Closing("calendar")
#: The code of the rule of days chosen one by one.
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report covers, both ends with it, and which of its kind in its year (0: ad hoc).

    Raises ValueError when they are reversed.
    """

    kind: Kind
    rule: str
    start: date
    end: date
    year: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period ends after it begins")

    @property
    def since(self) -> datetime:
        """First moment of the period."""
        return clock.start_of(self.start)

    @property
    def until(self) -> datetime:
        """First moment after the period."""
        return clock.start_of(self.end, after=True)


def period_of(kind: Kind, year: int, number: int, closing: Closing) -> Period:
    """Return the *number*-th period of *kind* in *year*: from the day after the month before it closed to its closing.

    Raises ValueError for a number the kind does not have.
    """
    if not 1 <= number <= NUMBERS.get(kind, 0):
        raise ValueError(f"no period {number} of {kind}")
    last = number * MONTHS[kind]
    start = closing.closes(year, last - MONTHS[kind]) + timedelta(days=1)
    return Period(kind, closing.code, start, closing.closes(year, last), year, number)


def month_period(year: int, month: int, closing: Closing) -> Period:
    """Return the period of the report of *month*. Raises ValueError for no month."""
    return period_of(Kind.MONTH, year, month, closing)


def ad_hoc_period(start: date, end: date) -> Period:
    """Return the days from *start* to *end* as a period; it belongs to the year it ends in."""
    return Period(Kind.AD_HOC, CUSTOM, start, end, end.year)


def periods_ended(kind: Kind, closing: Closing, since: date, today: date) -> Iterator[Period]:
    """Yield the periods of *kind* that ended on *since* or later and before *today*, the oldest first."""
    for year in range(since.year, today.year + 1):
        for number in range(1, NUMBERS.get(kind, 0) + 1):
            found = period_of(kind, year, number, closing)
            if since <= found.end < today:
                yield found


def last_ended(kind: Kind, closing: Closing, today: date) -> Period:
    """Return the period of *kind* that ended last before *today*. Raises ValueError for ad hoc, which none is."""
    found = list(periods_ended(kind, closing, today.replace(year=today.year - 2, day=1), today))
    if not found:
        raise ValueError(f"{kind} has no periods")
    return found[-1]


def first_on(day: int, after: date) -> date:
    """Return the first date after *after* whose day of the month is *day* (1 to 28)."""
    year, month = after.year, after.month
    if after.day >= day:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, day)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a report is drawn up and by when it is sent: days of the month after closing, moved to a working day.

    *least* is how many working days lie between closing and sending at the least (Nghị định 09/2019/NĐ-CP, Điều 8
    khoản 5: one).
    """

    draft_day: int
    draft_hour: int
    send_day: int
    least: int = 1
    shift: bool = True

    def drawn_up(self, end: date, calendar: WorkCalendar) -> date:
        """Return the day the report of a period that closed on *end* is drawn up."""
        day = first_on(self.draft_day, end)
        return calendar.on_or_after(day) if self.shift else day

    def sent_by(self, end: date, calendar: WorkCalendar) -> date:
        """Return the last day on which it is sent in time; never before it is drawn up."""
        day = max(first_on(self.send_day, end), calendar.add_working_days(end, self.least))
        day = max(day, self.drawn_up(end, calendar))
        return calendar.on_or_after(day) if self.shift else day
