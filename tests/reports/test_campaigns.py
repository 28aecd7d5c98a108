"""A campaign from draft to result: who is asked, deadlines, reminders, closing, merging (QC15.5)."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from openpyxl import load_workbook

from accounts.models import Agency, Letter, Notice, User
from accounts.selectors.calendar import work_calendar
from audit.models import Fact
from audit.services.rollups import roll_up
from core import clock, files
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from reports.campaign_choices import CampaignState, StatementState
from reports.content.campaigns import campaigns as section_of
from reports.models import Campaign, CampaignQuestion, Statement, StatementReminder
from reports.queries.campaigns import campaign_figures
from reports.queries.window import Window
from reports.selectors.campaign_audience import audience_of
from reports.selectors.campaign_board import tasks_for
from reports.selectors.statements import compared, late_list, statements_for, with_days_late
from reports.services.campaign_letters import remind_of_statements, tell_of_campaigns
from reports.services.campaign_merging import merge_campaign
from reports.services.campaign_questions import save_question
from reports.services.campaigns import close_campaign, extend_deadline, issue_campaign, save_campaign
from reports.services.statement_steps import accept_matching, accept_statement, return_statement
from reports.succession import answers_for, successors
from tests.reports.campaigning import FIRST, OPERATOR, SECOND, Round, at, call, campaigning, in_days, remind_at

__all__ = ["campaigning"]
pytestmark = pytest.mark.clause("QC15.5")


def events(**only: Any) -> list[str]:
    return sorted(Notice.objects.filter(**only).values_list("event", flat=True))


def test_each_agency_is_asked_with_its_own_calls_filled_in(campaigning: Round) -> None:
    campaigning.issue(extra_questions="Có cần thêm dịch vụ nào?\n\n  Ai dùng? ", instructions="Đếm theo lượt gọi")
    found = {one.agency.code: one for one in Statement.objects.select_related("agency")}
    assert set(found) == {FIRST, SECOND}
    rows = {(row.service.code, row.logged, row.logged_success, row.declared) for row in found[FIRST].rows.all()}
    assert rows == {("xa-phuong", 20, 20, None), ("ho-tich", 3, 3, None)}
    campaign = Campaign.objects.get()
    asked = [(item["code"], item["required"]) for item in campaign.questions]
    assert asked[:2] == [("muc-dich", True), ("ket-qua", True)]
    assert asked[-2:] == [("them-1", True), ("them-2", True)]
    assert [item["text"] for item in campaign.questions[-2:]] == ["Có cần thêm dịch vụ nào?", "Ai dùng?"]
    last = campaign.due_at.astimezone(clock.VIETNAM)  # type: ignore[union-attr]
    assert last.date() == work_calendar().add_working_days(clock.today(), 10)
    assert campaign.due_label == "hạn nội bộ"
    question = CampaignQuestion.objects.get(code="muc-dich")
    given = {"text": "Câu khác", "hint": "", "place": 10, "basis": "Nội bộ"}
    save_question(actor=campaigning.staff, question=question, reason="Rõ hơn", **given)
    assert Campaign.objects.get().questions[0]["text"] != "Câu khác"


def test_agencies_are_told_once_whoever_dies(campaigning: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    campaigning.issue(instructions="Đếm theo lượt gọi")
    assert not Notice.objects.exists()
    with monkeypatch.context() as patched:
        # A worker dies over the second agency: what it told stays told, the rest is told by the next.
        from reports.services import campaign_letters

        told = campaign_letters.tell_agency
        seen: list[str] = []

        def dying(statement: Statement, *rest: Any) -> None:
            told(statement, *rest)
            seen.append(statement.code)
            if len(seen) == 2:
                raise OSError("gone")

        patched.setattr(campaign_letters, "tell_agency", dying)
        with pytest.raises(OSError, match="gone"):
            tell_of_campaigns()
    assert Notice.objects.values("agency").distinct().count() == 1
    assert tell_of_campaigns() == 1
    assert tell_of_campaigns() == 0
    readers = set(Notice.objects.filter(recipient__isnull=False).values_list("recipient__email", flat=True))
    sides = ("agency_officer", "agency_representative")
    assert readers == {campaigning.users[role, code].email for code in (FIRST, SECOND) for role in sides}
    assert Notice.objects.filter(mailbox="snnmt@lgsp.example").count() == 1
    assert Notice.objects.count() == Letter.objects.count() == 5
    assert all("hạn nội bộ" in notice.body for notice in Notice.objects.all())


def test_only_chosen_agencies_are_asked_and_one_without_calls_may_be_chosen(
    campaigning: Round, agency: Callable[..., Agency]
) -> None:
    quiet = agency("H60.20", name="Sở Y tế")
    campaigning.issue(everyone=False, agencies=[quiet, campaigning.bodies[SECOND]])
    found = {one.agency.code: one.rows.count() for one in Statement.objects.all()}
    assert found == {"H60.20": 0, SECOND: 1}


def test_a_body_that_ended_is_answered_for_by_its_successor(campaigning: Round, agency: Callable[..., Agency]) -> None:
    yesterday = clock.today() - timedelta(days=1)
    ended = agency("H60.30", name="Sở cũ", valid_to=yesterday, successor=campaigning.bodies[SECOND])
    older = agency("H60.31", name="Sở cũ hơn", valid_to=yesterday, successor=ended)
    lost = agency("H60.32", name="Sở giải thể", valid_to=yesterday)
    call(older, campaigning.services["ho-tich"], 4)
    call(lost, campaigning.services["ho-tich"], 2)
    roll_up()
    asked = audience_of(campaigning.draft())
    assert asked.unanswerable == (lost,)
    (heir,) = [one for one in asked.asked if one.agency.code == SECOND]
    assert heir.took_over == [older]
    assert heir.logged == 5
    assert successors() == {ended.pk: campaigning.bodies[SECOND].pk, older.pk: campaigning.bodies[SECOND].pk}
    lost.successor, ended.successor = ended, lost  # a ring leads nowhere
    lost.save()
    ended.save()
    assert successors() == {}


def test_an_agency_that_ends_meanwhile_leaves_its_statement_to_the_successor(campaigning: Round) -> None:
    campaigning.issue()
    first, second = campaigning.bodies[FIRST], campaigning.bodies[SECOND]
    first.valid_to, first.successor = clock.today() - timedelta(days=1), second
    first.save()
    assert set(answers_for(second.pk)) == {first.pk, second.pk}
    tell_of_campaigns()
    notice = Notice.objects.filter(link__contains=campaigning.statement(FIRST).code).first()
    assert notice is not None
    assert notice.agency == second
    assert "trả lời thay Sở Nông nghiệp và Môi trường" in notice.body
    seen = Statement.objects.visible_to(campaigning.officer(SECOND))
    assert {one.agency.code for one in seen} == {FIRST, SECOND}
    hints = [str(task.hint) for task in tasks_for(campaigning.officer(SECOND))]
    assert any("trả lời thay Sở Nông nghiệp và Môi trường" in hint for hint in hints)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"everyone": False}, "agencies"),
        ({"tolerance_percent": 101}, "tolerance_percent"),
        ({"extra_questions": "\n".join("câu" for _ in range(11))}, "extra_questions"),
        ({"extra_questions": "x" * 301}, "extra_questions"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
        ({"period_start": date(2026, 5, 2), "period_end": date(2026, 5, 1)}, ""),
    ],
)
def test_a_draft_that_is_wrong_is_a_field_error(campaigning: Round, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        campaigning.draft(**fields)
    assert wrong in refusal.value.errors
    assert not Campaign.objects.exists()


def test_what_is_not_ready_is_not_issued(campaigning: Round) -> None:
    today = clock.today()
    running = campaigning.draft(period_end=today)
    with pytest.raises(GuardRefused, match="chưa kết thúc"):
        issue_campaign(actor=campaigning.staff, campaign=running)
    nobody = campaigning.draft(period_start=date(2020, 1, 1), period_end=date(2020, 1, 31))
    roll_up()
    with pytest.raises(GuardRefused, match="Không có cơ quan nào"):
        issue_campaign(actor=campaigning.staff, campaign=nobody)
    late = campaigning.draft(due_on=today)
    with in_days(3), pytest.raises(GuardRefused, match="đã qua"):
        issue_campaign(actor=campaigning.staff, campaign=late)
    for role in ("department_leader", "inspector"):
        with pytest.raises(PermissionRefused):
            issue_campaign(actor=campaigning.actors[role, OPERATOR], campaign=late)
    assert not Statement.objects.exists()
    assert not Fact.objects.filter(deed="campaign.issued").exists()


def test_figures_that_are_still_being_summed_are_not_taken(
    campaigning: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafted = campaigning.draft()
    monkeypatch.setattr("reports.services.campaigns.roll_up", lambda: 0)
    with pytest.raises(GuardRefused, match="đang được cộng"):
        issue_campaign(actor=campaigning.staff, campaign=drafted)
    assert not Statement.objects.exists()


def test_a_draft_is_changed_until_it_is_issued_and_not_over_a_colleague(campaigning: Round) -> None:
    drafted = campaigning.draft()
    given = {"agencies": [], "title": "Tên khác"}
    save_campaign(actor=campaigning.staff, campaign=drafted, revision=drafted.revision, **given)
    with pytest.raises(StateRefused, match="vừa thay đổi"):
        save_campaign(actor=campaigning.staff, campaign=drafted, revision=drafted.revision, **given)
    issue_campaign(actor=campaigning.staff, campaign=drafted)
    with pytest.raises(StateRefused, match="đã phát hành"):
        save_campaign(actor=campaigning.staff, campaign=drafted, **given)


def test_more_time_is_given_with_a_reason_and_told_once_to_who_still_owes(campaigning: Round) -> None:
    campaign = campaigning.issue()
    tell_of_campaigns()
    campaigning.hand_in(SECOND)
    due = campaign.due_at.astimezone(clock.VIETNAM).date()  # type: ignore[union-attr]
    for day, reason, wrong in ((due, "Nghỉ lễ", "due_on"), (None, "Nghỉ lễ", "due_on"), (due, "", "reason")):
        with pytest.raises(InvalidInput) as refusal:
            extend_deadline(actor=campaigning.staff, campaign=campaign, due_on=day, reason=reason)
        assert wrong in refusal.value.errors
    later = due + timedelta(days=7)
    extend_deadline(actor=campaigning.staff, campaign=campaign, due_on=later, reason="Nghỉ lễ")
    Notice.objects.all().delete()
    assert (tell_of_campaigns(), tell_of_campaigns()) == (1, 0)
    assert set(events()) == {"campaign.extended"}
    assert set(Notice.objects.values_list("agency__code", flat=True)) == {FIRST}
    assert "Nghỉ lễ" in Notice.objects.all()[0].body
    close_campaign(actor=campaigning.staff, campaign=campaign)
    with pytest.raises(StateRefused, match="Chỉ gia hạn khi"):
        extend_deadline(actor=campaigning.staff, campaign=campaign, due_on=later + timedelta(days=1), reason="Nữa")


def test_reminders_come_each_once_and_the_latest_only_after_a_pause(campaigning: Round) -> None:
    remind_at(-3, -1, 1)
    campaign = campaigning.issue()
    campaigning.hand_in(SECOND)
    assert campaign.due_at is not None
    due = campaign.due_at.astimezone(clock.VIETNAM).date()
    calendar, nine = work_calendar(), timedelta(hours=9)
    given = []
    # No worker on the first day of reminding; it works on the next ones, twice each.
    for offset in (-2, -1, 0, 1, 2):
        with at(clock.start_of(calendar.shifted(due, offset)) + nine):
            given.append((remind_of_statements(), remind_of_statements()))
    assert given == [(1, 0), (1, 0), (0, 0), (1, 0), (0, 0)]
    assert set(StatementReminder.objects.values_list("offset", flat=True)) == {-3, -1, 1}
    subjects = [notice.subject for notice in Notice.objects.filter(event="statement.reminder").order_by("id")]
    assert "Còn 2 ngày làm việc" in subjects[0]
    assert "Quá hạn 1 ngày làm việc" in subjects[-1]
    assert set(Notice.objects.filter(event="statement.reminder").values_list("agency__code", flat=True)) == {FIRST}
    with at(clock.start_of(calendar.shifted(due, 1)) + timedelta(hours=2)):
        StatementReminder.objects.all().delete()
        assert remind_of_statements() == 0, "not in the night"


def test_closed_nothing_more_comes_in_and_merged_the_result_is_frozen(campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in(FIRST, declared={"xa-phuong": 30}, said="=HYPERLINK(1) đếm cả lượt thử lại")
    with pytest.raises(StateRefused):
        merge_campaign(actor=campaigning.staff, campaign=campaign)
    close_campaign(actor=campaigning.staff, campaign=campaign)
    with pytest.raises(StateRefused):
        close_campaign(actor=campaigning.staff, campaign=campaign)
    with pytest.raises(StateRefused, match="đã đóng"):
        campaigning.fill(SECOND)
    with pytest.raises(StateRefused, match="đã đóng"):
        campaigning.submit(SECOND)
    with pytest.raises(GuardRefused, match="Còn 1 báo cáo đã nộp"):
        merge_campaign(actor=campaigning.staff, campaign=campaign)
    accept_statement(actor=campaigning.staff, statement=campaigning.statement())
    merged = merge_campaign(actor=campaigning.staff, campaign=campaign)
    result = merged.result
    assert result is not None
    assert (result["asked"], result["accepted"], result["logged"], result["declared"]) == (2, 1, 23, 33)
    assert [row["name"] for row in result["missing"]] == ["Sở Tư pháp"]
    assert {row["service"]: row["declared"] for row in result["by_service"]} == {"xa-phuong": 30, "ho-tich": 3}
    assert result["answers"][0]["answers"][0]["answer"] == "Giải quyết hồ sơ đất đai"
    book = load_workbook(io.BytesIO(files.fetch(merged.result_sha256)))
    assert book.sheetnames == ["Tổng hợp", "Theo dịch vụ", "Theo cơ quan", "Chi tiết", "Ý kiến", "Chưa có báo cáo"]
    details = list(book["Chi tiết"].iter_rows(values_only=True))
    assert details[2][4:7] == (20, 30, 10)
    assert details[2][7] == "'=HYPERLINK(1) đếm cả lượt thử lại"
    assert {cell.data_type for row in book["Chi tiết"] for cell in row} <= {"s", "n"}
    with pytest.raises(StateRefused, match="đã tổng hợp"):
        return_statement(actor=campaigning.staff, statement=campaigning.statement(), reason="Sai")
    changes: list[dict[str, Any]] = [{"result": {}}, {"result_sha256": "0" * 64}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Campaign.objects.filter(pk=merged.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        campaigning.statement().versions.update(code="khác")


def test_late_ones_are_told_apart_and_taken_or_not_by_setting(campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in(SECOND)
    campaigning.fill(FIRST)
    with in_days(40):
        assert [one.agency.code for one in late_list(campaign)] == [FIRST]
        campaigning.submit(FIRST)
        assert campaigning.statement(FIRST).is_late
        assert not campaigning.statement(SECOND).is_late
        [(late, days)] = with_days_late(late_list(campaign))
        due, came = (moment.astimezone(clock.VIETNAM).date() for moment in (campaign.due_at, clock.now()))  # type: ignore[union-attr]
        passed = [due + timedelta(days=n) for n in range(1, (came - due).days + 1)]
        assert (late.agency.code, days) == (FIRST, sum(map(work_calendar().is_working_day, passed)))
    strict = campaigning.issue(accepts_late=False)
    campaigning.hand_in(SECOND)
    campaigning.fill(FIRST)
    with in_days(40):
        with pytest.raises(GuardRefused, match="không nhận báo cáo muộn"):
            campaigning.submit(FIRST)
        return_statement(actor=campaigning.staff, statement=campaigning.statement(SECOND), reason="Thiếu kết quả")
        campaigning.fill(SECOND, **{"ket-qua": "Giảm hai ngày"})
        campaigning.submit(SECOND)
        assert not campaigning.statement(SECOND).is_late, "it had been in time"
        assert [one.agency.code for one in late_list(strict)] == [FIRST]


def test_those_within_the_tolerance_are_accepted_together(campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in(SECOND)
    campaigning.hand_in(FIRST, declared={"xa-phuong": 22}, said="Đếm cả lượt thử lại")
    assert accept_matching(actor=campaigning.staff, campaign=campaign) == 1
    assert accept_matching(actor=campaigning.staff, campaign=campaign) == 0
    assert campaigning.statement(SECOND).state == StatementState.ACCEPTED
    assert campaigning.statement(FIRST).state == StatementState.SUBMITTED
    with pytest.raises(PermissionRefused):
        accept_matching(actor=campaigning.officer(), campaign=campaign)


def test_declared_stands_beside_logged_and_is_narrowed(campaigning: Round) -> None:
    campaign = campaigning.issue()
    campaigning.hand_in(SECOND)
    campaigning.hand_in(FIRST, declared={"xa-phuong": 21}, said="Lượt thử lại")

    def shown(**only: str) -> list[tuple[str, int | None]]:
        return [(row.service.code, row.difference) for row in compared(campaign, **only)]

    assert shown() == [("xa-phuong", 1), ("ho-tich", 0), ("xa-phuong", 0)]
    assert shown(only="khac") == [("xa-phuong", 1)]
    assert shown(only="giai-trinh") == []
    assert shown(words="tu phap") == [("xa-phuong", 0)]
    assert shown(state="accepted") == []
    return_statement(actor=campaigning.staff, statement=campaigning.statement(FIRST), reason="Chưa rõ")
    campaigning.fill(FIRST, declared={"xa-phuong": 19}, said="Đang sửa")
    assert shown() == [("xa-phuong", 0)], "what an agency is mending is its own"
    campaigning.submit(FIRST)
    assert shown(only="khac") == [("xa-phuong", -1)]


def test_the_workbench_of_both_sides_follows(campaigning: Round) -> None:
    def titles(actor: Any) -> list[str]:
        return [str(task.title) for task in tasks_for(actor)]

    campaign = campaigning.issue()
    assert titles(campaigning.officer()) == ["Khai báo cáo khai thác"]
    assert titles(campaigning.sender()) == []
    campaigning.fill()
    assert titles(campaigning.sender()) == ["Kiểm tra và nộp báo cáo khai thác"]
    campaigning.submit()
    assert titles(campaigning.officer()) == titles(campaigning.sender()) == []
    assert titles(campaigning.staff) == ["Xem xét 1 báo cáo khai thác đã nộp"]
    return_statement(actor=campaigning.staff, statement=campaigning.statement(), reason="Thiếu")
    assert titles(campaigning.officer()) == ["Sửa báo cáo khai thác được trả lại"]
    with in_days(40):
        assert titles(campaigning.staff) == ["Đóng đợt báo cáo đã hết hạn nộp"]
    close_campaign(actor=campaigning.staff, campaign=campaign)
    assert titles(campaigning.staff) == ["Tổng hợp báo cáo khai thác"]
    assert titles(campaigning.officer()) == []


def test_the_section_of_a_report_counts_as_of_the_end_of_its_window(campaigning: Round) -> None:
    now = clock.now()
    before = Window(now - timedelta(days=1), now)
    campaigning.issue()
    campaigning.hand_in(FIRST, declared={"xa-phuong": 21})
    whole = Window(now - timedelta(days=1), clock.now() + timedelta(seconds=1))
    (row,) = campaign_figures(whole).rows
    assert (row.asked, row.in_time, row.late, row.missing, row.logged, row.declared) == (2, 1, 0, 1, 23, 24)
    section = section_of(campaign_figures(whole))
    assert {figure.code: figure.value for figure in section.figures}["statements_in_time_rate"] == 50.0
    assert "1 chưa nộp" in section.summary
    empty = section_of(campaign_figures(before))
    assert (empty.figures, empty.tables[0].rows) == ((), ())
    assert "không phát hành" in empty.summary


def test_who_sees_campaigns(campaigning: Round, person: Callable[..., User], actor: Callable[..., Any]) -> None:
    campaigning.issue()
    leader = actor(person("ubnd@lgsp.example", campaigning.bodies["H60.03"], "province_leader"))
    technician = actor(person("kt@lgsp.example", campaigning.bodies[FIRST], "technician"))
    for reader in (campaigning.staff, campaigning.actors["inspector", OPERATOR]):
        assert Campaign.objects.visible_to(reader).count() == 1
        assert Statement.objects.visible_to(reader).count() == 2
    for stranger in (leader, technician):
        assert not Statement.objects.visible_to(stranger).exists()
        assert not Campaign.objects.visible_to(stranger).exists()
    assert Statement.objects.visible_to(campaigning.officer()).count() == 1
    both = replace(campaigning.staff, permissions=campaigning.staff.permissions | {"statement.draft"})
    assert Statement.objects.visible_to(both).count() == 2
    assert not statements_for(both).exists(), "at the portal a body reads what it answers itself"
    assert Campaign.objects.get().state == CampaignState.ISSUED
