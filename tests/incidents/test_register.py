"""Incidents: opened once by what is seen, classified, with clocks of the law and ours, closed by rule or by people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Letter, Notice
from accounts.roles import ROLES
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact, Verification
from audit.selectors.calls import recent_calls
from catalog.models import Upstream
from connections.models import Hold
from connections.projection import GRANT_SUSPENDED, load_grants
from connections.services.grant_holds import suspend_grant
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from incidents.models import Incident, IncidentEntry, IncidentSource, StatusSubscription
from incidents.register_choices import Audience, IncidentState
from incidents.selectors.incidents import deadlines_of, public_incidents
from incidents.services import incident_steps as steps
from incidents.services.incident_following import follow
from incidents.services.incident_opening import open_by_hand, open_from_alert, open_from_outage
from incidents.services.incident_parties import acknowledge_party, set_services, tell_parties
from incidents.services.incident_reports import report_incident
from incidents.services.incident_suspension import resume_grant_for, suspend_connection, suspend_grant_for
from incidents.services.incident_updates import answer_as_party, note_figures, write_update
from incidents.services.incident_work import finish_task, set_task
from tests.connections.call_log import log_calls
from tests.connections.conftest import chain, publish
from tests.connections.use_log import open_chains
from tests.incidents.registers import CLASS, WHY, Desk, desk, refused

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC8.6", "QC14.3")


def later(**span: float) -> Any:
    """Let it be later."""
    return patch("core.clock.now", return_value=clock.now() + timedelta(**span))


def due(incident: Incident) -> dict[str, datetime]:
    return {row.code: row.due_at.astimezone(clock.VIETNAM) for row in incident.deadlines.all()}


@pytest.mark.clause("Q50-12.2c")
def test_an_outage_opens_one_incident_tells_both_sides_and_is_closed_by_rule(desk: Desk) -> None:
    outage = desk.outage()
    assert follow()["opened"] == 1
    assert follow()["opened"] == 0
    found = Incident.objects.get()
    assert (found.origin, found.state, found.severity) == ("outage", "new", 3)
    assert found.code.startswith(f"SC-{clock.today():%y%m%d}-")
    assert {(row.agency.code, row.role) for row in found.parties.filter(told_at__isnull=False)} == {
        ("H60.07", "consumer"),
        ("H60.03", "provider"),
    }
    told = Letter.objects.filter(subject__startswith=f"Sự cố {found.code}")
    assert {"agency_officer@lgsp.example", "cung-cap@lgsp.example"} <= set(told.values_list("to", flat=True))
    # Nobody has classified it: the law's clock has not begun, ours have, and the first word was given.
    assert {row.code: bool(row.met_at) for row in found.deadlines.all()} == {
        "incident.acknowledge": False,
        "incident.medium": True,
    }
    outage.closed_at = clock.now()
    outage.save()
    assert follow()["recovered"] == 1
    found.refresh_from_db()
    assert (found.state, bool(found.recovered_at)) == ("resolved", True)
    # It came back within the half hour: the same outage, the same incident.
    outage.closed_at = None
    outage.save()
    assert follow()["returned"] == 1
    assert Incident.objects.get().state == "handling"
    outage.closed_at = clock.now()
    outage.save()
    follow()
    with later(hours=23):
        assert follow()["closed"] == 0
    with later(hours=25):
        assert follow()["closed"] == 1
        assert follow() == dict.fromkeys(follow(), 0)
    assert Incident.objects.get().state == "closed"
    assert Fact.objects.filter(deed__startswith="incident.").values_list("actor_kind", flat=True).distinct().get() == (
        "system"
    )


def test_an_outage_that_cuts_nobody_off_is_low_and_told_to_no_agency(desk: Desk) -> None:
    version = desk.outage(environment="sandbox").upstream.version
    assert follow()["opened"] == 0
    Upstream.objects.create(version=version, environment="live", place=2, base_url="http://127.0.0.1:10")
    found = open_from_outage(outage=desk.outage())
    assert found is not None
    assert (found.severity, found.parties.filter(told_at__isnull=False).count()) == (4, 0)


def test_a_failed_verification_opens_one_incident_and_the_next_joins_it(desk: Desk) -> None:
    for faults in (2, 3):
        Verification.objects.create(at=clock.now(), whole=False, sound=False, faults=faults, detail="dòng 7 bị sửa")
    Verification.objects.create(at=clock.now() - timedelta(days=30), whole=True, sound=False, faults=1)
    assert follow()["opened"] == 2
    assert follow()["opened"] == 0
    found = Incident.objects.get()
    assert (found.origin, found.severity, found.sources.count()) == ("log", 1, 2)
    assert {"incident.report", "incident.serious"} <= set(due(found))
    Verification.objects.create(at=clock.now(), whole=True, sound=True)
    assert follow()["recovered"] == 2
    found.refresh_from_db()
    assert (found.state, bool(found.recovered_at)) == ("new", True)  # people conclude what is grave


def test_an_alert_opens_one_and_its_group_joins_while_it_lasts(desk: Desk) -> None:
    alert = desk.alert()
    first = open_from_alert(alert=alert)
    assert open_from_alert(alert=alert) == first == open_from_alert(alert=desk.alert())
    assert (first.severity, first.affected.get().service) == (2, desk.service)
    assert IncidentSource.objects.filter(kind="alert").count() == 2
    other = desk.alert(subject_kind="platform", subject_id="", service=None, severity="info")
    assert open_from_alert(alert=other).severity == 4
    steps.dismiss_incident(actor=desk.handler, incident=first, reason="Kiểm thử tải có báo trước")
    assert open_from_alert(alert=desk.alert()) != first
    late = desk.alert()
    refused(PermissionRefused, lambda: open_from_alert(alert=late, actor=desk.chain.actors["evaluator"]))


def test_an_alert_about_an_address_that_is_out_joins_the_incident_of_its_outage(desk: Desk) -> None:
    desk.outage()
    follow()
    alert = desk.alert(subject_kind="upstream", subject_id="1")
    assert open_from_alert(alert=alert) == Incident.objects.get()


def test_clocks_keep_their_units_and_bases(desk: Desk) -> None:
    """Five calendar days end on a working day; 72 hours run round the clock; internal hours say whose they are."""
    friday = datetime(2026, 11, 20, 16, 40, tzinfo=clock.VIETNAM)
    with patch("core.clock.now", return_value=friday):
        found = desk.classified(2, personal_data=True)
        assert due(found) == {
            "incident.acknowledge": friday + timedelta(hours=1),
            "incident.high": friday + timedelta(hours=4),
            "incident.report": datetime(2026, 11, 25, 23, 59, 59, tzinfo=clock.VIETNAM),
            "incident.personal_data": friday + timedelta(hours=72),
        }
        by_law = {row.code for row in found.deadlines.filter(statutory=True)}
        assert by_law == {"incident.report", "incident.personal_data"}
        assert found.deadlines.get(code="incident.high").basis.startswith("Hạn nội bộ")
        assert {row.code: how for row, how in deadlines_of(found)}["incident.acknowledge"] == "met"
        steps.classify_incident(actor=desk.handler, incident=found, **{**CLASS, "severity": 4})
        assert set(due(found)) == {"incident.acknowledge", "incident.report"}
    with patch("core.clock.now", return_value=friday + timedelta(days=4, hours=8)):
        assert (follow()["reminded"], follow()["reminded"]) == (1, 0)
    assert Notice.objects.filter(event="incident.deadline", recipient_id=desk.handler.user_id).count() == 1


def test_a_report_of_an_agency_is_filed_once_and_seen_by_it_alone(desk: Desk, person: Any, agency: Any) -> None:
    officer = desk.chain.actors["agency_officer"]
    log_calls(desk.grant())
    given: dict[str, Any] = {
        "impact": "security",
        "text": "Khóa truy xuất có thể đã lộ",
        "service": desk.service,
        "form_token": "01890000-0000-7000-8000-000000000001",
    }
    mine = recent_calls(limit=1)[0].call_id
    made = report_incident(actor=officer, call_id=mine, **given)
    assert report_incident(actor=officer, **given) == made
    assert (made.origin, made.severity, made.call_id, made.personal_data) == ("agency", 2, mine, False)
    assert [(row.agency.code, row.role) for row in made.parties.filter(told_at__isnull=False)] == [
        ("H60.07", "reporter")
    ]
    assert set(Incident.objects.visible_to(officer)) == {made}
    assert not Incident.objects.visible_to(desk.provider).exists()
    tell_parties(actor=desk.handler, incident=made)
    assert set(Incident.objects.visible_to(desk.provider)) == {made}
    other = person("khac@lgsp.example", agency("H60.12"), "agency_officer")
    assert not Incident.objects.visible_to(actor_for(other, standings_of(other), agency_id=None)).exists()
    wrong = refused(
        InvalidInput,
        lambda: report_incident(
            actor=officer, impact="", text=" ", call_id=made.form_token, started_at=clock.now() + timedelta(hours=1)
        ),
    )
    assert set(wrong.errors) == {"impact", "text", "started_at", "call_id"}
    refused(PermissionRefused, lambda: report_incident(actor=desk.handler, **{**given, "form_token": None}))


def test_the_public_reads_public_words_only(desk: Desk, django_assert_num_queries: Any) -> None:
    StatusSubscription.objects.create(email="doc@x.example", asked_at=clock.now(), confirmed_at=clock.now())
    hidden = publish("inner-register", desk.chain.provider)
    hidden.title, hidden.sharing_class = "Sổ nghiệp vụ riêng", "private"
    hidden.save()
    found = desk.classified(2)
    set_services(actor=desk.handler, incident=found, services=[desk.service, hidden])
    write_update(actor=desk.handler, incident=found, text="Nghi do đĩa", audience=Audience.INTERNAL)
    assert public_incidents() == []
    leak = refused(
        InvalidInput,
        lambda: write_update(
            actor=desk.handler,
            incident=found,
            text="so NGHIEP VU rieng đang lỗi",
            audience=Audience.PUBLIC,
            public_title="Dịch vụ inner-register",
        ),
    )
    assert set(leak.errors) == {"text", "public_title"}
    untitled = refused(
        InvalidInput,
        lambda: write_update(actor=desk.handler, incident=found, text="Đang xử lý", audience=Audience.PUBLIC),
    )
    assert set(untitled.errors) == {"public_title"}
    write_update(
        actor=desk.handler,
        incident=found,
        text="Đang khắc phục",
        audience=Audience.PUBLIC,
        public_title="Dịch vụ trả lời chậm",
    )
    letters = Letter.objects.filter(to="doc@x.example")
    assert [letter.subject for letter in letters] == ["Sự cố: Dịch vụ trả lời chậm"]
    assert "Đang khắc phục" in letters[0].body
    page = Client().get(reverse("status")).content.decode()
    assert "Dịch vụ trả lời chậm" in page
    assert "Sổ nghiệp vụ riêng" not in page
    with django_assert_num_queries(3):
        shown = public_incidents()
    assert [(row.title, row.services, [update.text for update in row.updates]) for row in shown] == [
        ("Dịch vụ trả lời chậm", (desk.service.title,), ["Đang khắc phục"])
    ]
    assert found.deadlines.get(code="incident.high").met_at
    assert found.parties.filter(told_at__isnull=False).count() == 2
    assert "Sổ nghiệp vụ" not in "".join(
        Letter.objects.filter(to="agency_officer@lgsp.example", subject__contains=found.code).values_list(
            "body", flat=True
        )
    )


def test_severities_one_and_two_are_closed_after_their_review_only(desk: Desk) -> None:
    grave = desk.resolved(2)
    missing = refused(GuardRefused, lambda: steps.close_incident(actor=desk.handler, incident=grave))
    assert "rút kinh nghiệm" in str(missing.detail)
    refused(InvalidInput, lambda: steps.review_incident(actor=desk.handler, incident=grave, lessons=" "))
    steps.review_incident(actor=desk.security, incident=grave, lessons="Cảnh báo dung lượng ở 70%")
    assert steps.close_incident(actor=desk.handler, incident=grave).state == "closed"
    again = steps.reopen_incident(actor=desk.handler, incident=grave, reason="Lại chậm")
    assert (again.state, again.reviewed_at, again.reopened) == ("handling", None, 1)
    light = desk.resolved(3)
    assert steps.close_incident(actor=desk.handler, incident=light).closed_at


def test_two_people_close_at_once_one_is_told_who_was_faster(desk: Desk) -> None:
    found = desk.resolved(3)
    saw = Incident.objects.get(pk=found.pk).revision
    steps.close_incident(actor=desk.handler, incident=found, revision=saw)
    late = refused(StateRefused, lambda: steps.close_incident(actor=desk.security, incident=found, revision=saw))
    assert desk.handler.name in str(late.detail)
    assert "vẫn được giữ" in str(late.detail)
    refused(StateRefused, lambda: steps.close_incident(actor=desk.security, incident=found))


def test_both_sides_have_tasks_and_a_clock_of_acknowledgement(desk: Desk) -> None:
    found, officer = desk.classified(3), desk.chain.actors["agency_officer"]
    refused(
        InvalidInput, lambda: set_task(actor=desk.handler, incident=found, text="Đổi khóa", agency=desk.chain.agency)
    )
    assert tell_parties(actor=desk.handler, incident=found) == 2
    refused(InvalidInput, lambda: tell_parties(actor=desk.handler, incident=found))
    party = acknowledge_party(actor=officer, incident=found)
    assert party.ack_due_at is not None
    refused(StateRefused, lambda: acknowledge_party(actor=officer, incident=found))
    refused(PermissionRefused, lambda: acknowledge_party(actor=desk.chain.actors["evaluator"], incident=found))
    task = set_task(actor=desk.handler, incident=found, text="Đổi khóa", agency=desk.chain.agency)
    refused(PermissionRefused, lambda: finish_task(actor=desk.provider, task=task, result="Xong"))
    steps.handle_incident(actor=desk.handler, incident=found)
    steps.resolve_incident(actor=desk.handler, incident=found, **WHY)
    left = refused(GuardRefused, lambda: steps.close_incident(actor=desk.handler, incident=found))
    assert "Đổi khóa" in str(left.detail)
    assert finish_task(actor=officer, task=task, result="Đã đổi, khóa cũ đã thu hồi").done_by_id == officer.user_id
    refused(StateRefused, lambda: finish_task(actor=desk.handler, task=task, result="Xong"))
    answer_as_party(actor=officer, incident=found, text="Hệ thống chạy lại bình thường")
    assert steps.close_incident(actor=desk.handler, incident=found).state == "closed"
    refused(StateRefused, lambda: answer_as_party(actor=officer, incident=found, text="Còn lỗi"))


@pytest.mark.clause("Q50-15.4")
def test_an_incident_suspends_a_connection_through_the_service_that_owns_it(desk: Desk) -> None:
    found = desk.classified(1)
    connection = desk.chain.connection()
    wanted: dict[str, Any] = {"incident": found, "connection": connection, "reason": "Khóa bị lộ"}
    # Who handles incidents but does not run environments is refused by the floor below; nothing of it stays.
    refused(PermissionRefused, lambda: suspend_connection(actor=desk.security, **wanted))
    hold = suspend_connection(actor=desk.handler, **wanted)
    assert (hold.side, found.code in hold.reason, Hold.objects.count()) == ("operator", True, 1)
    refused(StateRefused, lambda: suspend_connection(actor=desk.handler, **wanted))
    set_services(actor=desk.handler, incident=found, services=[])
    refused(InvalidInput, lambda: suspend_connection(actor=desk.handler, **wanted))


@pytest.mark.clause("QC8.6", "QC11.3")
def test_an_incident_suspends_one_grant_and_lets_it_run_again(desk: Desk) -> None:
    found, grant = desk.classified(1), desk.grant()
    wanted: dict[str, Any] = {"incident": found, "grant": grant, "reason": "Tra cứu bất thường"}
    refused(PermissionRefused, lambda: suspend_grant_for(actor=desk.security, **wanted))
    refused(InvalidInput, lambda: suspend_grant_for(actor=desk.handler, **{**wanted, "reason": " "}))
    refused(InvalidInput, lambda: resume_grant_for(actor=desk.handler, **wanted))
    held = suspend_grant_for(actor=desk.handler, **wanted)
    # What the broker is told of the next call; the connection itself goes on.
    assert load_grants([grant.pk])[0].reason == GRANT_SUSPENDED
    assert (found.code in held.suspend_reason, Hold.objects.exists()) == (True, False)
    assert found.entries.get(grant=grant).at == held.suspended_at
    assert Letter.objects.filter(subject__startswith="Tạm ngưng quyền khai thác").exists()
    refused(InvalidInput, lambda: suspend_grant_for(actor=desk.handler, **wanted))
    set_services(actor=desk.handler, incident=found, services=[])
    refused(PermissionRefused, lambda: resume_grant_for(actor=desk.security, **wanted))
    # It is lifted from here when the incident has ended, too.
    steps.dismiss_incident(actor=desk.handler, incident=dismissed(found), reason="Không phải sự cố")
    resume_grant_for(actor=desk.handler, **wanted)
    assert load_grants([grant.pk])[0].reason == ""
    assert Fact.objects.filter(deed__in=["incident.grant_suspended", "incident.grant_resumed"]).count() == 2
    refused(StateRefused, lambda: suspend_grant_for(actor=desk.handler, **wanted))
    # Suspended by somebody else it is not the incident's to lift.
    suspend_grant(actor=desk.handler, grant=grant, reason="Kết luận vi phạm")
    refused(InvalidInput, lambda: resume_grant_for(actor=desk.handler, **wanted))


def dismissed(incident: Incident) -> Incident:
    """Put it where a dismissal begins."""
    Incident.objects.filter(pk=incident.pk).update(state=IncidentState.RECEIVED)
    return incident


def test_a_worker_killed_between_claiming_a_reminder_and_telling_has_reminded_nobody(desk: Desk) -> None:
    found = desk.opened(2)
    found.deadlines.update(due_at=clock.now() + timedelta(minutes=1))
    Incident.objects.filter(pk=found.pk).update(detected_at=clock.now() - timedelta(days=1))
    count = found.deadlines.count()
    killed = patch("incidents.services.incident_following.tell_staff", side_effect=KeyboardInterrupt)
    with killed, pytest.raises(KeyboardInterrupt), transaction.atomic():
        follow()
    assert (follow()["reminded"], follow()["reminded"]) == (count, 0)


def test_figures_of_the_log_go_into_the_timeline(desk: Desk) -> None:
    log_calls(desk.grant(), count=4)
    found = desk.classified(3)
    open_chains()
    note_figures(actor=desk.handler, incident=found)
    text = IncidentEntry.objects.get(incident=found, kind="log").text
    assert "4 lượt gọi" in text
    empty = open_by_hand(actor=desk.handler, title="Cổng chậm", severity=4)
    refused(StateRefused, lambda: note_figures(actor=desk.handler, incident=empty))


STEPS: dict[str, tuple[Callable[..., Any], set[str]]] = {
    "acknowledge": (steps.acknowledge_incident, {"new"}),
    "handle": (steps.handle_incident, {"received"}),
    "resolve": (steps.resolve_incident, {"handling"}),
    "close": (steps.close_incident, {"resolved"}),
    "reopen": (steps.reopen_incident, {"resolved", "closed"}),
    "dismiss": (steps.dismiss_incident, {"new", "received"}),
    "restore": (steps.restore_incident, {"dismissed"}),
}


def test_every_step_belongs_to_two_roles_and_to_its_states(desk: Desk, person: Any) -> None:
    """The table written a second time: (step × role) and (step × state)."""
    assert set(STEPS) | {"recover"} == {
        item.name for item in Incident._meta.get_field("state").get_all_transitions(Incident)
    }
    found = desk.resolved(3)
    for role in ROLES.keys() - {"operator", "security_officer"}:
        place = desk.chain.agency if ROLES[role].side == "agency" else desk.chain.operator
        user = person(f"{role}.buoc@lgsp.example", place, role)
        actor = actor_for(user, standings_of(user), agency_id=None)
        for name, state in (("close", "resolved"), ("acknowledge", "new"), ("dismiss", "new")):
            Incident.objects.filter(pk=found.pk).update(state=state)
            with pytest.raises(PermissionRefused):
                _take(name, actor, found)
    for name, (_deed, states) in STEPS.items():
        for state in set(IncidentState.values) - states:
            Incident.objects.filter(pk=found.pk).update(state=state, closed_at=clock.now())
            with pytest.raises(StateRefused):
                _take(name, desk.handler, found)


def _take(name: str, actor: Any, found: Incident) -> None:
    more: dict[str, Any] = {"reason": "Lý do"} if name in ("reopen", "dismiss", "restore") else {}
    STEPS[name][0](actor=actor, incident=found, **more)
