"""Which periods a report is compared with, by every kind and closing rule; words for the change."""

from datetime import date, datetime
from typing import Any

import pytest

from core.clock import VIETNAM
from reports.choices import Kind, Unit
from reports.comparing import comparisons, windows
from reports.content.figures import Figure
from reports.content.words import changed, still, told
from reports.periods import Period
from reports.wording import NO_DATA, NOTHING, change, compared, measured

# Codes of closing rules.
CALENDAR: Any
MID_MONTH: Any
CUSTOM: Any
CALENDAR, MID_MONTH, CUSTOM = "calendar", "mid_month", "custom"


def days(text: str) -> tuple[date, date]:
    """Return the two days of "2026-03-01..2026-03-31"."""
    first, last = map(date.fromisoformat, text.split(".."))
    return first, last


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize(
    ("kind", "rule", "period", "previous", "last_year"),
    [
        (Kind.MONTH, CALENDAR, "2026-03-01..2026-03-31", "2026-02-01..2026-02-28", "2025-03-01..2025-03-31"),
        (Kind.MONTH, CALENDAR, "2028-03-01..2028-03-31", "2028-02-01..2028-02-29", "2027-03-01..2027-03-31"),
        (Kind.MONTH, CALENDAR, "2028-02-01..2028-02-29", "2028-01-01..2028-01-31", "2027-02-01..2027-02-28"),
        (Kind.MONTH, CALENDAR, "2026-01-01..2026-01-31", "2025-12-01..2025-12-31", "2025-01-01..2025-01-31"),
        (Kind.MONTH, MID_MONTH, "2025-12-15..2026-01-14", "2025-11-15..2025-12-14", "2024-12-15..2025-01-14"),
        (Kind.MONTH, MID_MONTH, "2026-02-15..2026-03-14", "2026-01-15..2026-02-14", "2025-02-15..2025-03-14"),
        # A rule that closes on the 30th: February closes on its last day.
        (Kind.MONTH, MID_MONTH, "2026-03-01..2026-03-30", "2026-01-31..2026-02-28", "2025-03-01..2025-03-30"),
        (Kind.QUARTER, CALENDAR, "2026-01-01..2026-03-31", "2025-10-01..2025-12-31", "2025-01-01..2025-03-31"),
        (Kind.QUARTER, MID_MONTH, "2026-06-15..2026-09-14", "2026-03-15..2026-06-14", "2025-06-15..2025-09-14"),
        (Kind.HALF_YEAR, CALENDAR, "2026-01-01..2026-06-30", "2025-07-01..2025-12-31", "2025-01-01..2025-06-30"),
        (Kind.HALF_YEAR, MID_MONTH, "2025-12-15..2026-06-14", "2025-06-15..2025-12-14", "2024-12-15..2025-06-14"),
        (Kind.NINE_MONTHS, CALENDAR, "2026-01-01..2026-09-30", "2025-01-01..2025-09-30", "2025-01-01..2025-09-30"),
        (Kind.YEAR, CALENDAR, "2028-01-01..2028-12-31", "2027-01-01..2027-12-31", "2027-01-01..2027-12-31"),
        (Kind.YEAR, MID_MONTH, "2025-12-15..2026-12-14", "2024-12-15..2025-12-14", "2024-12-15..2025-12-14"),
        (Kind.AD_HOC, CUSTOM, "2028-02-29..2028-02-29", "2028-02-28..2028-02-28", "2027-02-28..2027-02-28"),
        (Kind.AD_HOC, CUSTOM, "2028-02-20..2028-03-10", "2028-01-31..2028-02-19", "2027-02-20..2027-03-10"),
        (Kind.AD_HOC, CUSTOM, "2026-01-01..2026-12-31", "2025-01-01..2025-12-31", "2025-01-01..2025-12-31"),
    ],
)
def test_each_period_answers_to_two_others(kind: Kind, rule: Any, period: str, previous: str, last_year: str) -> None:
    before, year = comparisons(Period(kind, rule, *days(period)))
    assert (before.start, before.end) == days(previous)
    assert (year.start, year.end) == days(last_year)
    assert {before.kind, year.kind} == {kind}


def test_of_a_period_that_runs_as_much_of_the_others_counts_as_has_passed() -> None:
    period = Period(Kind.MONTH, CALENDAR, *days("2026-03-01..2026-03-31"))
    found = windows(period, datetime(2026, 3, 10, 12, 30, tzinfo=VIETNAM))
    assert found.previous.until == datetime(2026, 2, 10, 12, 30, tzinfo=VIETNAM)
    assert found.last_year.until == datetime(2025, 3, 10, 12, 30, tzinfo=VIETNAM)
    late = windows(period, datetime(2026, 3, 31, 12, tzinfo=VIETNAM))
    assert late.previous.until == datetime(2026, 3, 1, tzinfo=VIETNAM)
    whole = windows(period, period.until)
    assert whole.previous.until == datetime(2026, 3, 1, tzinfo=VIETNAM)
    assert whole.last_year.until == datetime(2025, 4, 1, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("value", "other", "unit", "text"),
    [
        (112.5, 100, Unit.COUNT, "tăng 12,5%"),
        (90, 100, Unit.COUNT, "giảm 10%"),
        (5, 5, Unit.COUNT, "không đổi"),
        (0, 0, Unit.COUNT, "không đổi"),
        (1234, 0, Unit.COUNT, "tăng 1.234"),
        (0, 8, Unit.COUNT, "giảm 100%"),
        (98.5, 99, Unit.PERCENT, "giảm 0,5 điểm phần trăm"),
        (300, 200, Unit.MILLISECONDS, "tăng 50%"),
        (7, 0, Unit.MILLISECONDS, "tăng 7 ms"),
        (None, 5, Unit.COUNT, ""),
        (5, None, Unit.COUNT, ""),
    ],
)
def test_a_change_in_words(value: float | None, other: float | None, unit: Unit, text: str) -> None:
    assert change(value, other, unit) == text


def test_no_data_is_not_zero() -> None:
    assert (compared(None, Unit.COUNT), compared(0, Unit.COUNT)) == (NO_DATA, "0")
    assert (measured(None, Unit.PERCENT), measured(0.0, Unit.PERCENT)) == (NOTHING, "0%")


def test_a_figure_says_how_it_changed() -> None:
    figure = Figure("calls", "Lượt", 120, "", previous=100, last_year=240)
    assert told(figure) == "120 (tăng 20% so với kỳ trước, giảm 50% so với cùng kỳ năm trước)"
    assert told(Figure("calls", "Lượt", 120, "", previous=100)) == "120 (tăng 20% so với kỳ trước)"
    assert told(Figure("calls", "Lượt", 120, "")) == "120"
    both = Figure("calls", "Lượt", 120, "", previous=100, last_year=100)
    assert changed(both) == "tăng 20% so với kỳ trước và cùng kỳ năm trước"
    none = Figure("calls", "Lượt", 0, "", previous=5)
    assert still("Trong kỳ không có.", none) == "Trong kỳ không có (giảm 100% so với kỳ trước)."
    assert still("Trong kỳ không có.", Figure("calls", "Lượt", 0, "")) == "Trong kỳ không có."
