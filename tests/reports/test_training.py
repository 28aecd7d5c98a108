"""Training (Q50-15.6, QC12.4): sessions, seats and who waits, attendance, what is told, names that are erased."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Letter, Notice, User
from accounts.roles import ROLES
from accounts.services.calendar import load_calendar
from audit.models import Fact
from core import clock
from core.actor import Actor
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from core.sheets import read_sheet
from reports.content.training import training
from reports.models import TrainingSeat, TrainingSession
from reports.queries.training import training_figures
from reports.queries.window import Window
from reports.selectors.yearly_tasks import tasks_for
from reports.services.training import mark_attendance, move_session, save_session
from reports.services.training_export import certificates, participants
from reports.services.training_seats import erase_old_names, register_person, withdraw_person
from reports.services.training_telling import remind_due
from tests.catalog.conftest import JOB, document, holder, people
from tests.catalog.test_registries_at_once import twice
from tests.incidents.test_outages import later
from tests.shelf import SHELF

__all__ = ["document", "people"]
People = Callable[..., Actor]
HOUR, DAY = 3_600, 86_400


@pytest.fixture(autouse=True)
def _calendar(db: None) -> None:
    SHELF.take("calendar", lambda: load_calendar(actor=JOB))


def planned(capacity: int = 2, *, opened: bool = True, hours: float = 24 * 5, **fields: Any) -> TrainingSession:
    """Prepare a session that begins in so many hours, and open it."""
    begins = clock.now() + timedelta(hours=hours)
    values = {
        "title": "Tích hợp qua LGSP",
        "audience": "Cán bộ kỹ thuật",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=3),
        "place": "Hội trường Sở",
        "content": "Ký lượt gọi, đọc lỗi",
        "capacity": capacity,
    }
    made = save_session(actor=JOB, **{**values, **fields})
    return move_session(actor=JOB, session=made, step="open") if opened else made


def seat(actor: Actor, session: TrainingSession, name: str = "Người học (mẫu)", **fields: Any) -> TrainingSeat:
    return register_person(actor=actor, session=session, **{"name": name, "position": "Chuyên viên", **fields})


def told(actor: Actor) -> list[str]:
    return list(Notice.objects.filter(recipient_id=actor.user_id).order_by("pk").values_list("event", flat=True))


def refused(deed: Callable[[], Any], field: str) -> str:
    with pytest.raises(InvalidInput) as refusal:
        deed()
    return " ".join(map(str, refusal.value.errors[field]))


@pytest.mark.clause("Q50-15.6", "QC12.4")
def test_full_who_waits_gets_the_seat_that_becomes_free_and_is_told(people: People) -> None:
    one, two = people("agency_officer"), people("technician", "H60.91")
    session = planned(capacity=1)
    first = seat(one, session, "", person=User.objects.get(pk=one.user_id))
    assert (first.state, first.name) == ("registered", one.name)
    assert "đã được đăng ký" in refused(lambda: seat(one, session, one.name), "name")
    second, third = seat(two, session, "Người chờ một (mẫu)"), seat(two, session, "Người chờ hai (mẫu)")
    assert (second.state, third.state) == ("waiting", "waiting")
    withdraw_person(actor=one, seat=first)
    states = list(TrainingSeat.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["withdrawn", "registered", "waiting"]
    assert told(two) == ["training.seat"]
    with pytest.raises(StateRefused):
        withdraw_person(actor=one, seat=first)
    save_session(
        actor=JOB, session=session, capacity=2, materials=(), reason_of_change="Thêm chỗ", revision=session.revision
    )
    assert TrainingSeat.objects.get(pk=third.pk).state == "registered"
    assert told(two) == ["training.seat", "training.seat"]
    fresh = TrainingSession.objects.get()
    deed = {"actor": JOB, "session": fresh, "reason_of_change": "Bớt chỗ", "revision": fresh.revision}
    assert "2 người" in refused(lambda: save_session(**deed, capacity=1), "capacity")


def test_dates_reversed_passed_or_changed_meanwhile_are_refused(people: People) -> None:
    now = clock.now()
    assert refused(lambda: planned(ends_at=now + timedelta(hours=1)), "ends_at")
    assert "đã qua" in refused(lambda: planned(hours=-1), "starts_at")
    assert refused(lambda: planned(register_until=now + timedelta(days=30)), "register_until")
    assert refused(lambda: planned(place="", online_link=""), "")
    session = planned(opened=False)
    seen = session.revision
    save_session(actor=JOB, session=session, title="Tên khác", revision=seen)
    with pytest.raises(StateRefused):
        save_session(actor=JOB, session=session, title="Tên của người đến sau", revision=seen)
    with pytest.raises(StateRefused):
        seat(people("agency_officer"), session)
    with later(6 * DAY), pytest.raises(GuardRefused):
        move_session(actor=JOB, session=session, step="open")
    session = move_session(actor=JOB, session=session, step="open")
    assert refused(lambda: save_session(actor=JOB, session=session, title="Khác"), "reason_of_change")
    with pytest.raises(GuardRefused):
        move_session(actor=JOB, session=session, step="finish")
    with later(6 * DAY):
        with pytest.raises(StateRefused, match="hết hạn đăng ký"):
            seat(people("agency_officer"), session)
        assert [task.title for task in tasks_for(people("report_officer", "H60.02"))] == [
            "Điểm danh, kết thúc buổi tập huấn: Tên khác"
        ]


def test_reminded_once_told_of_a_move_and_of_the_end(people: People) -> None:
    officer, other = people("agency_officer"), people("agency_officer", "H60.91")
    session = planned(capacity=1)
    seat(officer, session)
    seat(other, session, "Người chờ (mẫu)")
    assert remind_due() == 0
    with later(4 * DAY):
        assert [remind_due(), remind_due()] == [1, 0]
        assert (told(officer), told(other)) == (["training.reminder"], [])
        session = TrainingSession.objects.get()
        moved = clock.now() + timedelta(days=9)
        save_session(
            actor=JOB,
            session=session,
            starts_at=moved,
            ends_at=moved + timedelta(hours=2),
            reason_of_change="Trùng lịch",
            revision=session.revision,
        )
        assert remind_due() == 0
    with later(12 * DAY):
        assert [remind_due(), remind_due()] == [1, 0]
        session = TrainingSession.objects.get()
        assert refused(lambda: move_session(actor=JOB, session=session, step="cancel"), "reason")
        move_session(actor=JOB, session=session, step="cancel", reason="Giảng viên ốm")
        assert remind_due() == 0
    assert told(officer) == ["training.reminder", "training.moved", "training.reminder", "training.cancelled"]
    assert told(other) == ["training.moved", "training.cancelled"]
    moves = Notice.objects.filter(event="training.moved")
    assert all("Trùng lịch" in notice.body for notice in moves)
    assert Letter.objects.filter(subject__contains="Hủy buổi tập huấn").count() == 2


@pytest.mark.clause("Q50-15.6")
def test_attendance_counts_lists_and_the_part_of_the_report(people: People) -> None:
    officer, other = people("agency_officer"), people("agency_officer", "H60.91")
    session = planned(capacity=5, hours=24)
    came, failed = seat(officer, session, "Người một (mẫu)"), seat(officer, session, "Người hai (mẫu)")
    absent = seat(other, session, "=HYPERLINK(1)")
    with pytest.raises(StateRefused):
        mark_attendance(actor=JOB, session=session, attended=[came.pk], passed=[])
    with later(2 * DAY):
        assert refused(lambda: mark_attendance(actor=JOB, session=session, attended=[], passed=[came.pk]), "passed")
        revision = TrainingSession.objects.get().revision
        mark_attendance(actor=JOB, session=session, attended=[came.pk, failed.pk], passed=[came.pk], revision=revision)
        with pytest.raises(StateRefused):
            mark_attendance(actor=JOB, session=session, attended=[], passed=[], revision=revision)
        done = move_session(actor=JOB, session=session, step="finish")
        rows = [row for _number, row in read_sheet(certificates(done)[1], max_rows=9).rows]
        assert [(row[0], row[1]) for row in rows] == [(1, "Người một (mẫu)")]
        everybody = [row[0] for _number, row in read_sheet(participants(done)[1], max_rows=9).rows]
        assert sorted(map(str, everybody)) == ["'=HYPERLINK(1)", "Người hai (mẫu)", "Người một (mẫu)"]
        figures = training_figures(Window(clock.now() - timedelta(days=5), clock.now()))
        assert (figures.held, figures.registered, figures.attended, figures.passed) == (1, 3, 2, 1)
        assert [(row.registered, row.attended, row.passed) for row in figures.agencies] == [(2, 2, 1), (1, 0, 0)]
        section = training(figures)
        assert section.summary == "Trong kỳ tổ chức 1 buổi tập huấn; có mặt 2 lượt người của 1 cơ quan."
        assert [figure.value for figure in section.figures] == [1, 0, 3, 2, 1, 66.67]
    marked = TrainingSeat.objects.in_bulk()
    assert [(marked[row.pk].attended, marked[row.pk].result) for row in (came, failed, absent)] == [
        (True, "passed"),
        (True, "failed"),
        (False, ""),
    ]


def test_names_are_erased_after_their_time_and_counts_stay(people: People) -> None:
    session = planned(hours=1)
    seat(people("agency_officer"), session)
    with later(700 * DAY):
        assert erase_old_names() == 0
    with later(740 * DAY):
        assert [erase_old_names(), erase_old_names()] == [1, 0]
    kept = TrainingSeat.objects.get()
    assert (kept.name, kept.position, kept.person, kept.state) == ("–", "–", None, "registered")
    assert Fact.objects.get(deed="training.names_erased").after == {"erased": 1}


def test_each_role_holds_registers_or_reads(people: People) -> None:
    session = planned(capacity=50)
    for code, role in ROLES.items():
        actor = people(code, "H60.02" if role.side == "operator" else "H60.90")
        assert TrainingSession.objects.visible_to(actor).count() == 1
        if "training.register" in role.permissions:
            seat(actor, session, f"{code} (mẫu)")
        else:
            with pytest.raises(PermissionRefused):
                seat(actor, session)
        if "training.manage" not in role.permissions:
            with pytest.raises(PermissionRefused):
                save_session(actor=actor, title="Của người khác")
            with pytest.raises(PermissionRefused):
                move_session(actor=actor, session=session, step="cancel", reason="x")
            with pytest.raises(PermissionRefused):
                mark_attendance(actor=actor, session=session, attended=[], passed=[])
    stranger = people("agency_officer", "H60.91")
    assert TrainingSeat.objects.visible_to(stranger).count() == 0
    with pytest.raises(PermissionRefused):
        withdraw_person(actor=stranger, seat=TrainingSeat.objects.all()[0])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_take_the_last_seat_once_and_are_reminded_once(people: People) -> None:
    one, two = people("agency_officer"), people("agency_officer", "H60.91")
    session = planned(capacity=1, hours=30)
    assert twice(lambda: seat(one, session, "Một (mẫu)"), lambda: seat(two, session, "Hai (mẫu)")) == []
    assert sorted(TrainingSeat.objects.values_list("state", flat=True)) == ["registered", "waiting"]
    assert twice(remind_due) == []
    assert Notice.objects.filter(event="training.reminder").count() == 1
    held = TrainingSeat.objects.get(state="registered")
    actor = one if held.agency_id == one.agency_id else two
    assert twice(lambda: withdraw_person(actor=actor, seat=held)) == [StateRefused]
    assert sorted(TrainingSeat.objects.values_list("state", flat=True)) == ["registered", "withdrawn"]


def test_pages_of_agencies_and_of_the_desk(
    agency: Callable[..., Any],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    document: Callable[..., Any],
    people: People,
    django_assert_max_num_queries: Any,
) -> None:
    hidden = document(level="internal")
    session = planned(capacity=1, online_link="https://hop.example/lgsp", materials=[hidden])
    assert Fact.objects.get(deed="training.saved").after["materials"] == [str(hidden)]
    officer = holder("agency_officer", "H60.90", agency, person)
    client, page = signed_in(officer), reverse("training_session", args=[session.code])
    with django_assert_max_num_queries(15):
        shown = client.get(page).content.decode()
    assert "hop.example" not in shown
    assert hidden.title not in shown
    assert "730 ngày" in shown
    empty = client.post(page, {"position": "Chuyên viên"})
    assert "ghi họ và tên" in empty.content.decode()
    assert client.post(page, {"person": officer.pk, "position": "Chuyên viên"}).status_code == 302
    assert "hop.example" in client.get(page).content.decode()
    stranger = signed_in(holder("agency_officer", "H60.91", agency, person))
    full = stranger.post(page, {"name": "Người khác (mẫu)", "position": "Chuyên viên"}, follow=True)
    assert "danh sách chờ" in full.content.decode()
    assert officer.full_name not in full.content.decode()
    own = TrainingSeat.objects.get(agency__code="H60.90")
    assert stranger.post(page, {"do": "withdraw", "seat": own.pk}).status_code == 404
    assert client.post(page, {"do": "withdraw", "seat": own.pk}).status_code == 302
    assert TrainingSeat.objects.get(agency__code="H60.91").state == "registered"
    desk = signed_in(holder("report_officer", "H60.02", agency, person))
    place = reverse("admin:reports_trainingsession_change", args=[session.pk])
    assert "Người khác (mẫu)" in desk.get(place).content.decode()
    stale = desk.post(place, {**_typed(session), "do": "change", "revision": 99, "title": "Gõ dở"})
    assert stale.status_code == 409
    assert 'value="Gõ dở"' in stale.content.decode()
    again = {**_typed(session), "do": "change", "revision": session.revision, "title": "Gõ dở"}
    assert f'name="revision" value="{session.revision}"' in stale.content.decode()
    assert desk.post(place, again).status_code == 302
    assert desk.post(place, {"do": "cancel", "reason": "Giảng viên ốm"}).status_code == 302
    assert "Giảng viên ốm" in client.get(page).content.decode()
    for name in ("participants", "certificates"):
        address = reverse(f"admin:reports_trainingsession_{name}", args=[session.pk])
        assert desk.get(address).status_code == 200
        assert client.get(address).status_code in (302, 403, 404)
    with django_assert_max_num_queries(15):
        assert desk.get(reverse("admin:reports_trainingsession_changelist")).status_code == 200


def _typed(session: TrainingSession) -> dict[str, Any]:
    begins = session.starts_at.astimezone(clock.VIETNAM)
    return {
        "audience": session.audience,
        "starts_at": f"{begins:%d/%m/%Y %H:%M}",
        "ends_at": f"{begins + timedelta(hours=4):%d/%m/%Y %H:%M}",
        "place": session.place,
        "content": session.content,
        "capacity": session.capacity,
        "reason_of_change": "Kéo dài",
    }
