"""Feedback of agencies (QC16) and the yearly review made of it (Q50-15.7)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Notice, User
from accounts.roles import ROLES
from accounts.services.calendar import load_calendar
from audit.models import Fact
from core import clock
from core.actor import Actor
from core.documents.frozen import thaw
from core.documents.layout import Facts
from core.files.uploads import check_upload
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from incidents.services.help import ask_help
from reports.content.feedback import feedback
from reports.models import Feedback, FeedbackFile, FeedbackTheme, ReviewTheme, YearlyReview
from reports.queries.feedback import feedback_figures
from reports.queries.window import Window
from reports.selectors.feedback import days_left
from reports.selectors.reviews import checked
from reports.selectors.yearly_tasks import tasks_for
from reports.services.feedback import answer_feedback, file_feedback, group_feedback, save_theme
from reports.services.reviews import draft_review, edit_review, edit_theme, gather_again, move_review
from tests.catalog.conftest import JOB, holder, people
from tests.catalog.test_registries_at_once import twice
from tests.core.file_makers import pdf_bytes
from tests.incidents.test_outages import later
from tests.shelf import SHELF

__all__ = ["people"]
People = Callable[..., Actor]
DAY = 86_400
SAID = {"kind": "difficulty", "clause": "QC10.4", "subject": "Hạn kiểm thử ngắn", "text": "Mười ngày không đủ."}


@pytest.fixture(autouse=True)
def _calendar(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


def filed(actor: Actor, **fields: Any) -> Feedback:
    return file_feedback(actor=actor, **{**SAID, "form_token": uuid4(), **fields})


def answered(actor: Actor, found: Feedback, **fields: Any) -> Feedback:
    return answer_feedback(actor=actor, feedback=found, **{"answer": "Sở ghi nhận.", "audience": "own", **fields})


def told(actor: Actor) -> list[str]:
    return list(Notice.objects.filter(recipient_id=actor.user_id).order_by("pk").values_list("event", flat=True))


def refused(deed: Callable[[], Any], field: str) -> str:
    with pytest.raises(InvalidInput) as refusal:
        deed()
    return " ".join(map(str, refusal.value.errors[field]))


@pytest.mark.clause("QC16")
def test_filed_once_answered_in_its_term_to_the_agency_or_to_all(people: People) -> None:
    officer, staff = people("agency_officer"), people("report_officer", "H60.02")
    asked = ask_help(actor=officer, subject="Không hiểu hạn", text="Hạn nào?", form_token=uuid4())
    token = uuid4()
    upload = check_upload(SimpleUploadedFile("de-xuat.pdf", pdf_bytes()))
    made = filed(officer, form_token=token, upload=upload, help_request=asked)
    assert filed(officer, form_token=token) == made
    assert (made.help_request, made.statutory, FeedbackFile.objects.count()) == (asked, False, 1)
    assert "Điều 10" in made.citation
    assert days_left(made) in (15, 16)
    assert told(staff) == ["feedback.filed"]
    assert "Trả lời vướng mắc, đề xuất: Hạn kiểm thử ngắn" in [task.title for task in tasks_for(staff)]
    text = refused(lambda: answered(staff, made, audience="all"), "public_question")
    assert "không ghi tên cơ quan" in text
    seen = made.revision
    answered(staff, made, revision=seen)
    assert not Feedback.objects.published().exists()
    with pytest.raises(StateRefused):
        answered(staff, made, revision=seen, answer="Của người đến sau")
    answered(staff, made, audience="all", public_question="Kiểm thử trong bao lâu?", answer="Mười ngày làm việc.")
    assert Feedback.objects.published().get().public_question == "Kiểm thử trong bao lâu?"
    assert told(officer) == ["feedback.answered", "feedback.answered"]
    facts = Fact.objects.filter(deed="feedback.answered", clause="QC16").order_by("pk")
    assert [fact.before["answer"] for fact in facts] == ["", "Sở ghi nhận."]


def test_bad_input_is_told_and_another_agency_sees_nothing(people: People) -> None:
    officer, stranger = people("agency_officer"), people("agency_officer", "H60.91")
    assert refused(lambda: filed(officer, clause="QC99"), "clause")
    assert refused(lambda: filed(officer, subject=" "), "subject")
    assert refused(lambda: filed(officer, text="x" * 4001), "text")
    assert refused(lambda: filed(officer, kind="complaint"), "kind")
    theirs = ask_help(actor=stranger, subject="Của cơ quan khác", text="x", form_token=uuid4())
    made = filed(officer, help_request=theirs)
    assert made.help_request is None
    assert [Feedback.objects.visible_to(actor).count() for actor in (officer, stranger)] == [1, 0]
    for code, role in ROLES.items():
        actor = people(code, "H60.02" if role.side == "operator" else "H60.90")
        for permission, deed in (
            ("feedback.file", filed),
            ("feedback.answer", lambda who: answered(who, made)),
            ("feedback.answer", lambda who: save_theme(actor=who, name=f"Nhóm {who.name}")),
            ("feedback.answer", lambda who: group_feedback(actor=who, feedback=made, theme=None)),
        ):
            if permission in role.permissions:
                deed(actor)
            else:
                with pytest.raises(PermissionRefused):
                    deed(actor)


def grouped(people: People) -> FeedbackTheme:
    """File three pieces of two agencies, two of them under one theme."""
    theme = save_theme(actor=JOB, name="Thời hạn kiểm thử", note="", active=True)
    one, two = people("agency_officer"), people("agency_officer", "H60.91")
    for actor in (one, two):
        group_feedback(actor=JOB, feedback=filed(actor), theme=theme)
    filed(two, subject="Khác", kind="other", clause="")
    return theme


def drafted(year: int = clock.today().year, actor: Actor = JOB) -> YearlyReview:
    return draft_review(actor=actor, year=year, period_start=date(year, 1, 1), period_end=date(year, 12, 31))


@pytest.mark.clause("Q50-15.7", "QC16")
def test_a_review_is_drafted_edited_approved_by_another_and_issued(
    people: People, agency: Callable[..., Agency]
) -> None:
    agency("H60.02", is_operator=True, name="Sở Khoa học và Công nghệ")
    theme = grouped(people)
    writer, leader = people("report_officer", "H60.02"), people("department_leader", "H60.02")
    review = drafted(actor=writer)
    assert refused(lambda: drafted(actor=writer), "year")
    rows = {row.title: row for row in review.themes.all()}
    first = rows["Thời hạn kiểm thử"]
    assert (first.theme, first.feedback, first.agencies, first.clauses) == (theme, 2, 2, "QC10.4")
    assert [row.title for row in review.themes.all()][-1] == "Nội dung chưa xếp nhóm"
    with pytest.raises(GuardRefused, match="2 mục"):
        move_review(actor=writer, review=review, step="submit")
    seen = first.revision
    edit_theme(actor=writer, theme=first, our_answer="Đã ghi nhận", proposal="Kéo dài thành 15 ngày", revision=seen)
    with pytest.raises(StateRefused):
        edit_theme(actor=writer, theme=first, proposal="Của người đến sau", revision=seen)
    edit_theme(actor=writer, theme=rows["Nội dung chưa xếp nhóm"], our_answer="Đang xem xét")
    filed(people("agency_officer", "H60.92"))
    gather_again(actor=writer, review=review)
    assert ReviewTheme.objects.get(pk=first.pk).proposal == "Kéo dài thành 15 ngày"
    assert ReviewTheme.objects.get(theme=None).feedback == 2
    edit_review(actor=writer, review=review, closing="Sớm ban hành quy chế mới")
    move_review(actor=writer, review=review, step="submit")
    with pytest.raises(StateRefused):
        edit_review(actor=writer, review=review, closing="Sửa khi đã trình")
    with pytest.raises(PermissionRefused):
        move_review(actor=writer, review=review, step="approve")
    assert [task.title for task in tasks_for(leader)] == [f"Duyệt: {review}"]
    move_review(actor=leader, review=review, step="send_back", reason="Thiếu số liệu")
    assert f"Sửa bản bị trả lại: {review}" in [task.title for task in tasks_for(writer)]
    move_review(actor=writer, review=review, step="submit")
    move_review(actor=leader, review=review, step="approve")
    assert refused(lambda: move_review(actor=writer, review=review, step="issue", number="5"), "number_date")
    today = clock.today()
    done = move_review(actor=writer, review=review, step="issue", number="05/BC-SKHCN", number_date=today)
    document = thaw(done.content or {})
    assert "05/BC-SKHCN" in document.head.number
    assert document.check is not None
    assert document.check.code == done.code
    facts = [block for block in document.blocks if isinstance(block, Facts)]
    assert facts[0].rows[0][1] == "2 ý kiến của 2 cơ quan"
    known = checked(done.code.lower())
    assert known is not None
    assert (known.number, known.sha256) == ("05/BC-SKHCN", done.sha256)
    with pytest.raises(StateRefused):
        move_review(actor=writer, review=review, step="issue", number="06/BC-SKHCN", number_date=today)
    with pytest.raises(DatabaseError), transaction.atomic():
        YearlyReview.objects.update(closing="Sửa sau khi ban hành")
    province = people("province_leader", "H60")
    assert YearlyReview.objects.visible_to(province).count() == 1


def test_who_submitted_does_not_approve(people: People) -> None:
    grouped(people)
    review = drafted(actor=people("report_officer", "H60.02"))
    for row in review.themes.all():
        edit_theme(actor=JOB, theme=row, our_answer="x")
    leader = people("department_leader", "H60.02")
    with pytest.raises(PermissionRefused):
        move_review(actor=leader, review=review, step="submit")
    move_review(actor=people("report_officer", "H60.02"), review=review, step="submit")
    YearlyReview.objects.update(submitted_by=leader.user_id)
    with pytest.raises(PermissionRefused):
        move_review(actor=leader, review=review, step="approve")


def test_who_worded_a_review_does_not_approve_it_even_with_both_roles(people: People) -> None:
    theme = grouped(people)
    officer, leader = people("report_officer", "H60.02"), people("department_leader", "H60.02")
    both = replace(leader, permissions=leader.permissions | officer.permissions)
    review = drafted(actor=officer)
    for row in review.themes.all():
        edit_theme(actor=both if row.theme == theme else officer, theme=row, our_answer="x")
    move_review(actor=officer, review=review, step="submit")
    for step in ("approve", "send_back"):
        with pytest.raises(PermissionRefused):
            move_review(actor=both, review=review, step=step, reason="Lý do")
    assert YearlyReview.objects.get().approved_by is None
    move_review(actor=people("department_leader", "H60.03"), review=review, step="approve")


def test_feedback_goes_under_no_theme_that_is_ended(people: People) -> None:
    theme = save_theme(actor=JOB, name="Thời hạn", note="", active=True)
    made = filed(people("agency_officer"))
    save_theme(actor=JOB, theme=theme, active=False)
    assert refused(lambda: group_feedback(actor=JOB, feedback=made, theme=theme), "theme")
    assert Feedback.objects.get().theme is None


def test_periods_reversed_or_to_come_are_refused(people: People) -> None:
    year = clock.today().year
    with pytest.raises(InvalidInput):
        draft_review(actor=JOB, year=year, period_start=date(year, 5, 1), period_end=date(year, 4, 1))
    assert refused(lambda: drafted(year + 1), "period_start")
    empty = drafted()
    with pytest.raises(GuardRefused, match="chưa có mục nào"):
        move_review(actor=JOB, review=empty, step="submit")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_draft_one_review_and_answer_one_after_the_other(people: People) -> None:
    made = filed(people("agency_officer"))
    assert twice(drafted) == [InvalidInput]
    assert YearlyReview.objects.count() == 1
    assert twice(lambda: answered(JOB, made, revision=made.revision)) == [StateRefused]
    token = uuid4()
    officer = people("agency_officer")
    assert twice(lambda: filed(officer, form_token=token)) == []
    assert Feedback.objects.count() == 2


def test_the_part_of_the_report_counts_what_was_filed_and_answered(people: People) -> None:
    grouped(people)
    waiting = Feedback.objects.order_by("pk")
    answered(JOB, waiting[0])
    start = clock.now() - timedelta(days=1)
    figures = feedback_figures(Window(start, clock.now() + timedelta(seconds=1)))
    assert (figures.filed, figures.difficulties, figures.proposals, figures.agencies) == (3, 2, 0, 2)
    assert (figures.answered, figures.late, figures.open, figures.overdue) == (1, 0, 2, 0)
    assert [(row.name, row.filed, row.agencies) for row in figures.themes] == [
        ("Thời hạn kiểm thử", 2, 2),
        (None, 1, 1),
    ]
    with later(60 * DAY):
        answered(JOB, waiting[1])
        ended = feedback_figures(Window(start, clock.now() + timedelta(seconds=1)))
    assert (ended.answered, ended.late, ended.open, ended.overdue) == (2, 1, 1, 1)
    section = feedback(figures)
    assert section.summary == "Trong kỳ nhận 3 vướng mắc, đề xuất của 2 cơ quan; trả lời 1."
    assert section.tables[0].rows[1][0] == "Chưa xếp nhóm"
    before = feedback(feedback_figures(Window(start - timedelta(days=9), start)))
    assert "chưa nhận" in before.summary


def test_pages_of_agencies_leaders_and_the_desk(
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    people: People,
    django_assert_max_num_queries: Any,
) -> None:
    agency("H60.02", is_operator=True)
    client = signed_in(holder("agency_officer", "H60.90", agency, person))
    token = uuid4()
    typed = {**SAID, "clause": "QC16", "form_token": token}
    missing = client.post(reverse("file_feedback"), {**typed, "subject": ""})
    assert "Nhập tóm tắt" in missing.content.decode()
    assert "Mười ngày không đủ." in missing.content.decode()
    file = SimpleUploadedFile("de-xuat.pdf", pdf_bytes())
    assert client.post(reverse("file_feedback"), {**typed, "file": file}).status_code == 302
    made = Feedback.objects.get()
    places = [reverse("feedback", args=[made.code]), reverse("feedback_file", args=[made.code, made.file.pk])]
    stranger = signed_in(holder("agency_officer", "H60.91", agency, person))
    for place in places:
        assert client.get(place).status_code == 200
        assert stranger.get(place).status_code == 404
    desk = signed_in(holder("report_officer", "H60.02", agency, person))
    page = reverse("admin:reports_feedback_change", args=[made.pk])
    done = {"do": "answer", "revision": 1, "answer": "Mười lăm ngày", "audience": "all", "public_question": ""}
    refusal = desk.post(page, done)
    assert refusal.status_code == 422
    assert "Mười lăm ngày" in refusal.content.decode()
    assert desk.post(page, {**done, "public_question": "Kiểm thử bao lâu?"}).status_code == 302
    assert desk.post(page, {**done, "public_question": "Đến sau?"}).status_code == 409
    shown = stranger.get(reverse("feedback_answers")).content.decode()
    assert "Kiểm thử bao lâu?" in shown
    assert made.subject not in shown
    review = drafted(actor=people("report_officer", "H60.02"))
    for row in review.themes.all():
        theme = reverse("admin:reports_reviewtheme_change", args=[row.pk])
        assert desk.get(theme).status_code == 200
        edit_theme(actor=JOB, theme=row, our_answer="Đã trả lời")
    for step, who in (("submit", "report_officer"), ("approve", "department_leader")):
        review = move_review(actor=people(who, "H60.02"), review=review, step=step)
    leader = signed_in(holder("province_leader", "H60", agency, person))
    place = reverse("review", args=[review.year])
    assert leader.get(place).status_code == 404
    work = reverse("admin:reports_yearlyreview_change", args=[review.pk])
    day = f"{clock.today():%d/%m/%Y}"
    issued = {"do": "issue", "revision": review.revision, "number": "05/BC-SKHCN", "number_date": day}
    assert desk.post(work, issued).status_code == 302
    with django_assert_max_num_queries(15):
        assert leader.get(place).status_code == 200
    for ending, start in (("docx", b"PK"), ("pdf", b"%PDF")):
        found = leader.get(reverse("review_file", args=[review.year, ending]))
        assert found.content.startswith(start)
        assert found.content == leader.get(reverse("review_file", args=[review.year, ending])).content
        assert stranger.get(reverse("review_file", args=[review.year, ending])).status_code in (403, 404)
    for name in ("feedback", "yearlyreview", "reviewtheme"):
        with django_assert_max_num_queries(15):
            assert desk.get(reverse(f"admin:reports_{name}_changelist")).status_code == 200
    with django_assert_max_num_queries(15):
        assert client.get(reverse("feedback_list")).status_code == 200
