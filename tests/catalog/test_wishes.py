"""Asking for data that does not exist yet: sent once seen what comes near, answered with reason and legal basis."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, Notice, User
from accounts.services.calendar import load_calendar
from audit.models import Fact
from catalog.models import DataWish, ServiceVersion
from catalog.selectors.wishes import near_services
from catalog.services.transfer import transfer_wishes
from catalog.services.versions import publish_version
from catalog.services.wishes import answer_wish, send_wish
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.shelf import SHELF

People = Callable[..., Actor]
SAID = {
    "title": "Tình trạng nộp phí bảo vệ môi trường",
    "description": "Theo mã số thuế",
    "purpose": "Cấp phép xả thải",
    "legal_basis": "Chức năng, nhiệm vụ của cơ quan",
}
REFUSAL = {"outcome": "refused", "answer": "Chưa có cơ quan giữ dữ liệu", "answer_basis": "Điều 11 Quy chế"}


@pytest.fixture
def calendar(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


@pytest.mark.clause("QC4.4", "QC11.3")
def test_a_wish_is_sent_with_its_deadline_and_the_operator_is_told(calendar: None, people: People) -> None:
    operator, officer = people("operator", "H60.02"), people("agency_officer")
    made = send_wish(actor=officer, **SAID)
    assert made.agency_id == officer.agency_id
    assert made.due_at is not None
    assert made.due_at > clock.now() + timedelta(days=9)
    assert Fact.objects.filter(deed="wish.sent", subject_id=str(made.pk), clause="QC4.4").count() == 1
    assert Notice.objects.filter(recipient_id=operator.user_id, event="wish.sent").count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"description": ""}, "description"),
        ({"purpose": ""}, "purpose"),
        ({"legal_basis": ""}, "legal_basis"),
        ({"title": "a" * 301}, "title"),
        ({"description": "a" * 2001}, "description"),
    ],
)
def test_gaps_and_overlong_texts_are_field_errors(people: People, changed: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        send_wish(actor=people("agency_officer"), **{**SAID, **changed})
    assert field in refusal.value.errors
    assert not DataWish.objects.exists()


def test_the_holder_is_another_agency_that_lives(people: People, agency: Callable[..., Agency]) -> None:
    officer = people("agency_officer")
    ended = agency("H60.77", valid_from=clock.today() - timedelta(9), valid_to=clock.today() - timedelta(1))
    for provider in (Agency.objects.get(pk=officer.agency_id), ended):
        with pytest.raises(InvalidInput) as refusal:
            send_wish(actor=officer, **SAID, wanted_provider=provider)
        assert list(refusal.value.errors) == ["wanted_provider"]


def test_the_same_wish_is_not_sent_twice_while_it_waits(people: People) -> None:
    officer = people("agency_officer")
    send_wish(actor=officer, **SAID)
    with pytest.raises(InvalidInput):
        send_wish(actor=officer, **SAID)
    assert DataWish.objects.count() == 1


@pytest.mark.parametrize("role", ["technician", "provider_officer", "agency_admin"])
def test_only_filing_staff_send(people: People, role: str) -> None:
    with pytest.raises(PermissionRefused):
        send_wish(actor=people(role), **SAID)


@pytest.mark.clause("QC11.3")
def test_a_refusal_needs_reason_and_legal_basis(people: People) -> None:
    made = send_wish(actor=people("agency_officer"), **SAID)
    operator = people("operator", "H60.02")
    for missing in ("answer", "answer_basis"):
        with pytest.raises(InvalidInput) as refusal:
            answer_wish(actor=operator, wish=made, **{**REFUSAL, missing: " "})
        assert missing in refusal.value.errors
    done = answer_wish(actor=operator, wish=made, **REFUSAL)
    assert (done.state, done.outcome) == ("answered", "refused")
    assert Notice.objects.filter(event="wish.answered").exists()
    with pytest.raises(StateRefused):
        answer_wish(actor=operator, wish=made, **REFUSAL)
    assert Fact.objects.filter(deed="wish.answered").count() == 1


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "maybe"}, "outcome"),
        ({"outcome": "exists"}, "service"),
        ({"outcome": "planned", "answer": "Có"}, "planned_agency"),
    ],
)
def test_an_answer_says_what_it_must(people: People, told: dict[str, str], field: str) -> None:
    made = send_wish(actor=people("agency_officer"), **SAID)
    with pytest.raises(InvalidInput) as refusal:
        answer_wish(actor=people("operator", "H60.02"), wish=made, **told)
    assert field in refusal.value.errors
    assert DataWish.objects.get().state == "open"


def test_only_the_operator_answers(people: People) -> None:
    made = send_wish(actor=people("agency_officer"), **SAID)
    for actor in (people("evaluator", "H60.02"), people("agency_officer", "H60.91")):
        with pytest.raises(PermissionRefused):
            answer_wish(actor=actor, wish=made, **REFUSAL)
    assert DataWish.objects.get().state == "open"


@pytest.mark.clause("QC4.4")
def test_what_comes_near_is_shown_before_it_is_sent(
    draft: Callable[..., ServiceVersion],
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    publish_version(actor=JOB, version=draft(title="Tình trạng nộp phí của doanh nghiệp"))
    assert [service.title for service in near_services(SAID["title"])] == ["Tình trạng nộp phí của doanh nghiệp"]
    client = signed_in(person("can-bo@lgsp.example", agency("H60.90"), "agency_officer"))
    page = client.post("/nhu-cau-du-lieu/moi/", SAID)
    assert "Vẫn gửi nhu cầu" in page.content.decode()
    assert not DataWish.objects.exists()
    assert client.post("/nhu-cau-du-lieu/moi/", {**SAID, "sure": "1"}).status_code == 302
    assert DataWish.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "code", "status"),
    [
        ("agency_officer", "H60.90", 200),
        ("technician", "H60.90", 200),
        ("agency_officer", "H60.91", 404),
        ("provider_officer", "H60.91", 404),
        ("provider_officer", "H60.03", 200),
        ("evaluator", "H60.02", 200),
        ("agency_admin", "H60.90", 403),
    ],
)
def test_who_reads_a_wish(
    people: People,
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    role: str,
    code: str,
    status: int,
) -> None:
    made = send_wish(actor=people("agency_officer"), **SAID, wanted_provider=agency("H60.03"))
    client = signed_in(person("ai@lgsp.example", agency(code), role))
    assert client.get(f"/nhu-cau-du-lieu/{made.pk}/").status_code == status
    listed = client.get("/nhu-cau-du-lieu/")
    assert (SAID["title"] in listed.content.decode()) is (status == 200)


def test_the_operator_answers_on_the_page_and_keeps_what_was_typed(
    people: People,
    draft: Callable[..., ServiceVersion],
    person: Callable[..., User],
    agency: Callable[..., Agency],
    signed_in: Callable[[User], Client],
) -> None:
    publish_version(actor=JOB, version=draft())
    made = send_wish(actor=people("agency_officer"), **SAID)
    client = signed_in(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    address = f"/nhu-cau-du-lieu/{made.pk}/tra-loi/"
    refused = client.post(address, {"outcome": "exists", "service": "khong-co", "answer": "Đã có"}).content.decode()
    assert "Không có dịch vụ đã công bố mang mã này" in refused
    assert "Đã có" in refused
    assert DataWish.objects.get().state == "open"
    assert client.post(address, {"outcome": "exists", "service": "administrative-units"}).status_code == 302
    shown = client.get(f"/nhu-cau-du-lieu/{made.pk}/").content.decode()
    assert "Đã có dịch vụ đáp ứng" in shown
    assert "/danh-muc/administrative-units/" in shown


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    people: People,
    person: Callable[..., User],
    agency: Callable[..., Agency],
    signed_in: Callable[[User], Client],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    officer = people("agency_officer")
    for number in range(12):
        send_wish(actor=officer, **{**SAID, "title": f"Dữ liệu {number}"})
    client = signed_in(person("ai@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    client.get("/nhu-cau-du-lieu/")
    with django_assert_max_num_queries(9):
        assert client.get("/nhu-cau-du-lieu/").status_code == 200


@pytest.mark.clause("QC2")
def test_wishes_follow_to_the_successor(people: People, agency: Callable[..., Agency]) -> None:
    officer = people("agency_officer")
    made = send_wish(actor=officer, **SAID)
    told = {"agency": made.agency, "successor": agency("H60.95"), "reason": "Sáp nhập"}
    with pytest.raises(PermissionRefused):
        transfer_wishes(actor=officer, **told)
    transfer_wishes(actor=people("operator", "H60.02"), **told)
    assert DataWish.objects.get().agency.code == "H60.95"
    assert DataWish.objects.visible_to(people("agency_officer", "H60.95")).count() == 1
    assert DataWish.objects.visible_to(officer).count() == 0
    assert Fact.objects.filter(deed="wish.transferred").count() == 1
