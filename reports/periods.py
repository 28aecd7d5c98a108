"""Periods of reports, pure: from which day to which, by which closing rule (Nghị định 09/2019/NĐ-CP, Điều 12)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime

from core import clock
from reports.choices import ClosingRule, Kind

CLOSING_DAY = 14


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report covers, both ends with it. Raises ValueError when they are reversed."""

    kind: Kind
    rule: ClosingRule
    start: date
    end: date

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


def month_period(year: int, month: int, rule: ClosingRule) -> Period:
    """Return the period of the report of *month*: the calendar month, or from the 15th before it to its 14th.

    Raises ValueError for a rule that gives no month.
    """
    if rule == ClosingRule.CALENDAR:
        return Period(Kind.MONTH, rule, date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    if rule == ClosingRule.MID_MONTH:
        before = date(year - 1, 12, 1) if month == 1 else date(year, month - 1, 1)
        return Period(Kind.MONTH, rule, before.replace(day=CLOSING_DAY + 1), date(year, month, CLOSING_DAY))
    raise ValueError(f"no month by the rule {rule}")


def last_ended_month(today: date, rule: ClosingRule) -> Period:
    """Return the monthly period that ended last before *today*."""
    found = month_period(today.year, today.month, rule)
    if found.end < today:
        return found
    year, month = (today.year - 1, 12) if today.month == 1 else (today.year, today.month - 1)
    return month_period(year, month, rule)


def first_on(day: int, after: date) -> date:
    """Return the first date after *after* whose day of the month is *day* (1 to 28)."""
    year, month = after.year, after.month
    if after.day >= day:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, day)
