"""Periods by any closing rule: no day missed, none twice; leap days, year ends, days off (Nghị định 09/2019/NĐ-CP)."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from core.problems import InvalidInput, PermissionRefused
from core.workdays import WorkCalendar
from reports.choices import Kind
from reports.models import ClosingRule, ReportRun, ReportTemplate
from reports.periods import (
    CALENDAR,
    NUMBERS,
    Closing,
    Schedule,
    ad_hoc_period,
    first_on,
    last_ended,
    month_period,
    period_of,
    periods_ended,
)
from reports.selectors.runs import period_name
from reports.services.closing import save_closing_rule
from reports.services.templates import load_templates, save_template
from tests.reports.conftest import Desk

ND09 = Closing("mid_month", 14)
TET = frozenset(date(2027, 2, day) for day in range(4, 11))


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize(
    ("kind", "year", "number", "closing", "start", "end"),
    [
        (Kind.MONTH, 2026, 2, CALENDAR, date(2026, 2, 1), date(2026, 2, 28)),
        (Kind.MONTH, 2028, 2, CALENDAR, date(2028, 2, 1), date(2028, 2, 29)),
        (Kind.MONTH, 2028, 3, ND09, date(2028, 2, 15), date(2028, 3, 14)),
        (Kind.MONTH, 2026, 1, ND09, date(2025, 12, 15), date(2026, 1, 14)),
        (Kind.QUARTER, 2026, 1, CALENDAR, date(2026, 1, 1), date(2026, 3, 31)),
        (Kind.QUARTER, 2026, 1, ND09, date(2025, 12, 15), date(2026, 3, 14)),
        (Kind.HALF_YEAR, 2026, 1, ND09, date(2025, 12, 15), date(2026, 6, 14)),
        (Kind.HALF_YEAR, 2026, 2, ND09, date(2026, 6, 15), date(2026, 12, 14)),
        (Kind.NINE_MONTHS, 2026, 1, CALENDAR, date(2026, 1, 1), date(2026, 9, 30)),
        (Kind.NINE_MONTHS, 2026, 1, ND09, date(2025, 12, 15), date(2026, 9, 14)),
        (Kind.YEAR, 2028, 1, CALENDAR, date(2028, 1, 1), date(2028, 12, 31)),
        (Kind.YEAR, 2026, 1, ND09, date(2025, 12, 15), date(2026, 12, 14)),
        (Kind.MONTH, 2027, 3, Closing("30", 30), date(2027, 3, 1), date(2027, 3, 30)),
        (Kind.MONTH, 2028, 2, Closing("30", 30), date(2028, 1, 31), date(2028, 2, 29)),
    ],
)
def test_the_days_of_a_period(kind: Kind, year: int, number: int, closing: Closing, start: date, end: date) -> None:
    period = period_of(kind, year, number, closing)
    assert (period.start, period.end, period.rule) == (start, end, closing.code)
    assert period.since.isoformat() == f"{start}T00:00:00+07:00"
    assert period.until.isoformat() == f"{end + timedelta(days=1)}T00:00:00+07:00"
    assert last_ended(kind, closing, end).end < end
    assert last_ended(kind, closing, end + timedelta(days=1)) == period


@pytest.mark.parametrize("day", range(32))
def test_whatever_the_closing_day_no_day_is_missed_and_none_counts_twice(day: int) -> None:
    closing = Closing("any", day)
    for kind in (Kind.MONTH, Kind.QUARTER, Kind.HALF_YEAR, Kind.YEAR):
        found = list(periods_ended(kind, closing, date(2026, 1, 1), date(2030, 1, 1)))
        assert len(found) == 4 * NUMBERS[kind]
        for one, next_one in pairwise(found):
            assert next_one.start == one.end + timedelta(days=1)
    quarters = [period_of(Kind.QUARTER, 2028, number, closing) for number in range(1, 5)]
    months = [month_period(2028, number, closing) for number in range(1, 13)]
    year, nine = period_of(Kind.YEAR, 2028, 1, closing), period_of(Kind.NINE_MONTHS, 2028, 1, closing)
    assert (months[0].start, months[-1].end) == (quarters[0].start, quarters[-1].end) == (year.start, year.end)
    assert (nine.start, nine.end) == (months[0].start, quarters[2].end)


def test_what_is_no_period_is_refused() -> None:
    for kind, number in ((Kind.MONTH, 13), (Kind.QUARTER, 0), (Kind.YEAR, 2), (Kind.AD_HOC, 1)):
        with pytest.raises(ValueError, match="no period"):
            period_of(kind, 2028, number, CALENDAR)
    with pytest.raises(ValueError, match="day"):
        Closing("wrong", 32)
    with pytest.raises(ValueError, match="ends after"):
        ad_hoc_period(date(2028, 1, 2), date(2028, 1, 1))


def test_the_first_day_so_and_so_after_a_day() -> None:
    assert first_on(1, date(2026, 12, 31)) == date(2027, 1, 1)
    assert first_on(18, date(2026, 12, 14)) == date(2026, 12, 18)
    assert first_on(14, date(2026, 12, 14)) == date(2027, 1, 14)


@pytest.mark.parametrize(
    ("schedule", "end", "drawn_up", "sent_by"),
    [
        # Wednesday 31/03/2027; the 1st is a Thursday.
        (Schedule(1, 6, 5), date(2027, 3, 31), date(2027, 4, 1), date(2027, 4, 5)),
        # Saturday, Sunday: the next working day, or the day itself where the rule does not shift.
        (Schedule(1, 6, 5), date(2027, 4, 30), date(2027, 5, 3), date(2027, 5, 5)),
        (Schedule(1, 6, 5, shift=False), date(2027, 4, 30), date(2027, 5, 1), date(2027, 5, 5)),
        # Tết 04/02 to 10/02/2027.
        (Schedule(4, 6, 5), date(2027, 1, 31), date(2027, 2, 11), date(2027, 2, 11)),
        # One working day between closing and sending at the least: closed on Friday, sent on Monday.
        (Schedule(15, 6, 15), date(2027, 5, 14), date(2027, 5, 17), date(2027, 5, 17)),
        (Schedule(15, 6, 15, least=3), date(2027, 5, 14), date(2027, 5, 17), date(2027, 5, 19)),
        # 29/02 and the year's end.
        (Schedule(1, 6, 5), date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 6)),
        (Schedule(2, 6, 15), date(2027, 12, 31), date(2028, 1, 3), date(2028, 1, 17)),
    ],
)
def test_when_a_report_is_drawn_up_and_by_when_sent(
    schedule: Schedule, end: date, drawn_up: date, sent_by: date
) -> None:
    calendar = WorkCalendar(days_off=TET)
    assert schedule.drawn_up(end, calendar) == drawn_up
    assert schedule.sent_by(end, calendar) == sent_by


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        (Kind.MONTH, 2, "tháng 02 năm 2028"),
        (Kind.QUARTER, 4, "quý IV năm 2028"),
        (Kind.HALF_YEAR, 1, "6 tháng đầu năm 2028"),
        (Kind.HALF_YEAR, 2, "6 tháng cuối năm 2028"),
        (Kind.NINE_MONTHS, 1, "9 tháng đầu năm 2028"),
        (Kind.YEAR, 1, "năm 2028"),
    ],
)
def test_what_a_period_is_called(kind: Kind, number: int, name: str) -> None:
    period = period_of(kind, 2028, number, ND09)
    run = ReportRun(kind=kind, year=2028, number=number, period_start=period.start, period_end=period.end)
    assert period_name(run) == name


# -- rules and templates as data -----------------------------------------------------------------------
def test_every_kind_has_a_template_and_a_second_loading_changes_nothing(desk: Desk) -> None:
    assert set(ReportTemplate.objects.values_list("kind", flat=True)) == set(Kind.values)
    assert ClosingRule.objects.get(code="mid_month").closing_day == 14
    assert ClosingRule.objects.get(code="mid_month").statutory
    template = ReportTemplate.objects.get(kind="quarter")
    officer = desk.actors["report_officer"]
    save_template(actor=officer, kind="quarter", closing_rule="mid_month", due_day=15, send_by_day=18)
    load_templates(actor=officer)
    template.refresh_from_db()
    assert (template.closing_rule_id, template.send_by_day) == ("mid_month", 18)


@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("month", {"closing_rule": "custom"}, "closing_rule"),
        ("month", {"due_day": 31}, "due_day"),
        ("month", {"due_day": 10, "send_by_day": 9}, "send_by_day"),
        ("ad_hoc", {"active": True}, "active"),
    ],
)
def test_a_template_that_cannot_be_kept_is_refused(desk: Desk, kind: str, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_template(actor=desk.actors["report_officer"], kind=kind, **fields)
    assert set(refused.value.errors) == {wrong}


def test_a_rule_of_staff_closes_periods_to_come(desk: Desk) -> None:
    officer = desk.actors["report_officer"]
    rule = save_closing_rule(actor=officer, code="ngay-20", name="Đến ngày 20", closing_day=20, basis="Kiểm thử")
    assert month_period(2027, 1, rule.closing).start == date(2026, 12, 21)
    save_template(actor=officer, kind="month", closing_rule=rule)
    for fields, wrong in (({"active": False}, "active"), ({"own_days": True, "closing_day": None}, "own_days")):
        with pytest.raises(InvalidInput) as refused:
            save_closing_rule(actor=officer, code="ngay-20", **fields)
        assert set(refused.value.errors) == {wrong}
    with pytest.raises(InvalidInput):
        save_closing_rule(actor=officer, code="ngay-32", name="Sai", closing_day=32, basis="Kiểm thử")
    with pytest.raises(PermissionRefused):
        save_closing_rule(actor=desk.actors["department_leader"], code="x", name="Sai", basis="Kiểm thử")
    assert not ClosingRule.objects.filter(code__in=("ngay-32", "x")).exists()
