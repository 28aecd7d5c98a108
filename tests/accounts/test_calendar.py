"""Days, deadlines and periods are data: judged, versioned, recorded; the page counts with them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, DayOff, DeadlinePolicy, MakeUpDay, RegulationPeriod, User
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from accounts.services.calendar import load_calendar, save_day, set_deadline, set_regulation_period
from audit.models import Fact
from core import clock
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused
from tests.shelf import SHELF

JOB = system_actor("kiểm thử")
DAY: dict[str, Any] = {"name": "Ngày thử", "source": "kiểm thử", "active": True}


@pytest.fixture
def loaded(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


@pytest.mark.usefixtures("loaded")
def test_the_swap_of_august_2026_is_known() -> None:
    calendar = work_calendar()
    assert not calendar.is_working_day(date(2026, 8, 31))
    assert calendar.is_working_day(date(2026, 8, 22))
    assert not calendar.is_working_day(date(2026, 8, 23))
    assert not calendar.is_working_day(date(2026, 11, 24))


@pytest.mark.usefixtures("loaded")
def test_loading_again_changes_nothing_and_keeps_what_staff_did() -> None:
    day = DayOff.objects.get(date=date(2026, 11, 24))
    save_day(actor=JOB, day=day, **{**DAY, "date": day.date, "active": False, "kind": day.kind}, reason="thử")
    before = Fact.objects.count()
    assert load_calendar(actor=JOB) == 0
    assert Fact.objects.count() == before
    assert not DayOff.objects.get(pk=day.pk).active


@pytest.mark.usefixtures("loaded")
def test_a_changed_day_counts_at_once() -> None:
    assert work_calendar().is_working_day(date(2026, 12, 1))
    save_day(actor=JOB, day=DayOff(), date=date(2026, 12, 1), kind="public_holiday", **DAY)
    assert not work_calendar().is_working_day(date(2026, 12, 1))


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (DayOff, {"date": date(2026, 8, 22)}, "date"),
        (DayOff, {"date": date(2026, 9, 2)}, "date"),
        (MakeUpDay, {"date": date(2026, 8, 31)}, "date"),
        (MakeUpDay, {"date": date(2026, 12, 2)}, "date"),
        (DayOff, {"date": date(2026, 12, 2), "name": " "}, "name"),
        (DayOff, {"date": date(2026, 12, 2), "source": ""}, "source"),
    ],
)
def test_days_that_contradict_are_refused_and_nothing_is_saved(kind: type, fields: dict, field: str) -> None:
    counts = DayOff.objects.count(), MakeUpDay.objects.count(), Fact.objects.count()
    with pytest.raises(InvalidInput) as refused:
        save_day(actor=JOB, day=kind(), **{**DAY, **fields})
    assert list(refused.value.errors) == [field]
    assert (DayOff.objects.count(), MakeUpDay.objects.count(), Fact.objects.count()) == counts


def test_only_those_who_manage_the_calendar_change_it(
    agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> None:
    officer = actor(person("a@lgsp.example", agency(), "agency_officer"))
    with pytest.raises(PermissionRefused):
        save_day(actor=officer, day=DayOff(), date=date(2026, 12, 1), **DAY)
    assert not DayOff.objects.filter(date=date(2026, 12, 1)).exists()


def version(**fields: object) -> dict:
    return {"name": "Tiếp nhận", "amount": 2, "unit": "working_day", "statutory": False, "basis": "kiểm thử", **fields}


@pytest.mark.django_db
def test_a_new_version_closes_the_one_before_and_both_stay_readable() -> None:
    old = set_deadline(actor=JOB, code="t.x", valid_from=date(2026, 1, 1), **version())
    new = set_deadline(actor=JOB, code="t.x", valid_from=date(2026, 7, 1), **version(amount=1))
    old.refresh_from_db()
    assert old.valid_to == date(2026, 6, 30)
    assert deadlines_in_force(date(2026, 6, 30)).get(code="t.x") == old
    assert deadlines_in_force(date(2026, 7, 1)).get(code="t.x") == new
    assert old.label == "Hạn nội bộ"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"valid_from": date(2026, 1, 1)}, "valid_from"),
        ({"basis": ""}, "basis"),
        ({"amount": 0}, "amount"),
        ({"clause": "QC99.9"}, "clause"),
    ],
)
def test_a_bad_version_is_refused(fields: dict, field: str) -> None:
    set_deadline(actor=JOB, code="t.x", valid_from=date(2026, 1, 1), **version())
    with pytest.raises(InvalidInput) as refused:
        set_deadline(actor=JOB, **{"code": "t.x", "valid_from": date(2026, 7, 1), **version(), **fields})
    assert field in refused.value.errors
    assert DeadlinePolicy.objects.filter(code="t.x", valid_to__isnull=True).count() == 1


@pytest.mark.usefixtures("loaded")
def test_a_period_with_reversed_dates_is_refused() -> None:
    period = RegulationPeriod.objects.get(regulation="q50")
    with pytest.raises(InvalidInput):
        set_regulation_period(actor=JOB, period=period, valid_from=date(2025, 1, 10), valid_to=date(2025, 1, 9))
    assert RegulationPeriod.objects.get(pk=period.pk).valid_from is None


@pytest.mark.usefixtures("loaded")
def test_the_page_counts_a_term_and_names_the_days_it_skipped(client: Client) -> None:
    page = client.get("/lich-lam-viec/", {"start": "28/08/2026 16:30", "amount": "2", "unit": "working_day"})
    text = page.content.decode()
    assert "ngày 04/09/2026" in text
    assert "31/08/2026" in text
    assert "Hạn nội bộ" in text


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("start", "amount", "unit", "said"),
    [
        ("2026-13-45", "2", "hour", "Thời điểm phải theo dạng"),
        ("28/08/2026", "0", "hour", "Nhập số nguyên từ 1 đến 1000"),
        ("28/08/2026", "1001", "hour", "Nhập số nguyên từ 1 đến 1000"),
        ("28/08/2026", "2", "week", "Chọn một mục trong danh sách"),
        ("", "2", "hour", "Nhập thời điểm bắt đầu"),
    ],
)
def test_bad_terms_get_a_reason_and_keep_what_was_typed(
    client: Client, start: str, amount: str, unit: str, said: str
) -> None:
    page = client.get("/lich-lam-viec/", {"start": start, "amount": amount, "unit": unit})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert f'value="{amount}"' in page.content.decode()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("start", "amount", "unit", "said"),
    [
        ("21/08/2026 10:00", "1", "working_day", "Làm bù cho ngày 31/08/2026"),
        ("02/03/2026 08:00", "5", "calendar_day", "2 ngày thứ bảy, chủ nhật"),
        ("24/12/2029 08:00", "5", "working_day", "Chưa có lịch nghỉ của năm 2029"),
        ("31/12/2028 08:00", "1000", "calendar_day", "Chưa có lịch nghỉ của năm 2031"),
    ],
)
def test_the_page_says_what_it_counted_and_what_it_does_not_know(
    client: Client, start: str, amount: str, unit: str, said: str
) -> None:
    page = client.get("/lich-lam-viec/", {"start": start, "amount": amount, "unit": unit})
    assert said in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("start", ["31/12/9999 23:00", "01/01/0001 00:00"])
def test_a_term_beyond_the_calendar_of_dates_is_a_field_error(client: Client, start: str) -> None:
    page = client.get("/lich-lam-viec/", {"start": start, "amount": "1000", "unit": "working_day"})
    assert page.status_code == 200
    assert "Nhập năm từ 2000 đến 2100" in page.content.decode()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("year", ["1", "9999999999", "²²²²", "x", ""])
def test_a_year_nobody_knows_shows_the_present_one(client: Client, year: str) -> None:
    assert client.get("/lich-lam-viec/", {"year": year}).status_code == 200


@pytest.mark.usefixtures("loaded")
def test_changing_a_stored_day_needs_a_reason_which_the_fact_keeps() -> None:
    day = DayOff.objects.get(date=date(2026, 11, 24))
    fields = {**DAY, "date": day.date, "active": False, "kind": day.kind}
    with pytest.raises(InvalidInput) as refused:
        save_day(actor=JOB, day=day, reason="  ", **fields)
    assert list(refused.value.errors) == ["reason"]
    assert DayOff.objects.get(pk=day.pk).active
    save_day(actor=JOB, day=day, reason="Thông báo 12/TB", **fields)
    fact = Fact.objects.filter(deed="dayoff.saved").latest("at")
    assert (fact.reason, fact.after["active"]) == ("Thông báo 12/TB", False)


@pytest.fixture
def operator(agency: Callable[..., Agency], person: Callable[..., User]) -> User:
    return person("vh@lgsp.example", agency("H60.02", is_operator=True), "operator")


@pytest.mark.django_db
def test_a_person_cannot_shorten_a_deadline_backwards(operator: User, actor: Callable[..., Actor]) -> None:
    set_deadline(actor=JOB, code="t.x", valid_from=date(2020, 1, 1), **version())
    with pytest.raises(InvalidInput) as refused:
        set_deadline(actor=actor(operator), code="t.x", valid_from=date(2020, 6, 1), **version(amount=1))
    assert list(refused.value.errors) == ["valid_from"]
    assert DeadlinePolicy.objects.filter(code="t.x").count() == 1


@pytest.mark.usefixtures("loaded")
def test_staff_open_the_next_version_and_the_old_one_closes(
    operator: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(operator)
    start = clock.today() + timedelta(days=7)
    values = {"code": "request.intake", "valid_from": f"{start:%d/%m/%Y}", **version(), "statutory": ""}
    assert "Lập phiên bản mới" in client.get("/quan-tri/accounts/deadlinepolicy/").content.decode()
    answer = client.post("/quan-tri/accounts/deadlinepolicy/add/", values)
    assert answer.status_code == 302, answer.content.decode()
    assert deadlines_in_force(start).get(code="request.intake").amount == 2
    assert deadlines_in_force(start - timedelta(days=1)).get(code="request.intake").amount == 1


@pytest.mark.usefixtures("loaded")
def test_staff_see_why_a_day_is_refused_and_what_they_typed(
    operator: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(operator)
    day = DayOff.objects.get(date=date(2026, 11, 24))
    values = {"date": "24/11/2026", "name": "Tên vừa gõ", "kind": day.kind, "source": "kiểm thử", "reason": ""}
    address = f"/quan-tri/accounts/dayoff/{day.pk}/change/"
    text = client.post(address, values).content.decode()
    assert "Nhập lý do thay đổi" in text
    assert "Tên vừa gõ" in text
    assert DayOff.objects.get(pk=day.pk).active
    assert client.post(address, {**values, "reason": "Thông báo mới"}).status_code == 302
    assert not DayOff.objects.get(pk=day.pk).active


@pytest.mark.usefixtures("loaded")
def test_systems_read_the_days_of_a_year(operator: User, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(operator)
    days = client.get("/api/v1/make-up-days", {"year": "2026"}).json()["data"]
    assert [day["date"] for day in days] == ["2026-08-22"]
    assert {day["date"][:4] for day in client.get("/api/v1/days-off", {"year": "2027"}).json()["data"]} == {"2027"}
    assert client.get("/api/v1/days-off", {"year": "99999999"}).status_code == 400
    assert client.get("/api/v1/days-off", {"nam": "2026"}).status_code == 400
    assert Client().get("/api/v1/days-off").status_code == 401
