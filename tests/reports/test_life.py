"""The life of a report: asked for once, frozen, worded, submitted, approved by another person, published (QC14.5)."""

import re
import threading
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts.models import Letter, Notice
from accounts.services.memberships import give_role
from audit.models import Fact
from core import clock, files
from core.actor import system_actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from reports import tasks
from reports.choices import Format, Kind, RunState
from reports.content.figures import thaw
from reports.models import NarrativeVersion, ReportFile, ReportRun, ReportTemplate
from reports.periods import CALENDAR, ad_hoc_period, month_period
from reports.selectors.runs import files_of, report_name
from reports.services.approving import approve_report, publish_report, return_report
from reports.services.closing import save_closing_rule
from reports.services.narratives import save_narrative
from reports.services.requesting import renew_report, request_report
from reports.services.submitting import make_files, submit_report
from reports.services.templates import save_template
from reports.services.writing import document_of, write_report
from tests.connections.test_at_once import at_once as together
from tests.connections.test_at_once import refusals
from tests.reports.conftest import Desk


def kept() -> list[Path]:
    """Return the files in the storage."""
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def at_once(deed: Callable[[], Any], times: int) -> list[Exception]:
    """Do *deed* so many times at once; return what went wrong."""
    wrong: list[Exception] = []

    def do() -> None:
        try:
            deed()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=do) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.clause("QC14.5")
def test_a_task_run_twice_does_its_part_once_and_gives_the_same_bytes(desk: Desk, few_parts: None) -> None:
    run = desk.ask()
    tasks.write_report(run.pk)
    drafted = ReportRun.objects.get()
    facts = Fact.objects.count()
    tasks.write_report(run.pk)
    again = ReportRun.objects.get()
    assert (again.drafted_at, again.figures, Fact.objects.count()) == (drafted.drafted_at, drafted.figures, facts)
    submit_report(actor=desk.actors["report_officer"], run=again)
    tasks.make_files(run.pk)
    first, facts = ReportRun.objects.get(), Fact.objects.count()
    tasks.make_files(run.pk)
    assert (ReportRun.objects.get().sha256, Fact.objects.count()) == (first.sha256, facts)
    content = files.fetch(first.sha256)
    assert sha256(content).hexdigest() == first.sha256
    assert document_of(first) == content


@pytest.mark.django_db(transaction=True)
def test_asked_for_by_many_at_once_there_is_one_report(desk: Desk) -> None:
    found: list[tuple[int, bool]] = []

    def ask() -> None:
        run, fresh = request_report(actor=desk.actors["report_officer"], period=desk.month, preliminary=True)
        found.append((run.pk, fresh))

    assert at_once(ask, 6) == []
    assert len({pk for pk, _fresh in found}) == 1
    assert sum(fresh for _pk, fresh in found) == 1
    assert ReportRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_ad_hoc_reports_asked_for_or_renewed_at_once_are_all_made_each_under_its_code(desk: Desk) -> None:
    names = iter(["Báo cáo một", "Báo cáo hai", "Báo cáo một", "Báo cáo ba"])
    today = clock.today()

    def ask() -> None:
        period = ad_hoc_period(today.replace(day=1), today)
        request_report(actor=desk.actors["report_officer"], period=period, preliminary=True, title=next(names))

    assert at_once(ask, 4) == []
    assert sorted(ReportRun.objects.values_list("title", flat=True)) == ["Báo cáo ba", "Báo cáo hai", "Báo cáo một"]
    assert len(set(ReportRun.objects.values_list("code", flat=True))) == 3
    ReportRun.objects.update(state=RunState.FAILED)
    old = iter(ReportRun.objects.order_by("pk"))
    assert at_once(lambda: renew_report(actor=desk.actors["report_officer"], run=next(old), reason="Bổ sung"), 3) == []
    assert ReportRun.objects.in_force().filter(state=RunState.REQUESTED).count() == 3
    assert len(set(ReportRun.objects.values_list("code", flat=True))) == 6


@pytest.mark.django_db(transaction=True)
def test_a_closing_rule_is_not_ended_while_a_template_comes_to_use_it(desk: Desk) -> None:
    officer, ended, using = desk.actors["report_officer"], threading.Event(), threading.Event()

    def end() -> None:
        with transaction.atomic():
            save_closing_rule(actor=officer, code="mid_month", active=False)
            ended.set()
            # The template is being saved now, and must not have judged the rule before this is committed.
            using.wait(timeout=0.3)

    def use() -> None:
        ended.wait(timeout=20)
        save_template(actor=officer, kind=Kind.MONTH, closing_rule="mid_month", due_day=15, send_by_day=20)
        using.set()

    save_template(actor=officer, kind=Kind.MONTH, closing_rule="calendar")
    assert refusals(together(end, use)) == [InvalidInput]
    assert ReportTemplate.objects.get(kind=Kind.MONTH).closing_rule.active


@pytest.mark.django_db(transaction=True)
def test_made_by_many_workers_at_once_there_is_one_of_each(desk: Desk, few_parts: None) -> None:
    run = desk.ask()
    assert at_once(lambda: tasks.write_report(run.pk), 4) == []
    assert ReportRun.objects.get().state == RunState.DRAFTED
    assert Fact.objects.filter(deed="report.drafted").count() == NarrativeVersion.objects.count() == 1
    officer = desk.actors["report_officer"]
    assert len(at_once(lambda: submit_report(actor=officer, run=run), 3)) == 2
    assert at_once(lambda: tasks.make_files(run.pk), 4) == []
    assert ReportRun.objects.get().state == RunState.SUBMITTED
    assert Fact.objects.filter(deed="report.presented").count() == 1
    assert len(kept()) == ReportFile.objects.count()
    leader = desk.actors["department_leader"]
    assert len(at_once(lambda: approve_report(actor=leader, run=run), 3)) == 2
    assert len(at_once(lambda: publish_report(actor=leader, run=run), 3)) == 2
    assert Letter.objects.filter(subject__contains="Đã phát hành báo cáo").count() == 1


# -- asking ----------------------------------------------------------------------------------------------
def test_a_period_that_runs_is_reported_only_as_preliminary_and_one_to_come_not_at_all(desk: Desk) -> None:
    officer = desk.actors["report_officer"]
    with pytest.raises(InvalidInput) as refused:
        request_report(actor=officer, period=desk.month)
    assert set(refused.value.errors) == {"preliminary"}
    coming = month_period(clock.today().year + 1, 1, CALENDAR)
    with pytest.raises(InvalidInput) as refused:
        request_report(actor=officer, period=coming, preliminary=True)
    assert set(refused.value.errors) == {"number"}
    assert not ReportRun.objects.exists()


def test_an_ad_hoc_report_has_a_name_and_bounds(desk: Desk) -> None:
    officer, period = desk.actors["report_officer"], ad_hoc_period(date(2026, 3, 2), date(2026, 5, 5))
    long = ad_hoc_period(date(2019, 3, 2), date(2026, 5, 5))
    for given, title, wrong in (
        (period, " \u200b\u202e", "title"),
        (period, "x" * 201, "title"),
        (long, "Dài", "end"),
    ):
        with pytest.raises(InvalidInput) as refused:
            request_report(actor=officer, period=given, title=title)
        assert set(refused.value.errors) == {wrong}
    run, fresh = request_report(
        actor=officer, period=period, title=" Dữ liệu  đất \u202eđai ", purpose="Công văn số 12"
    )
    assert (fresh, run.title, run.kind, run.code) == (True, "Dữ liệu đất đai", Kind.AD_HOC, "BC-DX-20260505")
    assert request_report(actor=officer, period=period, title="Dữ liệu đất đai") == (run, False)
    written = write_report(run_id=run.pk)
    assert thaw(written.figures or {}).letterhead.subject == "Dữ liệu đất đai"
    assert report_name(written) == "đột xuất: Dữ liệu đất đai"


@pytest.mark.clause("QC8.2")
@pytest.mark.parametrize("role", ["department_leader", "inspector", "evaluator", "province_leader", "agency_officer"])
def test_nobody_else_asks_or_submits(desk: Desk, role: str) -> None:
    with pytest.raises(PermissionRefused):
        request_report(actor=desk.actors[role], period=desk.month, preliminary=True)
    assert not ReportRun.objects.exists()
    run = desk.write()
    with pytest.raises(PermissionRefused):
        submit_report(actor=desk.actors[role], run=run)
    assert ReportRun.objects.get().state == RunState.DRAFTED


def test_no_template_no_report(desk: Desk) -> None:
    ReportTemplate.objects.all().delete()
    with pytest.raises(GuardRefused):
        desk.ask()
    assert not ReportRun.objects.exists()


def test_a_period_without_anything_is_still_a_right_report_that_says_so(desk: Desk) -> None:
    run, _fresh = request_report(actor=desk.actors["report_officer"], period=month_period(2026, 1, CALENDAR))
    texts = write_report(run_id=run.pk).narratives.get().texts
    assert re.search("chưa phát sinh|Không có số liệu", texts["use"])
    assert desk.publish(ReportRun.objects.get()).state == RunState.PUBLISHED


# -- approving -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["report_officer", "inspector", "evaluator", "province_leader", "agency_officer"])
def test_nobody_else_approves_returns_or_publishes(desk: Desk, role: str) -> None:
    run, leader = desk.submit(), desk.actors["department_leader"]
    facts = Fact.objects.count()
    with pytest.raises(PermissionRefused):
        approve_report(actor=desk.actors[role], run=run)
    with pytest.raises(PermissionRefused):
        return_report(actor=desk.actors[role], run=run, reason="Lý do")
    assert Fact.objects.count() == facts
    approve_report(actor=leader, run=run)
    with pytest.raises(PermissionRefused):
        publish_report(actor=desk.actors[role], run=run)
    assert ReportRun.objects.get().published_at is None


@pytest.mark.clause("QC14.5")
@pytest.mark.parametrize("hand", ["asked", "worded", "submitted"])
def test_who_had_a_hand_in_it_does_not_approve_it_even_with_both_roles(
    desk: Desk, few_parts: None, actor: Any, hand: str
) -> None:
    user = desk.users["department_leader"]
    agency = user.memberships.get().agency
    give_role(actor=system_actor("kiểm thử"), user=user, agency=agency, role="report_officer")
    both = actor(user)
    clean = desk.actors["report_officer"]
    run, _fresh = request_report(actor=both if hand == "asked" else clean, period=desk.month, preliminary=True)
    run = write_report(run_id=run.pk)
    if hand == "worded":
        save_narrative(actor=both, run=run, texts={"assessment": "Tốt."}, version=1)
    submit_report(actor=both if hand == "submitted" else clean, run=run)
    run = make_files(run_id=run.pk)
    with pytest.raises(PermissionRefused):
        approve_report(actor=both, run=run)
    if hand != "worded":
        stored = ReportRun.objects.get()
        stored.approved_by = user
        with pytest.raises(DatabaseError), transaction.atomic():
            stored.save()


def test_what_has_no_files_is_not_approved_and_what_is_not_approved_not_published(desk: Desk) -> None:
    leader, run = desk.actors["department_leader"], desk.write()
    for deed in (approve_report, publish_report):
        with pytest.raises(StateRefused):
            deed(actor=leader, run=run)
    run = desk.submit(run)
    with pytest.raises(StateRefused):
        publish_report(actor=leader, run=run)
    assert ReportRun.objects.get().state == RunState.SUBMITTED


def test_given_back_it_is_worded_again_and_its_files_are_made_anew(desk: Desk, few_parts: None) -> None:
    leader, officer = desk.actors["department_leader"], desk.actors["report_officer"]
    run = approve_report(actor=leader, run=desk.submit())
    first = run.sha256
    with pytest.raises(InvalidInput):
        return_report(actor=leader, run=run, reason=" ")
    returned = return_report(actor=leader, run=run, reason="Bổ sung kiến nghị")
    assert (returned.state, returned.sha256, returned.approved_by) == (RunState.DRAFTED, "", None)
    assert files_of(returned) == []
    assert Notice.objects.filter(event="report.returned", recipient=desk.users["report_officer"]).count() == 1
    current = returned.narratives.order_by("-version")[0]
    save_narrative(actor=officer, run=returned, texts={"connections": "Đã rà soát."}, version=current.version)
    with pytest.raises(StateRefused, match="vừa được người khác sửa"):
        submit_report(actor=officer, run=returned, version=current.version)
    second = desk.submit(returned, every=True)
    assert second.sha256 != first
    assert document_of(second) == files.fetch(second.sha256)
    assert second.sha256 in {item.sha256 for item in files_of(second)}
    assert {item.format for item in files_of(second)} == set(Format)
    assert [fact.after.get("docx") for fact in Fact.objects.filter(deed="report.presented").order_by("pk")] == [
        first,
        second.sha256,
    ]
    # Who still has the page of the first files open approves, and publishes, nothing else.
    with pytest.raises(StateRefused, match="các tệp khác"):
        approve_report(actor=leader, run=second, seen=first)
    assert ReportRun.objects.get().state == RunState.SUBMITTED
    approved = approve_report(actor=leader, run=second, seen=second.sha256)
    with pytest.raises(StateRefused, match="các tệp khác"):
        publish_report(actor=leader, run=approved, seen=first)
    assert (ReportRun.objects.get().state, ReportRun.objects.get().approved_by) == (
        RunState.APPROVED,
        desk.users["department_leader"],
    )


@pytest.mark.clause("QC7.5", "QC14.5")
def test_publishing_sends_leaders_of_the_province_a_link_and_no_file(
    desk: Desk, few_parts: None, person: Any, agency: Any
) -> None:
    province = desk.users["province_leader"].memberships.get().agency
    other = person("lanh-dao-2@lgsp.example", province, "province_leader")
    run = desk.publish()
    told = Notice.objects.filter(event="report.published")
    assert {item.recipient for item in told} == {desk.users["province_leader"], other}
    assert {item.link for item in told} == {f"/bao-cao/{run.code}/"}
    assert {item.agency for item in told} == {province}
    letters = Letter.objects.filter(notices__in=told)
    assert {letter.to for letter in letters} == {item.recipient.email for item in told if item.recipient}
    for letter in letters:
        assert letter.enclosure == ""
        assert f"{settings.PUBLIC_URL}/thong-bao/" in letter.body
        assert "không kèm tệp" in letter.body
    again = renew_report(actor=desk.actors["report_officer"], run=run, reason="Bổ sung")
    desk.publish(write_report(run_id=again.pk))
    assert f"thay thế báo cáo {run.code}" in Notice.objects.filter(event="report.published").order_by("-pk")[0].body


# -- frozen ----------------------------------------------------------------------------------------------
