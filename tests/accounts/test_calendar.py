"""Days, deadlines and periods are data: judged, versioned, recorded; the page counts with them."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.models import Agency, DayOff, DeadlinePolicy, MakeUpDay, RegulationPeriod, User
from accounts.selectors.calendar import deadlines_in_force, work_calendar
from accounts.services.calendar import load_calendar, save_day, set_deadline, set_regulation_period
from audit.models import Fact
from core.actor import Actor, system_actor
from core.problems import InvalidInput, PermissionRefused

JOB = system_actor("kiểm thử")
DAY = {"name": "Ngày thử", "source": "kiểm thử", "active": True}


@pytest.fixture
def loaded(db: None) -> None:
    load_calendar(actor=JOB)


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
    save_day(actor=JOB, day=day, **{**DAY, "date": day.date, "active": False, "kind": day.kind})
    before = Fact.objects.count()
    assert load_calendar(actor=JOB) == 0
    assert Fact.objects.count() == before
    assert not DayOff.objects.get(pk=day.pk).active


@pytest.mark.usefixtures("loaded")
def test_a_changed_day_counts_at_once(django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    assert work_calendar().is_working_day(date(2026, 12, 1))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
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
    [({"valid_from": date(2026, 1, 1)}, "valid_from"), ({"basis": ""}, "basis"), ({"amount": 0}, "amount"), ({"clause": "QC99.9"}, "clause")],
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
        ("28/08/2026", "0", "hour", "lớn hơn hoặc bằng 1"),
        ("28/08/2026", "2", "week", "Chọn một mục trong danh sách"),
        ("", "2", "hour", "Nhập thời điểm bắt đầu"),
    ],
)
def test_bad_terms_get_a_reason_and_keep_what_was_typed(client: Client, start: str, amount: str, unit: str, said: str) -> None:
    page = client.get("/lich-lam-viec/", {"start": start, "amount": amount, "unit": unit})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert f'value="{amount}"' in page.content.decode()
