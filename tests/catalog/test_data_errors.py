"""Reports of wrong data: filed against a call, answered in time, opened again, closed (QC4.5, QC11.4, QC15.2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Agency, Notice
from accounts.services.calendar import load_calendar
from audit.deeds import named
from audit.models import Fact
from catalog.models import DataErrorEntry, DataErrorReport, DataService, ServiceVersion
from catalog.selectors.data_errors import days_left, error_list
from catalog.selectors.duty_board import tasks_for
from catalog.services import data_errors as deeds
from catalog.services.versions import withdraw_version
from core import clock
from core.actor import ANONYMOUS, Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.catalog.unchanged import refused
from tests.shelf import SHELF

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC11.4", "QC15.2")]
People = Callable[..., Actor]
File = Callable[..., DataErrorReport]


@pytest.fixture
def file_one(people: People, published: DataService, agency: Callable[..., Agency]) -> File:
    """File a report as the officer of H60.90 about a service of H60.03."""
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))
    agency("H60.90", shared_mailbox="bao@lgsp.example")
    Agency.objects.filter(code="H60.03").update(shared_mailbox="cap@lgsp.example")

    def make(role: str = "agency_officer", code: str = "H60.90", **fields: Any) -> DataErrorReport:
        return deeds.file_error(
            actor=people(role, code), service=published, **{"wrong": "Tên xã cũ sau sắp xếp", **fields}
        )

    return make


def told(event: str) -> set[str]:
    found = Notice.objects.filter(event=event).values_list("mailbox", "recipient__email")
    return {mailbox or str(email) for mailbox, email in found}


def test_a_report_goes_from_filed_to_closed_and_both_sides_hear(people: People, file_one: File) -> None:
    provider, officer = people("provider_officer", "H60.03"), people("agency_officer")
    made = file_one(expected="Tên xã mới", evidence="Nghị quyết về sắp xếp", fields="name", version="v1")
    assert made.code == f"SL-{clock.today():%y%m%d}-0001"
    assert made.due_at is not None
    assert not made.statutory
    reporter = {"agency-officer.h60.90@lgsp.example", "bao@lgsp.example"}
    answerer = {"provider-officer.h60.03@lgsp.example", "cap@lgsp.example"}
    assert told("data_error.filed") == reporter | answerer
    body = Notice.objects.filter(event="data_error.filed", mailbox="cap@lgsp.example").get().body
    assert "Hạn nội bộ để trả lời" in body
    assert "Tên xã cũ" not in body
    deeds.answer_error(actor=provider, report=made, answer="more", text="Cần tên xã cụ thể")
    made.__dict__.update(DataErrorReport.objects.get(pk=made.pk).__dict__)
    assert (made.state, made.answer, days_left(made)) == ("answered", "more", None)
    assert told("data_error.answered") == reporter | answerer
    again = deeds.reopen_error(actor=officer, report=made, text="Xã thứ ba trong danh sách")
    assert again.state == "reopened"
    assert again.due_at is not None
    assert told("data_error.reopened") == reporter | answerer
    day = clock.today()
    done = deeds.answer_error(actor=provider, report=made, answer="corrected", text="Đã cập nhật", corrected_on=day)
    assert (done.answer, done.corrected_on) == ("corrected", day)
    closed = deeds.close_error(actor=officer, report=made, text="Đã kiểm tra, đúng")
    assert closed.closed_at is not None
    assert told("data_error.closed") == reporter | answerer
    assert list(made.entries.values_list("kind", flat=True)) == ["answer", "reopen", "answer", "close"]
    known = set(Fact.objects.filter(subject_type="catalog.dataerrorreport").values_list("deed", flat=True))
    assert known == {f"data_error.{step}" for step in ("filed", "answered", "reopened", "closed")}
    assert all(named(deed) != deed for deed in known)
    for deed in (
        lambda: deeds.answer_error(actor=provider, report=made, answer="corrected", text="x", corrected_on=day),
        lambda: deeds.reopen_error(actor=officer, report=made, text="x"),
        lambda: deeds.close_error(actor=officer, report=made, text="x"),
    ):
        refused(StateRefused, deed)


def test_who_stands_elsewhere_changes_nothing(people: People, file_one: File, published: DataService) -> None:
    made = file_one()
    for role, code in (
        ("agency_officer", "H60.90"),
        ("provider_officer", "H60.07"),
        ("agency_officer", "H60.03"),
        ("evaluator", "H60.02"),
    ):
        refused(
            PermissionRefused,
            lambda role=role, code=code: deeds.answer_error(
                actor=people(role, code), report=made, answer="not_error", text="x"
            ),
        )
    for role, code in (("provider_officer", "H60.03"), ("agency_officer", "H60.91"), ("agency_admin", "H60.90")):
        refused(
            PermissionRefused,
            lambda role=role, code=code: deeds.close_error(actor=people(role, code), report=made, text="x"),
        )
    for other in (people("agency_representative"), people("evaluator", "H60.02"), ANONYMOUS, JOB):
        refused(PermissionRefused, lambda other=other: deeds.file_error(actor=other, service=published, wrong="x"))
    refused(StateRefused, lambda: deeds.reopen_error(actor=people("agency_officer"), report=made, text="chưa trả lời"))
    operator = people("operator", "H60.02")
    assert deeds.answer_error(actor=operator, report=made, answer="not_error", text="Đúng nguồn").state == "answered"


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"wrong": " "}, "wrong"),
        ({"wrong": "x" * 2001}, "wrong"),
        ({"expected": "x" * 2001}, "expected"),
        ({"evidence": "x" * 2001}, "evidence"),
        ({"operation": "x" * 65}, "operation"),
        ({"version": "v1234"}, "version"),
        ({"fields": "x" * 301}, "fields"),
        ({"call_id": uuid4()}, "call_id"),
    ],
)
def test_bad_values_are_errors_of_their_field(fields: dict[str, Any], place: str, file_one: File) -> None:
    refusal = refused(InvalidInput, lambda: file_one(**fields))
    assert list(refusal.errors) == [place]


@pytest.mark.parametrize(
    ("answer", "text", "corrected_on", "place"),
    [
        ("corrected", "Đã sửa", None, "corrected_on"),
        ("corrected", "Đã sửa", clock.today() + timedelta(days=1), "corrected_on"),
        ("not_error", "Đúng", clock.today(), "corrected_on"),
        ("not_error", " ", None, "text"),
        ("khac", "x", None, "answer"),
        ("more", "x" * 2001, None, "text"),
    ],
)
def test_an_answer_that_says_too_little_is_refused(
    answer: str, text: str, corrected_on: date | None, place: str, file_one: File, people: People
) -> None:
    made, provider = file_one(), people("provider_officer", "H60.03")
    refusal = refused(
        InvalidInput,
        lambda: deeds.answer_error(actor=provider, report=made, answer=answer, text=text, corrected_on=corrected_on),
    )
    assert list(refusal.errors) == [place]


def test_closing_and_reopening_need_a_word(file_one: File, people: People) -> None:
    made, officer = file_one(), people("agency_officer")
    refused(InvalidInput, lambda: deeds.close_error(actor=officer, report=made, text=" "))
    deeds.answer_error(actor=people("provider_officer", "H60.03"), report=made, answer="not_error", text="Đúng")
    refused(InvalidInput, lambda: deeds.reopen_error(actor=officer, report=made, text=""))


def test_only_published_services_of_others_are_reported(
    file_one: File, people: People, published: DataService, service: Callable[..., DataService]
) -> None:
    draft = service("land-plots", "H60.07")
    officer = people("agency_officer")
    refusal = refused(InvalidInput, lambda: deeds.file_error(actor=officer, service=draft, wrong="x"))
    assert list(refusal.errors) == ["service"]
    assert "của cơ quan bạn" in str(refused(InvalidInput, lambda: file_one(code="H60.03")).errors["service"])
    withdraw_version(actor=JOB, version=ServiceVersion.objects.get(service=published), reason="thử")
    refused(InvalidInput, file_one)


def test_a_form_sent_twice_is_one_report_and_codes_count_up(file_one: File) -> None:
    token = uuid4()
    first = file_one(form_token=token)
    assert file_one(form_token=token) == first
    second = file_one(form_token=uuid4())
    assert [first.code[-4:], second.code[-4:]] == ["0001", "0002"]


def test_the_day_of_answer_is_data_and_late_ones_are_listed(
    file_one: File, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = datetime(2026, 11, 2, 3, tzinfo=UTC)
    monkeypatch.setattr("core.clock.now", lambda: monday)
    made = file_one()
    assert made.due_at is not None
    assert made.due_at.astimezone(clock.VIETNAM).date() == date(2026, 11, 9)
    assert days_left(made) == 5
    staff = people("operator", "H60.02")
    assert not error_list(staff, tab="overdue").exists()
    monkeypatch.setattr("core.clock.now", lambda: monday + timedelta(days=9))
    assert list(error_list(staff, tab="overdue")) == [made]
    assert days_left(made) == -2
    titles = {str(task.title): task.hint for task in tasks_for(staff)}
    assert titles["Đôn đốc trả lời sai lệch dữ liệu"] == "1 trường hợp"
    [task] = tasks_for(people("provider_officer", "H60.03"))
    assert (task.days_left, task.url) == (-2, f"/sai-lech-du-lieu/{made.code}/")
    deeds.answer_error(actor=people("provider_officer", "H60.03"), report=made, answer="not_error", text="Đúng")
    assert not error_list(staff, tab="overdue").exists()
    assert [str(task.title) for task in tasks_for(people("agency_officer"))] == [
        f"Xem trả lời về sai lệch dữ liệu {made.code}"
    ]


def test_what_was_said_stays_in_the_database(file_one: File, people: People) -> None:
    made = file_one()
    deeds.answer_error(actor=people("provider_officer", "H60.03"), report=made, answer="not_error", text="Đúng")
    for change in (
        lambda: DataErrorEntry.objects.update(text="khác"),
        lambda: DataErrorEntry.objects.all()._raw_delete("default"),
        lambda: DataErrorReport.objects.filter(pk=made.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# -- pages -----------------------------------------------------------------------------------------
Clients = Callable[..., Client]


def test_a_report_is_filed_and_answered_by_forms_alone(client_of: Clients, published: DataService) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))
    officer, provider = client_of("agency_officer"), client_of("provider_officer", "H60.03")
    service_page = officer.get("/danh-muc/administrative-units/").content.decode()
    assert "/sai-lech-du-lieu/moi/?dich-vu=administrative-units" in service_page
    form = officer.get("/sai-lech-du-lieu/moi/?dich-vu=administrative-units").content.decode()
    assert '<option value="administrative-units" selected>' in form
    assert "Không ghi dữ liệu cá nhân" in form
    given = {"service": published.code, "wrong": "Tên xã cũ", "fields_named": "name", "form_token": str(uuid4())}
    wrong = officer.post("/sai-lech-du-lieu/moi/", {**given, "call_id": str(uuid4())}).content.decode()
    assert "Không có lượt gọi mang mã này" in wrong
    assert "Tên xã cũ" in wrong
    odd = officer.post("/sai-lech-du-lieu/moi/", {**given, "call_id": "không phải mã"}).content.decode()
    assert "Mã yêu cầu gồm 36 ký tự" in odd
    assert not DataErrorReport.objects.exists()
    done = officer.post("/sai-lech-du-lieu/moi/", given)
    again = officer.post("/sai-lech-du-lieu/moi/", given)
    made = DataErrorReport.objects.get()
    place = f"/sai-lech-du-lieu/{made.code}/"
    assert done["Location"] == again["Location"] == place
    text = provider.get(place).content.decode()
    for part in ("Tên xã cũ", "Hạn nội bộ để trả lời", "Trả lời"):
        assert part in text
    empty = provider.post(place, {"do": "answer_it", "answer_it-text": "Đã cập nhật bảng mã"}).content.decode()
    assert "Chọn kết quả" in empty
    assert "Đã cập nhật bảng mã" in empty
    future = {"do": "answer_it", "answer_it-answer": "corrected", "answer_it-text": "Đã sửa"}
    answered = provider.post(place, {**future, "answer_it-corrected_on": "01/01/2099"}).content.decode()
    assert "không được ở tương lai" in answered
    assert DataErrorReport.objects.get().state == "new"
    good = {**future, "answer_it-corrected_on": f"{clock.today():%d/%m/%Y}"}
    assert provider.post(place, good).status_code == 302
    again = provider.post(place, good, follow=True).content.decode()
    assert "không thực hiện được khi" in again
    assert DataErrorEntry.objects.count() == 1
    assert officer.post(place, {"do": "reopen", "reopen-text": "Vẫn sai"}).status_code == 302
    assert (
        provider.post(place, {**good, "answer_it-answer": "not_error", "answer_it-corrected_on": ""}).status_code
        == 302
    )
    assert officer.post(place, {"do": "close", "close-text": "Đã rõ"}).status_code == 302
    assert "Đã đóng" in officer.get("/sai-lech-du-lieu/?tab=closed").content.decode()
    assert "Không có phản ánh nào khớp" in officer.get("/sai-lech-du-lieu/?tab=open").content.decode()
    staff = client_of("operator", "H60.02").get(f"/quan-tri/catalog/dataerrorreport/{made.pk}/change/")
    assert "Vẫn sai" in staff.content.decode()


@pytest.mark.parametrize(
    ("role", "code", "status"),
    [
        ("agency_officer", "H60.90", 200),
        ("technician", "H60.90", 200),
        ("agency_representative", "H60.90", 200),
        ("provider_officer", "H60.03", 200),
        ("agency_officer", "H60.03", 404),
        ("provider_officer", "H60.07", 404),
        ("agency_officer", "H60.91", 404),
        ("evaluator", "H60.02", 200),
        ("agency_admin", "H60.90", 403),
        ("", "H60.90", 302),
    ],
)
def test_a_report_is_read_by_its_two_sides_and_staff(
    role: str, code: str, status: int, client_of: Clients, file_one: File
) -> None:
    made = file_one()
    client = client_of(role, code)
    assert client.get(f"/sai-lech-du-lieu/{made.code}/").status_code == status
    if status != 200:
        answer = client.post(f"/sai-lech-du-lieu/{made.code}/", {"do": "close", "close-text": "x"})
        assert answer.status_code == status
        assert DataErrorReport.objects.get().state == "new"
    if status in (200, 404):
        text = client.get("/sai-lech-du-lieu/").content.decode()
        assert (made.code in text) is (status == 200)


def test_the_lists_ask_as_often_for_many_as_for_one(
    client_of: Clients, file_one: File, django_assert_max_num_queries: Any
) -> None:
    portal, staff = client_of("provider_officer", "H60.03"), client_of("operator", "H60.02")
    pages = ((portal, "/sai-lech-du-lieu/"), (staff, "/quan-tri/catalog/dataerrorreport/?late=0"))
    file_one()
    counts = []
    for client, address in pages:
        client.get(address)
        with django_assert_max_num_queries(30) as one:
            client.get(address)
        counts.append(len(one))
    for _number in range(6):
        file_one()
    for (client, address), count in zip(pages, counts, strict=True):
        with django_assert_max_num_queries(count):
            client.get(address)
