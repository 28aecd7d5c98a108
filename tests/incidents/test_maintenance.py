"""Planned maintenance (Q50-12.2b): told once a stage whatever dies, left out of availability, changed, called off."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Letter, Notice, User
from accounts.services.delivery import deliver_due_letters
from audit.models import Fact
from catalog.models import DataService, ServiceVersion
from core import clock
from core.actor import ANONYMOUS, Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from incidents.choices import Health
from incidents.maintenance_words import Stage
from incidents.models import HealthCheck, MaintenanceTelling, MaintenanceWindow, StatusDay, StatusSubscription
from incidents.selectors.maintenance import coming, planned_now
from incidents.selectors.uptime import notes_of_service
from incidents.services import maintenance_telling
from incidents.services.maintenance import cancel_window, change_window, plan_window, set_maintenance_policy
from incidents.services.maintenance_telling import tell_due
from incidents.services.status_days import count_days
from lgsp.settings import CELERY_BEAT_SCHEDULE
from tests.catalog.conftest import draft, people, published, service
from tests.incidents.test_outages import later

__all__ = ["draft", "people", "published", "service"]
People = Callable[..., Actor]
HOUR = timedelta(hours=1)
TEXT = "Nâng cấp máy chủ; mọi lượt gọi nhận mã lỗi 503."


def plan(
    actor: Actor, *services: DataService, ahead: timedelta = 100 * HOUR, long: timedelta = 2 * HOUR, **more: Any
) -> Any:
    """Plan a window so long from now."""
    begins = clock.now() + ahead
    values = {"starts_at": begins, "ends_at": begins + long, "reason": "Nâng cấp", "public_text": TEXT, **more}
    return plan_window(actor=actor, services=services, **values)


def stages() -> list[str]:
    """Return what an operator was told, in order."""
    return list(Notice.objects.filter(mailbox="", agency=None).order_by("pk").values_list("event", flat=True))


@pytest.fixture
def operator(published: DataService, people: People) -> Actor:
    return people("operator", "H60.02")


@pytest.mark.clause("Q50-12.2b")
def test_each_stage_is_told_once_to_operator_provider_and_follower(
    operator: Actor, people: People, published: DataService, agency: Callable[..., Agency]
) -> None:
    provider, stranger = people("provider_officer", "H60.03"), people("provider_officer", "H60.07")
    StatusSubscription.objects.create(email="doc@x.example", asked_at=clock.now(), confirmed_at=clock.now())
    StatusSubscription.objects.create(
        email="doc@x.example", service=published, asked_at=clock.now(), confirmed_at=clock.now()
    )
    StatusSubscription.objects.create(email="chua@x.example", asked_at=clock.now())
    window = plan(operator, published)
    assert window.code.startswith("BT-")
    told = []
    for hours in (0, 27, 28, 50, 99, 99.5, 100, 101, 102, 103, 500):
        with later(hours * 3600 + 1):
            told += [tell_due(), tell_due()]
    assert told == [0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    events = ["maintenance.first", "maintenance.last", "maintenance.started", "maintenance.ended"]
    assert stages() == events
    mine = Notice.objects.filter(recipient_id=provider.user_id).order_by("pk")
    assert list(mine.values_list("event", flat=True)) == events
    assert mine[0].subject.startswith("Bảo trì «Đơn vị hành chính» từ ")
    assert TEXT in mine[0].body
    assert not Notice.objects.filter(recipient_id=stranger.user_id).exists()
    assert Letter.objects.filter(to="doc@x.example").count() == 4
    assert not Letter.objects.filter(to="chua@x.example").exists()
    assert Fact.objects.filter(deed="maintenance.told", clause="Q50-12.2b").count() == 4
    assert Fact.objects.filter(deed="maintenance.told").first().after["followers"] == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("away_from", "back_at", "events"),
    [
        (20, 99.5, ["last", "started", "ended"]),
        (20, 100.2, ["started", "ended"]),
        (20, 400, ["ended"]),
        (40, 99.5, ["first", "last", "started", "ended"]),
        (99.2, 300, ["first", "last", "ended"]),
    ],
)
def test_a_worker_that_was_away_tells_how_things_stand_now_and_nothing_twice(
    operator: Actor, published: DataService, away_from: float, back_at: float, events: list[str]
) -> None:
    plan(operator, published)
    moments = [hours for hours in (28.5, 99.1, 100.1, 102.1) if hours <= away_from or hours > back_at]
    for hours in sorted([*moments, back_at]):
        with later(hours * 3600):
            tell_due()
    assert stages() == [f"maintenance.{event}" for event in events]
    rows = MaintenanceTelling.objects.values_list("stage", "covered")
    assert {stage for stage, _covered in rows} == {"first", "last", "started", "ended"}
    assert [stage for stage, covered in rows if not covered] == events


def test_a_worker_killed_between_marking_and_telling_leaves_nothing_half_done(
    operator: Actor, published: DataService
) -> None:
    plan(operator, published, ahead=10 * HOUR)
    with patch.object(maintenance_telling, "write_stage", side_effect=RuntimeError("killed")):
        assert tell_due() == 0
    assert not MaintenanceTelling.objects.exists()
    assert tell_due() == 1
    assert stages() == ["maintenance.first"]


@pytest.mark.django_db(transaction=True)
def test_sweeps_side_by_side_tell_once(people: People, service: Callable[..., DataService]) -> None:
    plan(people("operator", "H60.02"), service(), ahead=10 * HOUR)

    def sweep() -> None:
        try:
            tell_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stages() == ["maintenance.first"]


def test_lead_times_are_data(operator: Actor, published: DataService) -> None:
    set_maintenance_policy(actor=operator, first_hours=200, last_hours=24)
    plan(operator, published)
    assert tell_due() == 1
    with later(77 * 3600):
        assert tell_due() == 1
    with pytest.raises(InvalidInput) as refusal:
        set_maintenance_policy(actor=operator, first_hours=10)
    assert "Lần báo đầu phải sớm hơn lần báo cuối" in str(refusal.value.errors)


def test_who_was_told_is_told_of_the_change_and_the_stages_begin_anew(operator: Actor, published: DataService) -> None:
    window = plan(operator, published, ahead=50 * HOUR)
    tell_due()
    begins = window.starts_at + 200 * HOUR
    changed = {"starts_at": begins, "ends_at": begins + HOUR}
    with pytest.raises(InvalidInput) as refusal:
        change_window(actor=operator, window=window, reason_of_change=" ", **changed)
    assert list(refusal.value.errors) == ["reason_of_change"]
    for _again in range(2):
        change_window(actor=operator, window=window, reason_of_change="Chờ thiết bị", **changed)
    assert stages() == ["maintenance.first", "maintenance.changed"]
    said = Notice.objects.filter(event="maintenance.changed")[0].body
    assert "Trước đây báo: từ" in said
    assert "Lý do: Chờ thiết bị." in said
    assert tell_due() == 0
    with later(190 * 3600):
        assert tell_due() == 1
    assert stages()[-1] == "maintenance.first"


def test_of_what_nobody_was_told_no_change_and_no_end_is_told(operator: Actor, published: DataService) -> None:
    window = plan(operator, published)
    change_window(actor=operator, window=window, reason_of_change="Đổi giờ", public_text="Thay ổ đĩa")
    cancel_window(actor=operator, window=window, reason="Không cần nữa")
    with later(101 * 3600):
        assert tell_due() == 0
    assert stages() == []
    deeds = ["maintenance.planned", "maintenance.changed", "maintenance.cancelled"]
    assert (
        list(Fact.objects.filter(deed__startswith="maintenance.").order_by("pk").values_list("deed", flat=True))
        == deeds
    )


def test_calling_off_is_told_and_ends_it(operator: Actor, published: DataService) -> None:
    window = plan(operator, published, ahead=50 * HOUR)
    tell_due()
    with pytest.raises(InvalidInput):
        cancel_window(actor=operator, window=window, reason="")
    cancel_window(actor=operator, window=window, reason="Nhà thầu hoãn")
    assert stages() == ["maintenance.first", "maintenance.cancelled"]
    for deed in (
        lambda: cancel_window(actor=operator, window=window, reason="Lần nữa"),
        lambda: change_window(actor=operator, window=window, reason_of_change="x", public_text="y"),
    ):
        with pytest.raises(StateRefused):
            deed()
    with later(51 * 3600):
        assert tell_due() == 0
        assert planned_now([published.pk]) == set()


def test_once_begun_only_the_end_moves(
    operator: Actor, published: DataService, service: Callable[..., DataService]
) -> None:
    window = plan(operator, published, ahead=2 * HOUR)
    with later(2.5 * 3600):
        tell_due()
        with pytest.raises(StateRefused):
            cancel_window(actor=operator, window=window, reason="Muộn")
        for fields, name in (
            ({"starts_at": window.starts_at + HOUR}, "starts_at"),
            ({"ends_at": clock.now() - HOUR / 4}, "ends_at"),
            ({"services": [published, service("other-units", title="Khác")]}, "services"),
        ):
            with pytest.raises(InvalidInput) as refusal:
                change_window(actor=operator, window=window, reason_of_change="x", **fields)
            assert name in refusal.value.errors
        longer = change_window(
            actor=operator, window=window, reason_of_change="Chưa xong", ends_at=window.ends_at + HOUR
        )
        assert stages()[-1] == "maintenance.changed"
        # What is added once it has begun was not announced: it counts.
        assert longer.excused(maintenance_telling.maintenance_policy()) == (window.starts_at, window.ends_at)
    with later(5.5 * 3600):
        assert tell_due() == 1
        with pytest.raises(StateRefused):
            change_window(actor=operator, window=window, reason_of_change="x", ends_at=clock.now() + HOUR)
    assert stages()[-1] == "maintenance.ended"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ahead": -HOUR}, "starts_at"),
        ({"ahead": 500 * 24 * HOUR}, "starts_at"),
        ({"long": -HOUR}, ""),
        ({"long": 20 * 24 * HOUR}, "ends_at"),
        ({"public_text": " "}, "public_text"),
        ({"reason": ""}, "reason"),
        ({"public_text": "x" * 1001}, "public_text"),
        ({"whole_platform": True}, "services"),
        ({"starts_at": None}, "starts_at"),
        ({"public_text": "Bảo trì cả kế hoạch MẬT của tỉnh"}, "public_text"),
        ({"public_text": "Dừng secret-plans một giờ"}, "public_text"),
    ],
)
def test_bad_plans_are_field_errors(
    operator: Actor, published: DataService, service: Callable[..., DataService], changed: dict[str, Any], field: str
) -> None:
    service("secret-plans", title="Kế hoạch mật của tỉnh")
    with pytest.raises(InvalidInput) as refusal:
        plan(operator, published, **changed)
    assert field in refusal.value.errors
    assert not MaintenanceWindow.objects.exists()
    with pytest.raises(InvalidInput):
        plan(operator)


def test_only_operators_plan(people: People, published: DataService) -> None:
    for role, code in (("provider_officer", "H60.03"), ("evaluator", "H60.02"), ("inspector", "H60.02")):
        with pytest.raises(PermissionRefused):
            plan(people(role, code), published)
    assert not MaintenanceWindow.objects.exists()


def checks(version: ServiceVersion, at: datetime, *, good: int = 0, bad: int = 0) -> None:
    """Enter checks of the live address around a moment."""
    upstream = version.upstreams.get(environment="live")
    for n in range(good + bad):
        state = Health.UP if n < good else Health.DOWN
        HealthCheck.objects.create(upstream=upstream, at=at + timedelta(seconds=n), state=state)


@pytest.mark.clause("Q50-12.2b")
def test_announced_maintenance_is_left_out_of_availability_and_it_is_said(
    operator: Actor, published: DataService
) -> None:
    version = published.versions.get()
    window = plan(operator, published, ahead=3 * HOUR)
    checks(version, window.starts_at - HOUR, good=9, bad=1)
    checks(version, window.starts_at + HOUR, bad=7)
    with later(6 * 3600):
        count_days()
        note = notes_of_service(published.pk)[0]
        days = StatusDay.objects.all()
        assert [sum(getattr(day, name) for day in days) for name in ("made", "answered", "planned")] == [10, 9, 7]
    assert note.text == "90,0% trong 10 lần kiểm tra; không tính 7 lần trong giờ bảo trì đã báo trước"


def test_what_was_announced_too_late_counts(operator: Actor, published: DataService) -> None:
    """Nobody turns an outage into maintenance when it is there."""
    window = plan(operator, published, ahead=HOUR / 2)
    checks(published.versions.get(), window.starts_at + HOUR / 4, bad=2)
    tell_due()
    with later(3 * 3600):
        assert notes_of_service(published.pk)[0].text == "0,0% trong 2 lần kiểm tra"
    assert "vẫn tính vào số liệu sẵn sàng" in Notice.objects.all()[0].body


def test_who_rests_now(operator: Actor, published: DataService, service: Callable[..., DataService]) -> None:
    other = service("other-units", title="Khác")
    plan(operator, published, ahead=HOUR)
    plan(operator, ahead=10 * HOUR, whole_platform=True)
    ids = [published.pk, other.pk]
    assert planned_now(ids) == set()
    for hours, expected in ((1.5, {published.pk}), (3.5, set()), (10.5, set(ids))):
        with later(hours * 3600):
            assert planned_now(ids) == expected


def test_a_reader_sees_only_services_they_may_know_of(
    operator: Actor, people: People, published: DataService, service: Callable[..., DataService]
) -> None:
    hidden = service("secret-plans", "H60.04", title="Kế hoạch mật")
    mixed, secret = plan(operator, published, hidden), plan(operator, hidden)
    provider = people("provider_officer", "H60.04")
    for actor, expected in (
        (ANONYMOUS, {mixed: [published]}),
        (people("agency_officer"), {mixed: [published]}),
        (provider, {mixed: [published, hidden], secret: [hidden]}),
        (operator, {mixed: [published, hidden], secret: [hidden]}),
    ):
        seen = {one.window: set(one.services) for one in coming(actor)}
        assert seen == {window: set(services) for window, services in expected.items()}
    own = people("provider_officer", "H60.03")
    with later(50 * 3600):
        tell_due()
    for actor in (own, provider):
        bodies = "".join(Notice.objects.filter(recipient_id=actor.user_id).values_list("body", flat=True))
        assert ("Kế hoạch mật" in bodies) == (actor is provider)


def test_staff_plan_change_and_call_off_on_their_pages(
    operator: Actor, published: DataService, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(User.objects.get(pk=operator.user_id))
    begins = clock.local_now().replace(microsecond=0) + 100 * HOUR
    form = {
        "services": [published.pk],
        "starts_at_0": f"{begins:%d/%m/%Y}",
        "starts_at_1": f"{begins:%H:%M}",
        "ends_at_0": f"{begins:%d/%m/%Y}",
        "ends_at_1": f"{begins:%H:%M}",
        "reason": "Nâng cấp",
        "public_text": TEXT,
    }
    page = client.post(reverse("admin:incidents_maintenancewindow_add"), form)
    assert "Giờ kết thúc phải sau giờ bắt đầu" in page.content.decode()
    ends = begins + HOUR
    form |= {"ends_at_0": f"{ends:%d/%m/%Y}", "ends_at_1": f"{ends:%H:%M}"}
    assert client.post(reverse("admin:incidents_maintenancewindow_add"), form).status_code == 302
    window = MaintenanceWindow.objects.get()
    assert list(window.services.all()) == [published]
    address = reverse("admin:incidents_maintenancewindow_change", args=[window.pk])
    assert "Hủy đợt bảo trì" in client.get(address).content.decode()
    page = client.post(address, {**form, "public_text": "Thay ổ đĩa"})
    assert "Nhập lý do" in page.content.decode()
    assert client.post(address, {**form, "public_text": "Thay ổ đĩa", "reason_of_change": "Hỏng"}).status_code == 302
    assert client.get(reverse("admin:incidents_maintenancewindow_changelist")).status_code == 200
    step = reverse("admin:incidents_maintenancewindow_step", args=[window.pk, "cancel"])
    assert client.post(step, {"reason": "Thôi"}).status_code == 302
    window.refresh_from_db()
    assert (window.state, window.public_text) == ("cancelled", "Thay ổ đĩa")
    assert "Đã hủy" in client.get(reverse("status_maintenance", args=[window.code])).content.decode()


def test_letters_to_followers_end_with_one_press(operator: Actor, published: DataService, client: Client) -> None:
    StatusSubscription.objects.create(email="doc@x.example", asked_at=clock.now(), confirmed_at=clock.now())
    plan(operator, published, ahead=10 * HOUR)
    tell_due()
    deliver_due_letters()
    sent = next(message for message in mail.outbox if message.to == ["doc@x.example"])
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert Letter.objects.get(to="doc@x.example").unsubscribe == ""
    path = address.partition("/trang-thai/")[2]
    outside = Client(enforce_csrf_checks=True)
    assert outside.get(f"/trang-thai/{path}").status_code == 200
    assert StatusSubscription.objects.exists()
    for _twice in range(2):
        assert outside.post(f"/trang-thai/{path}", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not StatusSubscription.objects.exists()


def test_the_jobs_run_often_enough() -> None:
    assert CELERY_BEAT_SCHEDULE["tell-of-maintenance"]["schedule"] <= 60
    assert {stage.value for stage in Stage} == {"first", "last", "started", "ended", "changed", "cancelled"}
