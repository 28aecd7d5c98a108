"""The life of a report: asked for once, written once, frozen, published by a second person (QC14.5)."""

import threading
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts.services.memberships import give_role
from audit.models import Fact
from core import clock, files
from core.actor import system_actor
from core.problems import DomainError, GuardRefused, InvalidInput, PermissionRefused, StateRefused
from reports import tasks
from reports.choices import ClosingRule, RunState
from reports.models import ReportRun, ReportTemplate
from reports.periods import first_on, last_ended_month, month_period
from reports.services.requesting import due_month, renew_report, request_due_reports, request_report, retry_report
from reports.services.writing import document_of, publish_report, write_report
from tests.reports.conftest import Desk


def stored_path(run: ReportRun) -> Path:
    """Return where the file of *run* lies."""
    return Path(settings.MEDIA_ROOT) / "content" / run.sha256[:2] / run.sha256


def test_a_task_run_twice_writes_once_and_a_lost_file_would_come_out_the_same(desk: Desk) -> None:
    run = desk.ask()
    tasks.write_report(run.pk)
    first = ReportRun.objects.get(pk=run.pk)
    content, facts = files.fetch(first.sha256), Fact.objects.count()
    tasks.write_report(run.pk)
    again = ReportRun.objects.get(pk=run.pk)
    assert (again.sha256, again.drafted_at, Fact.objects.count()) == (first.sha256, first.drafted_at, facts)
    assert sha256(content).hexdigest() == first.sha256
    assert document_of(again) == content


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_many_at_once_there_is_one_report(desk: Desk) -> None:
    found: list[tuple[int, bool]] = []

    def ask() -> None:
        try:
            run, fresh = request_report(actor=desk.actors["report_officer"], period=desk.month, preliminary=True)
            found.append((run.pk, fresh))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len({pk for pk, _fresh in found}) == 1
    assert sum(fresh for _pk, fresh in found) == 1
    assert ReportRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_written_by_many_workers_at_once_there_is_one_file(desk: Desk) -> None:
    run, wrong = desk.ask(), []

    def write() -> None:
        try:
            tasks.write_report(run.pk)
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert ReportRun.objects.get().state == RunState.DRAFTED
    assert Fact.objects.filter(deed="report.drafted").count() == 1
    assert len([path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]) == 1


def test_a_period_that_runs_is_reported_only_as_preliminary_and_one_to_come_not_at_all(desk: Desk) -> None:
    officer = desk.actors["report_officer"]
    with pytest.raises(InvalidInput) as refused:
        request_report(actor=officer, period=desk.month)
    assert set(refused.value.errors) == {"preliminary"}
    coming = month_period(clock.today().year + 1, 1, ClosingRule.CALENDAR)
    with pytest.raises(InvalidInput) as refused:
        request_report(actor=officer, period=coming, preliminary=True)
    assert set(refused.value.errors) == {"month"}
    assert not ReportRun.objects.exists()


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize("role", ["department_leader", "inspector", "evaluator", "province_leader", "agency_officer"])
def test_nobody_else_asks_for_a_report(desk: Desk, role: str) -> None:
    with pytest.raises(PermissionRefused):
        request_report(actor=desk.actors[role], period=desk.month, preliminary=True)
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize("role", ["report_officer", "inspector", "evaluator", "province_leader", "agency_officer"])
def test_nobody_else_publishes_it(desk: Desk, role: str) -> None:
    run = desk.write()
    facts = Fact.objects.count()
    with pytest.raises(PermissionRefused):
        publish_report(actor=desk.actors[role], run=run)
    assert ReportRun.objects.get().published_at is None
    assert Fact.objects.count() == facts


def test_who_asked_for_it_does_not_publish_it_even_with_both_roles(desk: Desk, actor: Any) -> None:
    user = desk.users["report_officer"]
    agency = user.memberships.get().agency
    give_role(actor=system_actor("kiểm thử"), user=user, agency=agency, role="department_leader")
    run = desk.write()
    with pytest.raises(PermissionRefused):
        publish_report(actor=actor(user), run=run)
    stored = ReportRun.objects.get()
    stored.published_by = user
    with pytest.raises(DatabaseError), transaction.atomic():
        stored.save()
    assert publish_report(actor=desk.actors["department_leader"], run=run).state == RunState.PUBLISHED


def test_what_is_not_written_is_not_published(desk: Desk) -> None:
    run = desk.ask()
    with pytest.raises(StateRefused):
        publish_report(actor=desk.actors["department_leader"], run=run)
    assert ReportRun.objects.get().state == RunState.REQUESTED


def test_the_database_refuses_to_change_or_remove_what_was_written(desk: Desk) -> None:
    run = desk.write()
    for name, value in (("sha256", "0" * 64), ("figures", {}), ("data_until", clock.now())):
        changed = ReportRun.objects.get(pk=run.pk)
        setattr(changed, name, value)
        with pytest.raises(DatabaseError), transaction.atomic():
            changed.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        run.delete()
    assert ReportRun.objects.get().sha256 == run.sha256


def test_a_failure_is_told_and_tried_again_by_a_person(desk: Desk) -> None:
    run = desk.ask()
    with patch("reports.services.writing.render", side_effect=OSError("disk")):
        tasks.write_report(run.pk)
    failed = ReportRun.objects.get()
    assert (failed.state, failed.sha256, failed.figures) == (RunState.FAILED, "", None)
    assert "kho lưu trữ" in failed.failure
    with pytest.raises(PermissionRefused):
        retry_report(actor=desk.actors["department_leader"], run=failed)
    retry_report(actor=desk.actors["report_officer"], run=failed)
    tasks.write_report(run.pk)
    assert (ReportRun.objects.get().state, ReportRun.objects.get().failure) == (RunState.DRAFTED, "")


def test_a_file_that_was_changed_or_lost_is_not_given_out(desk: Desk) -> None:
    run = desk.write()
    place = stored_path(run)
    whole = place.read_bytes()
    place.write_bytes(whole[:-1])
    with pytest.raises(DomainError) as refused:
        files.fetch(run.sha256)
    assert refused.value.problem.status == 503
    # A worker that died half-way leaves no half file behind for ever: the same content is written again.
    assert files.keep(whole) == run.sha256
    assert files.fetch(run.sha256) == whole
    place.unlink()
    with pytest.raises(DomainError):
        files.fetch(run.sha256)


def test_a_report_made_anew_takes_the_place_of_the_old_one_with_a_reason(desk: Desk) -> None:
    old = desk.write()
    with pytest.raises(InvalidInput):
        renew_report(actor=desk.actors["report_officer"], run=old, reason=" ")
    with pytest.raises(PermissionRefused):
        renew_report(actor=desk.actors["department_leader"], run=old, reason="Lý do")
    assert ReportRun.objects.count() == 1
    publish_report(actor=desk.actors["department_leader"], run=old)
    new = renew_report(actor=desk.actors["report_officer"], run=old, reason="Bổ sung số liệu")
    old = ReportRun.objects.get(pk=old.pk)
    assert (old.state, old.supersede_reason) == (RunState.SUPERSEDED, "Bổ sung số liệu")
    assert (new.state, new.code) == (RunState.REQUESTED, f"{old.code}-2")
    assert old in ReportRun.objects.visible_to(desk.actors["province_leader"])
    assert new not in ReportRun.objects.visible_to(desk.actors["province_leader"])


# -- the schedule ------------------------------------------------------------------------------------
def at(day: date, hour: int) -> Any:
    """Let the clock show *hour* o'clock of *day* in Vietnam."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=clock.VIETNAM)
    return patch.multiple(
        clock, now=lambda: moment, local_now=lambda: moment.astimezone(clock.VIETNAM), today=lambda: day
    )


def starts(day: date) -> None:
    template = ReportTemplate.objects.get()
    template.starts_on = day
    template.save()


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [
        (date(2026, 12, 1), 5, None),
        (date(2026, 12, 1), 6, date(2026, 11, 30)),
        (date(2026, 12, 20), 0, date(2026, 11, 30)),
        (date(2027, 1, 1), 7, date(2026, 12, 31)),
        (date(2028, 3, 1), 6, date(2028, 2, 29)),
    ],
)
def test_the_ended_month_is_due_from_its_day_and_hour_on(desk: Desk, day: date, hour: int, due: date | None) -> None:
    starts(date(2026, 11, 25))
    with at(day, hour):
        period = due_month()
    assert (period.end if period else None) == due


def test_nothing_is_due_for_a_time_before_the_platform_or_when_switched_off(desk: Desk) -> None:
    starts(date(2026, 12, 1))
    with at(date(2026, 12, 1), 6):
        assert due_month() is None
    starts(date(2026, 11, 1))
    template = ReportTemplate.objects.get()
    template.active = False
    template.save()
    with at(date(2026, 12, 1), 6):
        assert due_month() is None


def test_the_schedule_makes_each_report_once_in_the_place_of_the_preliminary_one(desk: Desk) -> None:
    starts(date(2026, 11, 1))
    november = month_period(2026, 11, ClosingRule.CALENDAR)
    with at(date(2026, 11, 20), 9):
        early, _fresh = request_report(actor=desk.actors["report_officer"], period=november, preliminary=True)
        write_report(run_id=early.pk)
    with at(date(2026, 12, 1), 6):
        assert len(request_due_reports()) == 1
        assert request_due_reports() == []
    early = ReportRun.objects.get(pk=early.pk)
    final = ReportRun.objects.in_force().get()
    assert (early.state, early.preliminary) == (RunState.SUPERSEDED, True)
    assert (final.preliminary, final.data_until, final.requested_by) == (False, november.until, None)
    write_report(run_id=final.pk)
    assert publish_report(actor=desk.actors["department_leader"], run=final).state == RunState.PUBLISHED


def test_a_report_left_lying_is_handed_to_a_worker_again(desk: Desk) -> None:
    starts(date(2027, 1, 1))
    run = desk.ask()
    with patch("reports.services.requesting._hand_over") as handed:
        request_due_reports()
        assert not handed.called
        later = clock.now() + timedelta(minutes=6)
        with patch.object(clock, "now", lambda: later):
            request_due_reports()
    assert [call.args[0].pk for call in handed.call_args_list] == [run.pk]


def test_no_template_no_report(desk: Desk) -> None:
    ReportTemplate.objects.all().delete()
    with pytest.raises(GuardRefused):
        desk.ask()
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize(
    ("year", "month", "rule", "start", "end"),
    [
        (2026, 2, ClosingRule.CALENDAR, date(2026, 2, 1), date(2026, 2, 28)),
        (2028, 2, ClosingRule.CALENDAR, date(2028, 2, 1), date(2028, 2, 29)),
        (2026, 1, ClosingRule.MID_MONTH, date(2025, 12, 15), date(2026, 1, 14)),
        (2026, 12, ClosingRule.MID_MONTH, date(2026, 11, 15), date(2026, 12, 14)),
    ],
)
def test_the_days_of_a_month_s_report(year: int, month: int, rule: ClosingRule, start: date, end: date) -> None:
    period = month_period(year, month, rule)
    assert (period.start, period.end) == (start, end)
    assert period.since.isoformat() == f"{start}T00:00:00+07:00"
    assert period.until.isoformat() == f"{end + timedelta(days=1)}T00:00:00+07:00"
    assert last_ended_month(end, rule).end < end
    assert last_ended_month(end + timedelta(days=1), rule) == period


def test_the_first_day_so_and_so_after_a_day() -> None:
    assert first_on(1, date(2026, 12, 31)) == date(2027, 1, 1)
    assert first_on(18, date(2026, 12, 14)) == date(2026, 12, 18)
    assert first_on(14, date(2026, 12, 14)) == date(2027, 1, 14)
