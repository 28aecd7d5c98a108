"""Which periods a report is compared with: the one before it, and the same one a year earlier. Pure."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from reports.choices import Kind
from reports.periods import Period
from reports.queries.window import Window

_DAY = timedelta(days=1)
#: How many months a period of a kind has, and how many lie between it and the one before it of its kind.
_MONTHS = {Kind.MONTH: 1, Kind.QUARTER: 3, Kind.HALF_YEAR: 6, Kind.NINE_MONTHS: 9, Kind.YEAR: 12}
_STEPS = {**_MONTHS, Kind.NINE_MONTHS: 12}
_CHOSEN = "custom"


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The two windows a report is compared with."""

    previous: Window
    last_year: Window


def comparisons(period: Period) -> tuple[Period, Period]:
    """Return the period before *period*, and the same period of last year.

    Periods of months go back by months and keep their closing rule: the month from the 15th to the 14th is compared
    with the one from the 15th to the 14th before. Nine months are counted once a year, so both are last year's nine
    months, as both are last year for a year. Periods of days somebody chose go back by as many days; their last year
    is the same days, where 29 February becomes the 28th.
    """
    if period.kind not in _MONTHS or period.rule == _CHOSEN:
        length = period.end - period.start + _DAY
        return (
            replace(period, start=period.start - length, end=period.start - _DAY),
            replace(period, start=_year_before(period.start), end=_year_before(period.end)),
        )
    return _back(period, _STEPS[Kind(period.kind)]), _back(period, 12)


def windows(period: Period, until: datetime) -> Comparisons:
    """Return what the figures of *period* up to *until* are compared with.

    While the period still runs, only as much of the others counts as has passed of it.
    """
    passed = until - period.since
    before, last_year = (
        Window(one.since, one.until if until >= period.until else min(one.until, one.since + passed))
        for one in comparisons(period)
    )
    return Comparisons(before, last_year)


def _back(period: Period, step: int) -> Period:
    """Move *period* back by *step* months, closing on the same day or the last of a shorter month."""
    before, months = period.start - _DAY, _MONTHS[Kind(period.kind)]
    day = 31 if _is_last(before) and _is_last(period.end) else max(before.day, period.end.day)
    end = period.end.year * 12 + period.end.month - 1 - step
    return replace(period, start=_closing(end - months, day) + _DAY, end=_closing(end, day))


def _closing(months: int, day: int) -> date:
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _is_last(day: date) -> bool:
    return (day + _DAY).day == 1


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
