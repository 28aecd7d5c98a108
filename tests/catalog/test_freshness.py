"""Freshness: what a provider promised, said and let lapse, told once, listed and shown (QC4.5, QC11.4, QC15.2)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, Notice
from accounts.services.calendar import load_calendar
from audit.deeds import named
from audit.models import Fact
from catalog.models import DataService, ServiceVersion
from catalog.selectors.duty_board import tasks_for
from catalog.selectors.freshness import freshness_of
from catalog.services.freshness import mark_updated, tell_lapses
from catalog.services.versions import publish_version
from catalog.tasks import watch
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from tests.catalog.conftest import JOB
from tests.catalog.unchanged import refused
from tests.shelf import SHELF

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC11.4", "QC15.2")]
People = Callable[..., Actor]
Clients = Callable[..., Client]


def day(offset: int) -> date:
    return clock.today() + timedelta(days=offset)


@pytest.fixture
def promised(draft: Callable[..., ServiceVersion]) -> Callable[..., DataService]:
    """Publish a service of H60.03 that is updated every *days* days."""
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))

    def make(days: int | None = 7, updated: date | None = None, **fields: Any) -> DataService:
        service = publish_version(actor=JOB, version=draft(**fields)).service
        DataService.objects.filter(pk=service.pk).update(update_every_days=days, data_updated_on=updated)
        return DataService.objects.get(pk=service.pk)

    return make


def standing(service: DataService) -> tuple[str, date | None]:
    found = freshness_of([service])[service.pk]
    return str(found.state.value), found.until


@pytest.mark.parametrize(
    ("days", "updated", "state", "until"),
    [
        (None, None, "none", None),
        (None, day(-5), "none", None),
        (7, None, "fresh", day(7)),
        (7, day(-1), "fresh", day(6)),
        (7, day(-4), "soon", day(3)),
        (7, day(-7), "soon", day(0)),
        (7, day(-8), "late", day(-1)),
        (1, day(-400), "late", day(-399)),
    ],
)
def test_how_a_service_stands(
    days: int | None, updated: date | None, state: str, until: date | None, promised: Callable[..., DataService]
) -> None:
    assert standing(promised(days, updated)) == (state, until)


def test_what_is_not_published_owes_nothing(service: Callable[..., DataService]) -> None:
    made = service()
    DataService.objects.filter(pk=made.pk).update(update_every_days=1, data_updated_on=day(-9))
    assert standing(made) == ("none", None)


def test_a_provider_says_until_when_its_data_is_current(people: People, promised: Callable[..., DataService]) -> None:
    service, officer = promised(7, day(-20)), people("provider_officer", "H60.03")
    assert standing(service)[0] == "late"
    mark_updated(actor=officer, service=service, day=day(0))
    assert standing(service) == ("fresh", day(7))
    count = Fact.objects.count()
    mark_updated(actor=officer, service=service, day=day(0))
    assert Fact.objects.count() == count
    assert list(refused(InvalidInput, lambda: mark_updated(actor=officer, service=service, day=day(1))).errors) == [
        "day"
    ]
    back: Callable[..., Any] = lambda reason: mark_updated(  # noqa: E731
        actor=officer, service=service, day=day(-2), reason=reason
    )
    assert list(refused(InvalidInput, lambda: back(" ")).errors) == ["reason"]
    assert list(refused(InvalidInput, lambda: back("x" * 301)).errors) == ["reason"]
    back("Nhập nhầm ngày")
    fact = Fact.objects.filter(deed="service.data_updated").latest("id")
    assert (fact.reason, fact.before["data_updated_on"]) == ("Nhập nhầm ngày", day(0).isoformat())
    assert named("service.data_updated") != "service.data_updated"
    mark_updated(actor=people("operator", "H60.02"), service=service, day=day(-1))


@pytest.mark.parametrize(
    ("role", "code"),
    [("provider_officer", "H60.07"), ("agency_officer", "H60.03"), ("evaluator", "H60.02")],
)
def test_nobody_else_says_so(role: str, code: str, people: People, promised: Callable[..., DataService]) -> None:
    service, other = promised(), people(role, code)
    refused(PermissionRefused, lambda: mark_updated(actor=other, service=service, day=day(0)))


def test_a_lapse_is_told_once_to_the_provider_and_again_when_it_lapses_again(
    people: People,
    promised: Callable[..., DataService],
    agency: Callable[..., Agency],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = promised(7, day(-9))
    promised(7, day(0), code="land-plots")
    people("provider_officer", "H60.03")
    people("provider_officer", "H60.07")
    Agency.objects.filter(code="H60.03").update(shared_mailbox="cap@lgsp.example")
    watch()
    told = Notice.objects.filter(event="freshness.overdue")
    assert told.count() == 2
    assert told.filter(mailbox="cap@lgsp.example").get().link == "/danh-muc/administrative-units/cap-nhat/"
    assert told.filter(recipient__email="provider-officer.h60.03@lgsp.example").count() == 1
    assert tell_lapses() == 0
    mark_updated(actor=JOB, service=late, day=day(0))
    assert tell_lapses() == 0
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr("core.clock.now", lambda: later)
    assert tell_lapses() == 2
    assert tell_lapses() == 0


def test_it_is_marked_and_followed_on_pages(
    client_of: Clients, people: People, promised: Callable[..., DataService]
) -> None:
    promised(7, day(-9))
    promised(30, day(-1), code="land-plots", title="Thửa đất", provider="H60.07")
    officer = client_of("provider_officer", "H60.03")
    own = officer.get("/cap-nhat-du-lieu/").content.decode()
    assert "Quá hạn cập nhật, hạn là hết ngày" in own
    assert "Thửa đất" not in own
    staff = client_of("evaluator", "H60.02")
    assert "Thửa đất" in staff.get("/cap-nhat-du-lieu/").content.decode()
    assert "Thửa đất" not in staff.get("/cap-nhat-du-lieu/?tab=late").content.decode()
    assert "Không có dịch vụ nào khớp" in staff.get("/cap-nhat-du-lieu/?q=khong co").content.decode()
    assert "Chưa có dịch vụ" in client_of("provider_officer", "H60.90").get("/cap-nhat-du-lieu/").content.decode()
    page = client_of().get("/danh-muc/administrative-units/").content.decode()
    assert "Quá hạn cập nhật, hạn là hết ngày" in page
    address = "/danh-muc/administrative-units/cap-nhat/"
    [task] = tasks_for(people("provider_officer", "H60.03"))
    assert task.url == address
    wrong = officer.post(address, {"day": f"{day(1):%d/%m/%Y}"}).content.decode()
    assert "không thể cập nhật đến ngày ở tương lai" in wrong
    assert officer.post(address, {"day": "31/02/2026"}).status_code == 200
    assert standing(DataService.objects.get(code="administrative-units"))[0] == "late"
    assert officer.post(address, {"day": f"{day(0):%d/%m/%Y}"}).status_code == 302
    assert "Trong hạn" in client_of().get("/danh-muc/administrative-units/").content.decode()
    assert tasks_for(people("provider_officer", "H60.03")) == []


@pytest.mark.parametrize(
    ("role", "code", "status"),
    [
        ("provider_officer", "H60.03", 200),
        ("operator", "H60.02", 200),
        ("provider_officer", "H60.07", 404),
        ("evaluator", "H60.02", 403),
        ("agency_officer", "H60.03", 403),
        ("", "", 302),
    ],
)
def test_the_page_to_mark_is_the_providers(
    role: str, code: str, status: int, client_of: Clients, promised: Callable[..., DataService]
) -> None:
    promised()
    client = client_of(role, code)
    address = "/danh-muc/administrative-units/cap-nhat/"
    assert client.get(address).status_code == status
    if status != 200:
        assert client.post(address, {"day": f"{day(0):%d/%m/%Y}"}).status_code == status
        assert DataService.objects.get().data_updated_on is None


def test_the_list_asks_as_often_for_many_as_for_one(
    client_of: Clients, promised: Callable[..., DataService], django_assert_max_num_queries: Any
) -> None:
    promised()
    client = client_of("operator", "H60.02")
    client.get("/cap-nhat-du-lieu/")
    with django_assert_max_num_queries(25) as one:
        client.get("/cap-nhat-du-lieu/")
    for number in range(6):
        promised(code=f"service-{number}", title=f"Dịch vụ {number}")
    with django_assert_max_num_queries(len(one)):
        client.get("/cap-nhat-du-lieu/")
    services = list(DataService.objects.all())
    with django_assert_max_num_queries(4):
        assert len(freshness_of(services)) == 7
