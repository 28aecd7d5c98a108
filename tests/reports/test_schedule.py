"""The schedule makes each report of each kind exactly once, whatever happens to the workers (QC14.5)."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from accounts.selectors.calendar import work_calendar
from core import clock
from core.problems import GuardRefused
from reports.choices import Kind, RunState
from reports.models import ClosingRule, ReportRun, ReportTemplate
from reports.periods import CALENDAR, NUMBERS, month_period, period_of
from reports.services.requesting import request_report
from reports.services.scheduling import due_periods, request_due_reports
from reports.services.templates import save_template
from reports.services.writing import write_report
from tests.reports.conftest import Desk

SCHEDULED = [kind for kind in Kind if kind != Kind.AD_HOC]


@contextmanager
def at(day: date, hour: int = 7) -> Iterator[None]:
    """Let the clock show *hour* o'clock of *day* in Vietnam."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=clock.VIETNAM)
    with patch.multiple(clock, now=lambda: moment, local_now=lambda: moment, today=lambda: day):
        yield


def starts(day: date, *, only: str = "") -> None:
    """Let the schedule begin with periods that end on *day*; *only* one kind is made by it."""
    for template in ReportTemplate.objects.all():
        template.starts_on = day
        template.active = template.kind != Kind.AD_HOC and only in ("", template.kind)
        template.save()


def made() -> Counter[tuple[str, int, int]]:
    """Return how many final reports there are of each period."""
    return Counter(ReportRun.objects.filter(preliminary=False).values_list("kind", "year", "number"))


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize("rule", ["calendar", pytest.param("mid_month", marks=pytest.mark.heavy)])
def test_two_years_with_workers_down_and_beats_fired_twice_give_each_report_once(desk: Desk, rule: str) -> None:
    starts(date(2027, 1, 1))
    for kind in SCHEDULED:
        draft, send = (15, 20) if rule == "mid_month" else (5, 10)
        save_template(
            actor=desk.actors["report_officer"], kind=kind, closing_rule=rule, due_day=draft, send_by_day=send
        )
    # Tết 2027 moves a day; down for weeks in spring, over the end of the year and over 29/02/2028.
    down = [(date(2027, 2, 20), date(2027, 4, 20)), (date(2027, 12, 10), date(2028, 1, 20))]
    down += [(date(2028, 2, 25), date(2028, 3, 5))]
    day, last, asked = date(2027, 1, 1), date(2029, 1, 31), {}
    while day <= last:
        if not any(since <= day <= until for since, until in down):
            with at(day):
                for number in [*request_due_reports(), *(request_due_reports() if day.day % 3 == 0 else [])]:
                    asked[number] = day
        day += timedelta(days=1)
    expected = {(str(k), year, n): 1 for k in SCHEDULED for year in (2027, 2028) for n in range(1, NUMBERS[k] + 1)}
    expected |= {("month", 2029, 1): 1} if rule == "mid_month" else {}
    assert made() == expected
    assert date(2027, 2, 11) in asked.values() or rule == "mid_month", "05/02/2027 lies in Tết"
    closing, calendar = ClosingRule.objects.get(code=rule).closing, work_calendar()
    schedules = {item.kind: item.schedule for item in ReportTemplate.objects.all()}
    for run in ReportRun.objects.all():
        period = period_of(Kind(run.kind), run.year, run.number, closing)
        assert (run.period_start, run.period_end, run.data_until) == (period.start, period.end, period.until)
        wanted = schedules[run.kind].drawn_up(run.period_end, calendar)
        while any(since <= wanted <= until for since, until in down):
            wanted += timedelta(days=1)
        assert asked[run.pk] == wanted, run.code
        assert run.send_by is not None
        assert calendar.is_working_day(run.send_by)
        assert run.send_by > run.period_end


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_after_weeks_down_make_each_report_once(desk: Desk) -> None:
    starts(date(2026, 9, 1))
    wrong: list[Exception] = []

    def beat() -> None:
        try:
            request_due_reports()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    with at(date(2027, 1, 20)), patch("reports.services.handing_over.current_app"):
        threads = [threading.Thread(target=beat) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert set(made().values()) == {1}
    months = {("month", 2026, number) for number in (9, 10, 11, 12)}
    assert set(made()) == months | {("quarter", 2026, 3), ("quarter", 2026, 4), ("half_year", 2026, 2)} | {
        ("nine_months", 2026, 1),
        ("year", 2026, 1),
    }


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2026, 12, 1), 5, []),
        (date(2026, 12, 1), 6, [date(2026, 11, 30)]),
        (date(2027, 1, 1), 7, [date(2026, 11, 30)]),
        # 01/01 is a day off, 02/01/2027 a Saturday.
        (date(2027, 1, 3), 7, [date(2026, 11, 30)]),
        (date(2027, 1, 4), 7, [date(2026, 11, 30), date(2026, 12, 31)]),
    ],
)
def test_a_month_is_due_from_its_working_day_and_hour_on(desk: Desk, day: date, hour: int, due: list[date]) -> None:
    starts(date(2026, 11, 25), only="month")
    with at(day, hour):
        assert [period.end for period in due_periods()] == due


def test_nothing_is_due_for_a_time_before_the_platform_or_when_switched_off(desk: Desk) -> None:
    starts(date(2026, 12, 1), only="month")
    with at(date(2026, 12, 1)):
        assert due_periods() == []
    starts(date(2026, 11, 1), only="none")
    with at(date(2026, 12, 1)):
        assert due_periods() == []


def test_the_final_report_takes_the_place_of_the_preliminary_one(desk: Desk) -> None:
    starts(date(2026, 11, 1), only="month")
    november = month_period(2026, 11, CALENDAR)
    with at(date(2026, 11, 20)):
        early, _fresh = request_report(actor=desk.actors["report_officer"], period=november, preliminary=True)
    with at(date(2026, 12, 1)):
        # A worker is still at it: the final one waits for its turn.
        assert request_due_reports() == []
        write_report(run_id=early.pk)
        assert len(request_due_reports()) == 1
        assert request_due_reports() == []
    early = ReportRun.objects.get(pk=early.pk)
    final = ReportRun.objects.in_force().get()
    assert (early.state, early.preliminary) == (RunState.SUPERSEDED, True)
    assert (final.preliminary, final.data_until, final.requested_by) == (False, november.until, None)
    assert desk.publish(write_report(run_id=final.pk)).state == RunState.PUBLISHED


def test_asked_for_as_preliminary_after_its_end_a_report_is_final(desk: Desk) -> None:
    november, officer = month_period(2026, 11, CALENDAR), desk.actors["report_officer"]
    with at(date(2026, 11, 20)):
        early, _fresh = request_report(actor=officer, period=november, preliminary=True)
        write_report(run_id=early.pk)
    with at(date(2026, 12, 1)):
        final, fresh = request_report(actor=officer, period=november, preliminary=True)
    assert (fresh, final.preliminary, final.data_until) == (True, False, november.until)
    assert ReportRun.objects.get(pk=early.pk).state == RunState.SUPERSEDED


def test_a_closing_rule_that_changes_makes_no_month_twice(desk: Desk) -> None:
    starts(date(2026, 11, 1), only="month")
    with at(date(2026, 12, 2)):
        assert len(request_due_reports()) == 1
    save_template(actor=desk.actors["report_officer"], kind="month", closing_rule="mid_month")
    with at(date(2026, 12, 20)):
        assert request_due_reports() == []
    with at(date(2027, 1, 16)):
        assert len(request_due_reports()) == 1
    assert made() == {("month", 2026, 11): 1, ("month", 2026, 12): 1}


def test_one_that_cannot_be_asked_for_does_not_keep_the_others(desk: Desk) -> None:
    starts(date(2026, 11, 1))
    real = request_report

    def some(**given: Any) -> Any:
        if given["period"].kind == Kind.MONTH:
            raise GuardRefused("mẫu hỏng")
        return real(**given)

    with at(date(2027, 1, 10)), patch("reports.services.scheduling.request_report", side_effect=some):
        request_due_reports()
    assert {kind for kind, _year, _number in made()} == {"quarter", "half_year", "year"}


def test_what_was_left_lying_is_handed_to_a_worker_again(desk: Desk) -> None:
    starts(date(2030, 1, 1))
    run = desk.ask()
    with patch("reports.services.handing_over._hand_over") as handed:
        request_due_reports()
        assert not handed.called
        later = clock.now() + timedelta(minutes=6)
        with patch.object(clock, "now", lambda: later):
            request_due_reports()
    assert handed.call_args_list[0].args == ("reports.tasks.write_report", run.pk)


def test_a_beat_takes_few_queries(desk: Desk, django_assert_max_num_queries: Any) -> None:
    starts(date(2024, 1, 1))
    with at(date(2026, 12, 20)):
        request_due_reports()
        assert ReportRun.objects.count() > 30
        with django_assert_max_num_queries(6):
            assert request_due_reports() == []
