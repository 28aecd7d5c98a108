"""Requests for help (QC14.2): from any page with its context, a term, an owner; an answer becomes a guide page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import DeadlinePolicy, Notice, User
from accounts.roles import ROLES
from accounts.services.calendar import load_calendar
from audit.models import Fact
from core.actor import Actor
from core.files.uploads import check_upload
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents.models import GuideAnswer, HelpEntry, HelpRequest
from incidents.selectors.help import days_left
from incidents.selectors.workbench import tasks_for
from incidents.services.guides import save_guide
from incidents.services.help import answer_help, ask_help, close_help, take_help, tell_overdue, write_more
from tests.catalog.conftest import JOB, people
from tests.core.file_makers import pdf_bytes
from tests.incidents.test_outages import later
from tests.shelf import SHELF

__all__ = ["people"]
People = Callable[..., Actor]
DAY = 86_400


@pytest.fixture(autouse=True)
def _calendar(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


def asked(actor: Actor, **fields: Any) -> HelpRequest:
    values = {"subject": "Không gửi được hồ sơ", "text": "Bấm «Gửi» thì báo lỗi.", "form_token": uuid4(), **fields}
    return ask_help(actor=actor, **values)


def told(actor: Actor) -> list[str]:
    return list(Notice.objects.filter(recipient_id=actor.user_id).order_by("pk").values_list("event", flat=True))


@pytest.mark.clause("QC14.2", "Q50-15.5")
def test_asked_with_its_page_answered_in_time_written_on_closed(people: People) -> None:
    officer, operator = people("agency_officer"), people("operator", "H60.02")
    token = uuid4()
    made = asked(officer, page="/ket-noi/7/", page_request="01a2-b3", form_token=token)
    assert asked(officer, form_token=token) == made
    assert made.code.startswith("HT-")
    assert (made.page, made.page_request, made.state, made.owner) == ("/ket-noi/7/", "01a2-b3", "open", None)
    assert days_left(made) in (2, 3)
    assert told(operator) == ["help.asked"]
    assert [task.title for task in tasks_for(operator)][-1] == "Trả lời yêu cầu hỗ trợ: Không gửi được hồ sơ"
    upload = check_upload(SimpleUploadedFile("cach-lam.pdf", pdf_bytes()))
    answer_help(actor=operator, request=made, text="Thiếu phần 4.", form_token=uuid4(), upload=upload)
    made = HelpRequest.objects.get(pk=made.pk)
    assert (made.state, made.owner_id, days_left(made)) == ("answered", operator.user_id, None)
    assert told(officer) == ["help.answered"]
    assert [task.title for task in tasks_for(officer)] == ["Xem trả lời: Không gửi được hồ sơ"]
    first_due = made.due_at
    with later(7 * DAY):
        again = uuid4()
        for _twice in range(2):
            write_more(actor=officer, request=made, text="Vẫn lỗi", form_token=again)
    made = HelpRequest.objects.get(pk=made.pk)
    assert made.state == "open"
    assert made.due_at is not None
    assert first_due is not None
    assert made.due_at > first_due + timedelta(days=5)
    assert told(operator) == ["help.asked", "help.written"]
    close_help(actor=officer, request=made)
    for deed in (
        lambda: close_help(actor=officer, request=made),
        lambda: write_more(actor=officer, request=made, text="x", form_token=uuid4()),
        lambda: answer_help(actor=operator, request=made, text="x", form_token=uuid4()),
    ):
        with pytest.raises(StateRefused):
            deed()
    deeds = ["help.asked", "help.answered", "help.written", "help.closed"]
    facts = Fact.objects.filter(deed__startswith="help.", clause="QC14.2").order_by("pk")
    assert list(facts.values_list("deed", flat=True)) == deeds
    assert HelpEntry.objects.count() == 3


def test_the_term_is_data_and_being_late_is_told_once_a_term(people: People) -> None:
    officer, operator = people("agency_officer"), people("operator", "H60.02")
    policy = DeadlinePolicy.objects.get(code="help.answer")
    assert (policy.statutory, policy.amount) == (False, 2)
    made = asked(officer)
    assert tell_overdue() == 0
    with later(10 * DAY):
        assert [tell_overdue(), tell_overdue()] == [1, 0]
        assert HelpRequest.objects.overdue().count() == 1
        answer_help(actor=operator, request=made, text="Trả lời", form_token=uuid4())
        write_more(actor=officer, request=made, text="Còn hỏi", form_token=uuid4())
        assert tell_overdue() == 0
    with later(30 * DAY):
        assert tell_overdue() == 1
    assert told(operator).count("help.late") == 2
    DeadlinePolicy.objects.all().delete()
    assert asked(officer, subject="Không hạn").due_at is None


def test_each_role_asks_or_answers_or_neither(people: People) -> None:
    made = asked(people("agency_officer"))
    for code, role in ROLES.items():
        actor = people(code, "H60.02" if role.side == "operator" else "H60.90")
        for permission, deed in (
            ("help.ask", lambda actor=actor: asked(actor)),
            ("help.answer", lambda actor=actor: answer_help(actor=actor, request=made, text="x", form_token=uuid4())),
            ("help.answer", lambda actor=actor: take_help(actor=actor, request=made)),
            ("help.publish", lambda actor=actor: publish(actor)),
        ):
            if permission in role.permissions:
                deed()
            else:
                with pytest.raises(PermissionRefused):
                    deed()


def test_another_agency_sees_and_writes_nothing(people: People) -> None:
    made, stranger = asked(people("agency_officer")), people("agency_officer", "H60.91")
    colleague, inspector = people("technician"), people("inspector", "H60.02")
    seen = [HelpRequest.objects.visible_to(actor).count() for actor in (colleague, inspector, stranger)]
    assert seen == [1, 1, 0]
    for deed in (
        lambda: write_more(actor=stranger, request=made, text="x", form_token=uuid4()),
        lambda: close_help(actor=stranger, request=made),
        lambda: answer_help(actor=stranger, request=made, text="x", form_token=uuid4()),
    ):
        with pytest.raises(PermissionRefused):
            deed()
    assert HelpEntry.objects.count() == 1
    write_more(actor=colleague, request=made, text="Đồng nghiệp viết thêm", form_token=uuid4())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"text": " \n"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"subject": "x" * 201}, "subject"),
    ],
)
def test_gaps_are_field_errors(people: People, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        asked(people("agency_officer"), **fields)
    assert field in refusal.value.errors
    assert not HelpRequest.objects.exists()


@pytest.mark.parametrize(
    "page", ["//evil.example/x", "https://evil.example", "/a b", "/x?ten=ai", "javascript:1", "/\\evil"]
)
def test_a_page_that_is_none_of_ours_is_not_kept(people: People, page: str) -> None:
    assert asked(people("agency_officer"), page=page).page == ""


def test_an_owner_is_somebody_who_answers(people: People) -> None:
    made, operator = asked(people("agency_officer")), people("operator", "H60.02")
    evaluator, reporter = people("evaluator", "H60.02"), people("report_officer", "H60.02")
    take_help(actor=operator, request=made, owner=User.objects.get(pk=evaluator.user_id))
    assert take_help(actor=evaluator, request=made).owner_id == evaluator.user_id
    assert Fact.objects.filter(deed="help.taken").count() == 1
    with pytest.raises(InvalidInput):
        take_help(actor=operator, request=made, owner=User.objects.get(pk=reporter.user_id))
    write_more(actor=people("agency_officer"), request=made, text="Thêm", form_token=uuid4())
    assert "help.written" in told(evaluator)
    assert "help.written" not in told(operator)


def publish(actor: Actor, **fields: Any) -> GuideAnswer:
    values = {"question": "Gửi hồ sơ thế nào?", "answer": "Đủ bảy phần thì gửi được.", "topic": "filing", **fields}
    return save_guide(actor=actor, guide=values.pop("guide", GuideAnswer()), published=True, **values)


@pytest.mark.clause("QC14.2")
def test_an_answer_becomes_a_guide_page_without_names(people: People, client: Client) -> None:
    officer, operator = people("agency_officer"), people("operator", "H60.02")
    made = asked(officer)
    answer_help(actor=operator, request=made, text="Thiếu phần 4.", form_token=uuid4())
    for text in ("Chào Cơ quan thử H60.90", "Gửi cán bộ agency-officer.h60.90"):
        with pytest.raises(InvalidInput) as refusal:
            publish(operator, source=made, answer=text)
        assert "answer" in refusal.value.errors
    guide = publish(operator, source=made)
    assert "Gửi hồ sơ thế nào?" in client.get("/huong-dan/?q=bay+phan").content.decode()
    assert "Không có câu hỏi nào khớp" in client.get("/huong-dan/?q=khong+co+chu+nay").content.decode()
    assert "Không có câu hỏi nào khớp" in client.get("/huong-dan/?muc=keys").content.decode()
    page = client.get(reverse("guide_answer", args=[guide.pk])).content.decode()
    assert "Đủ bảy phần thì gửi được." in page
    assert "H60.90" not in page
    with pytest.raises(InvalidInput) as refusal:
        save_guide(actor=operator, guide=guide, published=False)
    assert list(refusal.value.errors) == ["reason"]
    save_guide(actor=operator, guide=guide, published=False, reason="Đã cũ")
    assert client.get(reverse("guide_answer", args=[guide.pk])).status_code == 404
    assert "Chưa có mục hỏi đáp nào" in client.get("/huong-dan/").content.decode()


def test_the_pages_of_both_sides(people: People, signed_in: Callable[[User], Client]) -> None:
    officer, operator = people("agency_officer"), people("operator", "H60.02")
    own, desk = (signed_in(User.objects.get(pk=actor.user_id)) for actor in (officer, operator))
    page = own.get("/ket-noi/").content.decode()
    assert "Cần hỗ trợ về trang này" in page
    assert "/ho-tro/gui/?trang=%2Fket-noi%2F&amp;ma=" in page
    assert "Cần hỗ trợ về trang này" not in Client().get("/").content.decode()
    form = own.get("/ho-tro/gui/?trang=/ket-noi/&ma=01ab").content.decode()
    assert 'value="/ket-noi/"' in form
    kept = own.post("/ho-tro/gui/", {"text": "Đã gõ", "form_token": uuid4(), "page": "/ket-noi/"}).content.decode()
    assert "Đã gõ" in kept
    assert "has-error" in kept
    sent = {"subject": "Hỏi", "text": "Nội dung", "form_token": uuid4(), "page": "/ket-noi/", "page_request": "01ab"}
    file = SimpleUploadedFile("anh.pdf", pdf_bytes())
    assert own.post("/ho-tro/gui/", {**sent, "file": file}).status_code == 302
    found = HelpRequest.objects.get()
    address = reverse("admin:incidents_helprequest_change", args=[found.pk])
    assert "01ab" in desk.get(address).content.decode()
    assert desk.post(address, {"do": "take"}).status_code == 302
    assert "Nhập" in desk.post(address, {"do": "answer", "form_token": uuid4()}).content.decode()
    assert desk.post(address, {"do": "answer", "text": "Trả lời", "form_token": uuid4()}).status_code == 302
    body = own.get(reverse("help_request", args=[found.code])).content.decode()
    assert "Trả lời" in body
    # A person is named to their own side only.
    assert f"{operator.name}," not in body
    entry = found.entries.get(text="Nội dung")
    for client, name, args in (
        (own, "help_file", [found.code, entry.file.pk]),
        (desk, "admin:incidents_helprequest_file", [found.pk, entry.file.pk]),
    ):
        assert client.get(reverse(name, args=args)).content.startswith(b"%PDF")
    assert "Hỏi" in own.get("/ho-tro/").content.decode()
    assert "Hỏi" in desk.get(reverse("admin:incidents_helprequest_changelist") + "?cho=mine").content.decode()
    with later(-9 * DAY):
        asked(officer, subject="Chờ lâu nhất")
    asked(officer, subject="Mới hơn")
    queue = desk.get(reverse("admin:incidents_helprequest_changelist")).content.decode()
    assert queue.index("Chờ lâu nhất") < queue.index("Mới hơn") < queue.index(found.code)
    form = desk.get(reverse("admin:incidents_guideanswer_add") + f"?source={found.pk}").content.decode()
    assert 'value="Hỏi"' in form
    assert own.post(reverse("help_request", args=[found.code]), {"do": "close"}).status_code == 302
    assert (
        own.post(reverse("help_request", args=[found.code]), {"text": "x", "form_token": uuid4()}).status_code == 409
    )
