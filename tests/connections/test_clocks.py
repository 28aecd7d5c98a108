"""The working-day clock of a dossier (U5): cut-off, Tết, swapped days, pauses, and terms that stay as received."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

import pytest

from accounts.models import DayOff, MakeUpDay, OfficeHours, User
from accounts.selectors.calendar import work_calendar
from accounts.services.calendar import set_deadline
from accounts.services.office_hours import load_office_hours, save_office_hours
from connections.choices import Step
from connections.models import Clock, ConnectionRequest
from connections.services import clocks
from core.actor import Actor, system_actor
from core.clock import VIETNAM
from core.problems import InvalidInput, PermissionRefused
from tests.connections.conftest import Chain

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC10.2")]
JOB = system_actor("Kiểm thử")
Move = Callable[[str], None]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Set the clock."""
    return lambda text: monkeypatch.setattr("core.clock.now", lambda: moment(text).astimezone(UTC))


@pytest.fixture
def request_(chain: Chain) -> ConnectionRequest:
    """A dossier without any deadline yet, in a calendar that knows Tết and the swap of August 2026."""
    request = chain.submit()
    for day in (*range(16, 21),):
        DayOff.objects.create(date=date(2026, 2, day), name="Tết", source="kiểm thử")
    DayOff.objects.create(date=date(2026, 8, 31), name="Nghỉ hoán đổi", source="kiểm thử", kind="swapped")
    DayOff.objects.create(date=date(2026, 9, 2), name="Quốc khánh", source="kiểm thử")
    MakeUpDay.objects.create(date=date(2026, 8, 22), name="Làm bù", source="kiểm thử")
    Clock.objects.all().delete()
    request.submitted_at = request.received_at = None
    return request


def policy(step: Step, day: date, **fields: object) -> None:
    terms = {"amount": 2, "unit": "working_day", "statutory": False, "basis": "Hạn nội bộ", "clause": "", **fields}
    set_deadline(actor=JOB, code=f"request.{step}", name="Thử", valid_from=day, **terms)


@pytest.mark.parametrize(
    ("sent", "cutoff", "due"),
    [
        ("13/11/2026 16:30", None, "17/11/2026"),
        ("13/11/2026 16:30", time(16, 30), "17/11/2026"),  # at the hour itself it still counts today
        ("13/11/2026 16:31", time(16, 30), "18/11/2026"),  # as if it came on Monday
        ("13/11/2026 15:30", time(15), "18/11/2026"),
        ("14/11/2026 09:00", time(15), "18/11/2026"),  # on a Saturday
        ("21/08/2026 16:31", time(16, 30), "25/08/2026"),  # the next working day is a make-up Saturday
        ("28/08/2026 16:31", time(16, 30), "04/09/2026"),  # over the swapped Monday and the holiday
    ],
)
def test_u5_what_arrives_after_the_cutoff_counts_from_the_next_working_day(
    request_: ConnectionRequest, at: Move, sent: str, cutoff: time | None, due: str
) -> None:
    policy(Step.INTAKE, date(2026, 2, 1), cutoff=cutoff)
    at(sent)
    made = clocks.start_clock(request_, Step.INTAKE)
    assert made is not None
    assert made.due_at == moment(f"{due} 23:59").replace(second=59)


def test_u5_a_pause_over_tet_does_not_count(request_: ConnectionRequest, at: Move) -> None:
    at("11/02/2026 09:00")
    clocks.start_clock(request_, Step.EVALUATION)
    at("12/02/2026 10:00")
    clocks.pause_clock(request_, Step.EVALUATION, "Chờ cơ quan hoàn thiện")
    assert Clock.objects.get().due_at is None
    at("24/02/2026 08:00")
    clocks.resume_clock(request_, Step.EVALUATION)
    stored = Clock.objects.get()
    # Five working days after the 11th; the 12th to the 24th are paused: 25, 26, 27 February, 2 and 3 March.
    assert stored.due_at == moment("03/03/2026 23:59").replace(second=59)
    assert [(row.started_at, row.ended_at) for row in stored.pauses.all()] == [
        (moment("12/02/2026 10:00"), moment("24/02/2026 08:00"))
    ]


def test_u5_the_version_a_dossier_was_received_under_is_kept_for_all_its_steps(
    request_: ConnectionRequest, at: Move
) -> None:
    at("02/03/2026 09:00")
    request_.submitted_at = request_.received_at = moment("02/03/2026 08:30")
    policy(Step.TESTING, date(2026, 3, 3), amount=1, cutoff=time(15))
    at("20/03/2026 16:00")
    kept = clocks.start_clock(request_, Step.TESTING)
    assert kept is not None
    assert (kept.amount, kept.cutoff) == (5, None)
    request_.received_at = moment("04/03/2026 08:30")
    Clock.objects.all().delete()
    changed = clocks.start_clock(request_, Step.TESTING)
    assert changed is not None
    assert (changed.amount, changed.cutoff) == (1, time(15))
    at("21/03/2026 10:00")
    policy(Step.TESTING, date(2026, 3, 21), amount=9)
    clocks.pause_clock(request_, Step.TESTING, "Chờ")
    clocks.resume_clock(request_, Step.TESTING)
    assert Clock.objects.get().amount == 1


def test_u5_hours_may_be_working_hours(request_: ConnectionRequest, at: Move) -> None:
    policy(Step.INTAKE, date(2026, 2, 1), amount=4, unit="working_hour")
    at("13/11/2026 16:00")
    made = clocks.start_clock(request_, Step.INTAKE)
    assert made is not None
    assert made.due_at == moment("16/11/2026 10:30")


def test_office_hours_are_data_with_a_reason(db: None, chain: Chain) -> None:
    assert load_office_hours(actor=JOB) == 2
    assert load_office_hours(actor=JOB) == 0
    morning, afternoon = OfficeHours.objects.all()
    fields = {"name": "Buổi sáng", "source": "Thông báo", "active": True}
    hour = {"starts": time(8), "ends": time(12), **fields}
    with pytest.raises(InvalidInput) as refused:
        save_office_hours(actor=JOB, hours=morning, **hour)
    assert list(refused.value.errors) == ["reason"]
    for wrong, field in (
        ({"ends": time(7)}, "ends"),
        ({"ends": time(14)}, "starts"),
        ({"source": " "}, "source"),
    ):
        with pytest.raises(InvalidInput) as refused:
            save_office_hours(actor=JOB, hours=morning, reason="Đổi giờ mùa đông", **{**hour, **wrong})
        assert list(refused.value.errors) == [field]
    with pytest.raises(PermissionRefused):
        save_office_hours(actor=chain.actors["evaluator"], hours=morning, reason="x", **hour)
    assert OfficeHours.objects.get(pk=morning.pk).starts == time(7, 30)
    save_office_hours(actor=JOB, hours=morning, reason="Đổi giờ mùa đông", **hour)
    assert work_calendar().sessions == ((time(8), time(12)), (time(13, 30), time(17)))
    save_office_hours(actor=JOB, hours=morning, reason="Thử", **{**hour, "active": False})
    with pytest.raises(InvalidInput):
        save_office_hours(
            actor=JOB,
            hours=afternoon,
            reason="Thử",
            **{**fields, "starts": time(13), "ends": time(17), "active": False},
        )


def test_staff_edit_office_hours_and_everyone_reads_them(
    chain: Chain, signed_in: Callable[[User], object], actor: Callable[..., Actor]
) -> None:
    load_office_hours(actor=JOB)
    client = signed_in(chain.users["operator"])
    morning = OfficeHours.objects.all()[0]
    values = {"name": "Buổi sáng", "starts": "08:00", "ends": "12:00", "source": "Thông báo", "active": "on"}
    address = f"/quan-tri/accounts/officehours/{morning.pk}/change/"
    assert "Nhập lý do thay đổi" in client.post(address, values).content.decode()
    assert client.post(address, {**values, "reason": "Giờ mùa đông"}).status_code == 302
    page = client.get("/lich-lam-viec/", {"start": "13/11/2026 16:00", "amount": "4", "unit": "working_hour"})
    text = page.content.decode()
    assert "Buổi sáng: 08:00–12:00" in text
    assert "11:00 ngày 16/11/2026" in text
    cut = {"start": "13/11/2026 16:31", "amount": "2", "unit": "working_day", "cutoff": "16:30"}
    assert "ngày 18/11/2026" in client.get("/lich-lam-viec/", cut).content.decode()
    assert "ví dụ 16:30" in client.get("/lich-lam-viec/", {**cut, "cutoff": "25h"}).content.decode()


@pytest.mark.parametrize(
    ("due", "ended", "standing"),
    [
        ("16/11/2026 23:59", "13/11/2026 10:00", "Xong trước hạn"),
        ("16/11/2026 23:59", "16/11/2026 10:00", "Xong đúng hạn"),
        ("13/11/2026 23:59", "16/11/2026 10:00", "Xong quá hạn"),
        ("16/11/2026 23:59", "", "Đang trong hạn"),
        ("12/11/2026 23:59", "", "Đang quá hạn"),
        ("", "", "Tạm dừng tính hạn"),
    ],
)
def test_staff_see_how_each_deadline_stands(
    chain: Chain, at: Move, signed_in: Callable[[User], object], due: str, ended: str, standing: str
) -> None:
    chain.submit()
    running = Clock.objects.get()
    running.started_at = moment("02/11/2026 09:00")
    running.due_at, running.ended_at = moment(due) if due else None, moment(ended) if ended else None
    running.save()
    at("13/11/2026 09:00")
    client = signed_in(chain.users["division_head"])
    wanted = {"Xong trước hạn": "kept", "Xong đúng hạn": "kept", "Xong quá hạn": "late", "Đang trong hạn": "running"}
    wanted |= {"Đang quá hạn": "overdue", "Tạm dừng tính hạn": "paused"}
    for name in set(wanted.values()):
        page = client.get(f"/quan-tri/connections/clock/?standing={name}").content.decode()
        assert (chain.request.number in page) == (name == wanted[standing]), name
    page = client.get(f"/quan-tri/connections/clock/{running.pk}/change/").content.decode()
    assert standing in page
    assert "5 ngày làm việc (hạn nội bộ)" in page
