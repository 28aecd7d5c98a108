"""The register of direct sharing: deeds, refusals, overdue list, notices, who reads it where (QC11.8)."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Agency, Notice
from accounts.services.calendar import load_calendar
from audit.deeds import named
from audit.models import Fact
from catalog.models import DirectSharing, SharingReview, WatchMark
from catalog.selectors.duty_board import tasks_for
from catalog.selectors.exceptions import sharing_list
from catalog.services import exceptions as deeds
from core import clock
from core.actor import ANONYMOUS, Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.catalog.unchanged import refused
from tests.shelf import SHELF

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC11.8")]
People = Callable[..., Actor]
Clients = Callable[..., Client]
ROOM = "/quan-tri/catalog"


def day(offset: int) -> Any:
    return clock.today() + timedelta(days=offset)


@pytest.fixture
def values(agency: Callable[..., Agency]) -> dict[str, Any]:
    """A case decided a month ago, to be reviewed in half a year."""
    return {
        "provider": agency("H60.03", name="Sở Nội vụ", shared_mailbox="noi-vu@lgsp.example"),
        "receiver": agency("H60.07", name="Sở Nông nghiệp và Môi trường"),
        "data": "Danh sách vị trí việc làm",
        "why": "Hệ thống nguồn chưa có giao diện kết nối",
        "authority": "Ủy ban nhân dân tỉnh",
        "legal_basis": "Khoản 8 Điều 11 Quy chế",
        "decision_number": "01/QĐ-UBND",
        "decided_on": day(-30),
        "valid_from": day(-29),
        "valid_to": day(300),
        "review_on": day(180),
    }


@pytest.fixture
def case(values: dict[str, Any]) -> Callable[..., DirectSharing]:
    """Enter a case."""

    def make(**fields: Any) -> DirectSharing:
        return deeds.enter_sharing(actor=JOB, **{**values, **fields})

    return make


def test_a_case_is_entered_kept_moved_and_ended(people: People, values: dict[str, Any]) -> None:
    staff = people("operator", "H60.02")
    made = deeds.enter_sharing(actor=staff, **values)
    assert (made.state, made.is_overdue) == ("in_force", False)
    deeds.change_sharing(actor=staff, sharing=made, decision_number="02/QĐ-UBND")
    review: Callable[..., Any] = lambda **more: deeds.review_sharing(  # noqa: E731
        actor=staff, sharing=made, **{"note": "Đã xem lại", **more}
    )
    review(outcome="keep", until=day(400))
    made.refresh_from_db()
    assert (made.valid_to, made.review_on) == (day(400), day(400))
    review(outcome="move", until=day(60))
    made.refresh_from_db()
    assert (made.valid_to, made.review_on) == (day(400), day(60))
    review(outcome="end")
    made.refresh_from_db()
    assert (made.ended_on, made.end_reason, made.state) == (clock.today(), "Đã xem lại", "ended")
    for deed in (
        lambda: review(outcome="keep", until=day(9)),
        lambda: deeds.end_sharing(actor=staff, sharing=made, reason="lần nữa"),
        lambda: deeds.change_sharing(actor=staff, sharing=made, data="Khác"),
    ):
        refused(StateRefused, deed)
    known = list(Fact.objects.filter(subject_id=str(made.pk)).order_by("id").values_list("deed", flat=True))
    assert known == ["sharing.entered", "sharing.changed", *["sharing.reviewed"] * 3]
    assert all(named(deed) != deed for deed in known)
    assert Notice.objects.filter(mailbox="noi-vu@lgsp.example", event="sharing.reviewed").count() == 3


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"data": " "}, "data"),
        ({"why": ""}, "why"),
        ({"authority": ""}, "authority"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"decision_number": ""}, "decision_number"),
        ({"decided_on": day(1)}, "decided_on"),
        ({"valid_to": day(-40)}, "valid_to"),
        ({"review_on": day(301)}, "review_on"),
        ({"review_on": day(-40)}, "review_on"),
        ({"review_on": None}, "review_on"),
        ({"valid_to": None}, "valid_to"),
        ({"receiver": None}, ""),
        ({"receiver_name": "Một doanh nghiệp"}, "receiver_name"),
        ({"data": "x" * 2001}, "data"),
        ({"authority": "x" * 301}, "authority"),
    ],
)
def test_bad_values_are_errors_of_their_field(fields: dict[str, Any], place: str, values: dict[str, Any]) -> None:
    refusal = refused(InvalidInput, lambda: deeds.enter_sharing(actor=JOB, **{**values, **fields}))
    assert list(refusal.errors) == [place]


def test_both_sides_are_not_one(values: dict[str, Any]) -> None:
    values["receiver"] = values["provider"]
    refusal = refused(InvalidInput, lambda: deeds.enter_sharing(actor=JOB, **values))
    assert list(refusal.errors) == ["receiver"]


def test_a_receiver_outside_the_register_is_named(case: Callable[..., DirectSharing]) -> None:
    made = case(receiver=None, receiver_name="Trung tâm dữ liệu của Bộ (mẫu)")
    assert made.to_whom == "Trung tâm dữ liệu của Bộ (mẫu)"
    deeds.end_sharing(actor=JOB, sharing=made, reason="Hết nhu cầu")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"outcome": "keep", "until": None}, "until"),
        ({"outcome": "move", "until": day(0)}, "until"),
        ({"outcome": "end", "until": day(5)}, "until"),
        ({"outcome": "khac", "until": day(5)}, "outcome"),
        ({"outcome": "keep", "until": day(5), "note": " "}, "note"),
    ],
)
def test_a_review_that_says_too_little_is_refused(
    given: dict[str, Any], place: str, case: Callable[..., DirectSharing]
) -> None:
    made = case()
    refusal = refused(
        InvalidInput, lambda: deeds.review_sharing(actor=JOB, sharing=made, **{"note": "Đã xem", **given})
    )
    assert list(refusal.errors) == [place]


@pytest.mark.parametrize("role", ["agency_officer", "provider_officer", "evaluator", "department_leader"])
def test_who_does_not_keep_the_register_changes_nothing(
    role: str, people: People, case: Callable[..., DirectSharing], values: dict[str, Any]
) -> None:
    other, made = people(role, "H60.02" if role in ("evaluator", "department_leader") else "H60.03"), case()
    for deed in (
        lambda: deeds.enter_sharing(actor=other, **values),
        lambda: deeds.change_sharing(actor=other, sharing=made, data="x"),
        lambda: deeds.review_sharing(actor=other, sharing=made, outcome="end", note="x"),
        lambda: deeds.end_sharing(actor=other, sharing=made, reason="x"),
    ):
        refused(PermissionRefused, deed)


def test_what_is_overdue_stands_first_and_each_side_sees_its_own(
    people: People, case: Callable[..., DirectSharing], agency: Callable[..., Agency]
) -> None:
    far = case(data="xa")
    late = case(data="rà soát muộn", review_on=day(-1))
    expired = case(data="hết hạn", valid_to=day(-2), review_on=day(-2))
    over = case(data="đã xong", review_on=day(-3))
    deeds.end_sharing(actor=JOB, sharing=over, reason="xong")
    elsewhere = case(data="nơi khác", provider=agency("H60.11"), receiver=agency("H60.12"))
    staff = people("evaluator", "H60.02")
    assert list(sharing_list(staff)) == [expired, late, far, elsewhere, over]
    assert list(sharing_list(staff, only_late=True)) == [expired, late]
    assert expired.state == "expired"
    assert list(sharing_list(staff, words="het han")) == [expired]
    for role, code in (("provider_officer", "H60.03"), ("agency_officer", "H60.07")):
        assert set(sharing_list(people(role, code))) == {expired, late, far, over}
    for actor in (people("agency_officer"), people("agency_admin", "H60.03"), ANONYMOUS):
        assert not sharing_list(actor).exists()
    [task] = [item for item in tasks_for(people("operator", "H60.02")) if "chia sẻ trực tiếp" in str(item.title)]
    assert task.hint == "2 trường hợp"


def test_days_that_are_near_or_passed_are_told_once(
    people: People, case: Callable[..., DirectSharing], monkeypatch: pytest.MonkeyPatch
) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))
    people("operator", "H60.02")
    people("provider_officer", "H60.03")
    case(review_on=day(29), valid_to=day(200))
    case(review_on=day(31), valid_to=day(200))
    assert deeds.tell_of_days() == 1
    assert deeds.tell_of_days() == 0
    told = Notice.objects.filter(event="sharing.near")
    assert set(told.values_list("mailbox", flat=True)) == {"", "noi-vu@lgsp.example"}
    assert told.filter(recipient__isnull=False).count() == 2
    late = clock.now() + timedelta(days=30)
    monkeypatch.setattr("core.clock.now", lambda: late)
    assert deeds.tell_of_days() == 2
    assert Notice.objects.filter(event="sharing.overdue").count() == 3
    assert deeds.tell_of_days() == 0
    assert WatchMark.objects.count() == 3


def test_the_agencies_read_their_own_in_the_portal(
    client_of: Clients, case: Callable[..., DirectSharing], agency: Callable[..., Agency]
) -> None:
    case()
    case(data="Của cơ quan khác", provider=agency("H60.11"), receiver=agency("H60.12"), review_on=day(-1))
    own = client_of("provider_officer", "H60.03").get("/chia-se-truc-tiep/").content.decode()
    assert "Danh sách vị trí việc làm" in own
    assert "Của cơ quan khác" not in own
    assert "không có trường hợp" in client_of("agency_officer").get("/chia-se-truc-tiep/").content.decode()
    staff = client_of("evaluator", "H60.02")
    late = staff.get("/chia-se-truc-tiep/?qua-han=1").content.decode()
    assert "Của cơ quan khác" in late
    assert "Danh sách vị trí" not in late
    assert "Không có trường hợp nào khớp" in staff.get("/chia-se-truc-tiep/?q=khong").content.decode()
    assert client_of().get("/chia-se-truc-tiep/").status_code == 302


def test_the_register_leaves_as_a_spreadsheet_that_computes_nothing(
    client_of: Clients, case: Callable[..., DirectSharing]
) -> None:
    case(data="=HYPERLINK(1)")
    answer = client_of("provider_officer", "H60.03").get("/chia-se-truc-tiep/tai-ve/")
    assert answer["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2
    assert rows[1][:3] == ["Sở Nội vụ", "Sở Nông nghiệp và Môi trường", "'=HYPERLINK(1)"]
    foreign = load_workbook(io.BytesIO(client_of("agency_officer").get("/chia-se-truc-tiep/tai-ve/").content)).active
    assert foreign.max_row == 1


def test_staff_keep_it_on_their_pages(client_of: Clients, values: dict[str, Any]) -> None:
    client = client_of("operator", "H60.02")
    given = {name: f"{value:%d/%m/%Y}" if hasattr(value, "year") else value for name, value in values.items()}
    given |= {"provider": values["provider"].pk, "receiver": values["receiver"].pk, "receiver_name": ""}
    wrong = client.post(f"{ROOM}/directsharing/add/", {**given, "valid_to": "01/01/2020"})
    assert "từ ngày áp dụng trở đi" in wrong.content.decode()
    assert "Danh sách vị trí" in wrong.content.decode()
    assert not DirectSharing.objects.exists()
    assert client.post(f"{ROOM}/directsharing/add/", given).status_code == 302
    made = DirectSharing.objects.get()
    place = f"{ROOM}/directsharing/{made.pk}"
    assert client.post(f"{place}/change/", {**given, "data": "Đã sửa", "seen": 1}).status_code == 302
    stale = client.post(f"{place}/change/", {**given, "data": "Sửa nữa", "seen": 1}).content.decode()
    assert "vừa thay đổi nội dung này" in stale
    review = {"sharing": made.pk, "outcome": "keep", "until": "", "note": "Còn cần"}
    assert "ngày rà soát tiếp theo" in client.post(f"{ROOM}/sharingreview/add/", review).content.decode()
    good = {**review, "until": f"{day(90):%d/%m/%Y}"}
    assert client.post(f"{ROOM}/sharingreview/add/", good).status_code == 302
    page = client.get(f"{place}/change/").content.decode()
    assert "Còn cần" in page
    assert client.get(f"{ROOM}/sharingreview/{SharingReview.objects.get().pk}/change/").status_code == 200
    assert client.get(f"{ROOM}/directsharing/?overdue=0&q=da sua").status_code == 200
    assert "Tải sổ" in client.get(f"{ROOM}/directsharing/").content.decode()
    assert client.get(f"{place}/viec/end/").status_code == 200
    assert client.post(f"{place}/viec/end/", {"reason": ""}).status_code == 200
    assert client.post(f"{place}/viec/end/", {"reason": "Đã lên nền tảng"}).status_code == 302
    assert DirectSharing.objects.get().end_reason == "Đã lên nền tảng"


def test_rows_stay_and_lists_ask_as_often_for_many(
    client_of: Clients, case: Callable[..., DirectSharing], django_assert_max_num_queries: Any
) -> None:
    made = case()
    deeds.review_sharing(actor=JOB, sharing=made, outcome="keep", note="x", until=day(9))
    for change in (
        lambda: DirectSharing.objects.filter(pk=made.pk)._raw_delete("default"),
        lambda: SharingReview.objects.update(note="khác"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    portal, staff = client_of("provider_officer", "H60.03"), client_of("operator", "H60.02")
    pages = ((portal, "/chia-se-truc-tiep/"), (staff, f"{ROOM}/directsharing/"), (staff, f"{ROOM}/sharingreview/"))
    for client, address in pages:
        client.get(address)
    counts = []
    for client, address in pages:
        with django_assert_max_num_queries(30) as one:
            client.get(address)
        counts.append(len(one))
    for number in range(6):
        other = case(data=f"Dữ liệu {number}")
        deeds.review_sharing(actor=JOB, sharing=other, outcome="keep", note="x", until=day(9))
    for (client, address), count in zip(pages, counts, strict=True):
        with django_assert_max_num_queries(count):
            client.get(address)
