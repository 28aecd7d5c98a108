"""The schedule makes each report of each kind exactly once, whatever happens to the workers (QC14.5)."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from accounts.selectors.calendar import work_calendar
from audit.models import Fact
from core import clock
from core.problems import GuardRefused
from reports.choices import Kind, RunState
from reports.models import NarrativeVersion, ReportRun, ReportTemplate
from reports.periods import CALENDAR, NUMBERS, month_period
from reports.services.closing import save_closing_rule
from reports.services.handing_over import WRITE_TASK
from reports.services.requesting import request_report
from reports.services.scheduling import due_periods, request_due_reports
from reports.services.templates import save_template
from reports.services.writing import write_report
from tests.reports.conftest import Desk
from tests.reports.made_report import made_frozen

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


#: Days nobody works, by hand: the eve and the first days of the lunar years that begin 06/02/2027 and 26/01/2028.
TET = {date(2027, 2, 5) + timedelta(days=n) for n in range(6)} | {
    date(2028, 1, 25) + timedelta(days=n) for n in range(6)
}
# No beat: weeks in spring, over the end of the year, over 29/02/2028. A beat but no worker: two weeks of summer.
NO_BEAT = (
    (date(2027, 2, 20), date(2027, 4, 20)),
    (date(2027, 12, 10), date(2028, 1, 20)),
    (date(2028, 2, 25), date(2028, 3, 5)),
)
NO_WORKER = ((date(2027, 7, 1), date(2027, 7, 14)), (date(2028, 6, 10), date(2028, 7, 20)))


def inside(day: date, spans: tuple[tuple[date, date], ...]) -> bool:
    """Return whether *day* lies in one of *spans*."""
    return any(since <= day <= until for since, until in spans)


class Broker:
    """A queue of work in memory: some of it is lost with a worker that dies, some is handed out twice."""

    def __init__(self, seed: int) -> None:
        self.chance, self.queue = random.Random(seed), list[int]()

    def hand_over(self, task: str, number: int) -> None:
        """Take one piece of work."""
        assert task == WRITE_TASK
        self.queue.append(number)

    def work(self) -> None:
        """Let workers have what waits: each piece is done, lost, or done twice."""
        waiting, self.queue = self.queue, []
        for number in waiting:
            for _again in range(self.chance.choice((0, 1, 1, 2))):
                write_report(run_id=number)


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize(
    ("rule", "draft", "send"),
    [
        ("calendar", 5, 10),
        *(
            pytest.param(*given, marks=pytest.mark.heavy)
            for given in (("mid_month", 15, 20), ("calendar", 27, 28), ("day_30", 1, 5))
        ),
    ],
)
def test_two_years_with_workers_down_and_beats_fired_twice_give_each_report_once(
    desk: Desk, rule: str, draft: int, send: int
) -> None:
    officer, broker = desk.actors["report_officer"], Broker(draft)
    save_closing_rule(actor=officer, code="day_30", name="Chốt ngày 30", closing_day=30, basis="Kiểm thử", active=True)
    starts(date(2027, 1, 1))
    for kind in SCHEDULED:
        save_template(actor=officer, kind=kind, closing_rule=rule, due_day=draft, send_by_day=send)
    day, last, asked = date(2027, 1, 1), date(2029, 1, 31), dict[int, date]()
    known = patch("reports.services.writing.freeze", return_value=replace(made_frozen(agencies=1), sections=()))
    handing = patch("reports.services.handing_over._hand_over", broker.hand_over)
    # Nobody changes a day off meanwhile: a thousand beats read the same calendar.
    reading = patch("reports.services.scheduling.work_calendar", return_value=work_calendar())
    with known, handing, reading:
        while day <= last:
            with at(day):
                if not inside(day, NO_BEAT):
                    for number in [*request_due_reports(), *(request_due_reports() if day.day % 3 == 0 else [])]:
                        asked[number] = day
                if not inside(day, NO_WORKER):
                    broker.work()
            day += timedelta(days=1)
    expected = {(str(k), year, n): 1 for k in SCHEDULED for year in (2027, 2028) for n in range(1, NUMBERS[k] + 1)}
    # What closes in January is due within it.
    expected |= {("month", 2029, 1): 1} if rule == "mid_month" else {}
    assert made() == expected
    check_each(asked, draft)
    check_days(rule)
    check_written()


def check_each(asked: dict[int, date], draft: int) -> None:
    """See that each report is asked for on its day: the first working day from *draft* on, or when beats came back."""
    calendar = work_calendar()
    for run in ReportRun.objects.all():
        wanted = run.period_end + timedelta(days=1)
        while wanted.day != draft:
            wanted += timedelta(days=1)
        while wanted in TET or not calendar.is_working_day(wanted):
            wanted += timedelta(days=1)
        while inside(wanted, NO_BEAT):
            wanted += timedelta(days=1)
        assert asked[run.pk] == wanted, run.code
        assert run.send_by is not None
        assert calendar.is_working_day(run.send_by)
        assert run.send_by > run.period_end


def check_days(rule: str) -> None:
    """See that the periods of each kind follow one another day by day and end where the rule says."""
    for kind in SCHEDULED:
        days = list(
            ReportRun.objects.filter(kind=kind).order_by("period_end").values_list("period_start", "period_end")
        )
        for (_since, before), (since, until) in pairwise(days):
            assert since == before + timedelta(days=1) or kind == Kind.NINE_MONTHS
            assert since < until
        ends = [until for _since, until in days]
        if rule == "mid_month":
            assert {until.day for until in ends} == {14}
        elif rule == "calendar":
            assert {(until + timedelta(days=1)).day for until in ends} == {1}
        else:
            assert {until.day for until in ends} <= {28, 29, 30}
    assert rule == "mid_month" or date(2028, 2, 29) in {
        run.period_end for run in ReportRun.objects.filter(kind="month")
    }
    assert all(run.data_until == clock.start_of(run.period_end, after=True) for run in ReportRun.objects.all())


def check_written() -> None:
    """See that each report was written once, though workers were away, died, or did the same twice."""
    runs = ReportRun.objects.filter(drafted_at__isnull=False)
    assert runs.count() == ReportRun.objects.count()
    for deed in ("report.requested", "report.drafted"):
        told = Counter(Fact.objects.filter(deed=deed).values_list("subject_id", flat=True))
        assert told == dict.fromkeys((str(run.pk) for run in runs), 1), deed
    assert Counter(NarrativeVersion.objects.values_list("run_id", flat=True)) == dict.fromkeys((r.pk for r in runs), 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_after_weeks_down_make_each_report_once(desk: Desk) -> None:
    starts(date(2027, 9, 1))
    wrong: list[Exception] = []

    def beat() -> None:
        try:
            request_due_reports()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    # After 29/02/2028 and a year's end, with half a year to make up for.
    with at(date(2028, 3, 6)), patch("reports.services.handing_over.current_app"):
        threads = [threading.Thread(target=beat) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert set(made().values()) == {1}
    months = {("month", 2027, number) for number in (9, 10, 11, 12)} | {("month", 2028, 1), ("month", 2028, 2)}
    others = {("quarter", 2027, 3), ("quarter", 2027, 4), ("half_year", 2027, 2), ("nine_months", 2027, 1)}
    assert set(made()) == months | others | {("year", 2027, 1)}


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


def test_the_final_report_takes_the_place_of_the_preliminary_one(desk: Desk, few_parts: None) -> None:
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


def test_asked_for_as_preliminary_after_its_end_a_report_is_final(desk: Desk, few_parts: None) -> None:
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
