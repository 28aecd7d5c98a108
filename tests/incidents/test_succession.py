"""A body that was merged hands what it has open with the watch to its successor; what is done stays (QC2)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Agency, Notice, User
from accounts.selectors.actors import actor_for, standings_of
from accounts.services.agencies import end_agency
from audit.models import Fact
from connections.selectors.succession import ended_holders, held_by
from connections.services.succession import hand_over
from core import clock
from core.actor import Actor
from incidents.models import Alert, HelpRequest, Incident, IncidentTask, Violation
from incidents.services import help as helping
from incidents.services import violation_steps
from incidents.services.incident_parties import acknowledge_party, tell_parties
from incidents.services.incident_work import finish_task, set_task
from tests.connections.conftest import chain
from tests.incidents.registers import Desk, desk
from tests.incidents.test_violations import opened

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC2")
DECISION = "Quyết định 01/QĐ-UBND về sắp xếp (mẫu)"


def person_acting(user: User) -> Actor:
    return actor_for(user, standings_of(user), agency_id=None)


@pytest.fixture
def successor(agency: Callable[..., Agency]) -> Agency:
    return agency("H60.08", name="Sở Nông nghiệp, Môi trường và Xây dựng (mẫu)", shared_mailbox="vt@moi.example")


@pytest.fixture
def heir(person: Callable[..., User], successor: Agency) -> Actor:
    return person_acting(person("ke-thua@lgsp.example", successor, "agency_representative", "agency_officer"))


def end(desk: Desk, successor: Agency) -> Agency:
    ended = desk.chain.agency
    ended.refresh_from_db()
    day = clock.today() - timedelta(days=1)
    return end_agency(actor=desk.handler, agency=ended, valid_to=day, reason=DECISION, successor=successor)


def test_what_is_open_goes_to_the_successor_and_what_is_done_stays(desk: Desk, successor: Agency, heir: Actor) -> None:
    body, officer = desk.chain.agency, desk.chain.actors["agency_officer"]
    incident, closed = desk.classified(2), desk.resolved()
    for case in (incident, closed):
        tell_parties(actor=desk.handler, incident=case)
    acknowledge_party(actor=officer, incident=incident)
    done = set_task(actor=desk.handler, incident=incident, text="Xoay khóa", agency=body)
    finish_task(actor=officer, task=done, result="Đã xoay")
    task = set_task(actor=desk.handler, incident=incident, text="Gửi nhật ký máy khách", agency=body)
    Incident.objects.filter(pk=closed.pk).update(state="closed", closed_at=clock.now())
    heard = violation_steps.ask_to_explain(actor=desk.security, violation=opened(desk), text="Giải trình")
    unasked = opened(desk, act="tampering", grant=None)
    over = opened(desk, act="access", grant=None)
    Violation.objects.filter(pk=over.pk).update(state="closed", closed_at=clock.now())
    alert = desk.alert(system=desk.chain.system, consumer_agency=body)
    ended = end(desk, successor)
    held = held_by(ended)
    assert held.beside == {"incidents": 1, "incident_tasks": 1, "violations": 2, "alerts": 1, "help_requests": 0}
    assert "2 vi phạm chưa kết thúc" in held.texts()
    assert ended in ended_holders()
    said_before = list(incident.entries.values_list("pk", "text", "agency_id"))
    hand_over(actor=desk.handler, agency=ended, reason=DECISION)

    ended.refresh_from_db()
    assert (held_by(ended).anything, ended_holders().exists()) == (False, False)
    parties = {row.agency_id: row for row in incident.parties.all()}
    assert parties[body.pk].acknowledged_at is not None
    assert (parties[successor.pk].role, parties[successor.pk].acknowledged_at) == ("consumer", None)
    assert parties[successor.pk].told_at is not None
    assert set(Incident.objects.visible_to(heir)) == {incident}
    assert list(IncidentTask.objects.order_by("pk").values_list("agency", flat=True)) == [body.pk, successor.pk]
    assert list(incident.entries.values_list("pk", "text", "agency_id"))[: len(said_before)] == said_before
    finish_task(actor=heir, task=task, result="Đã gửi")
    agencies = dict(Violation.objects.values_list("pk", "agency"))
    assert agencies == {heard.pk: successor.pk, unasked.pk: successor.pk, over.pk: body.pk}
    assert violation_steps.explain_violation(actor=heir, violation=heard, text="Kế thừa, đã sửa").state == "heard"
    assert not Violation.objects.visible_to(heir).filter(pk=unasked.pk).exists()
    assert Alert.objects.get(pk=alert.pk).consumer_agency == successor
    deeds = ["alert.handed_over", "incident.handed_over", "violation.handed_over"]
    moved = Fact.objects.filter(deed__in=deeds).order_by("deed", "pk")
    assert list(moved.values_list("deed", flat=True)) == [*deeds, "violation.handed_over"]
    agencies_moved = {(fact.before["agency"]["id"], fact.after["agency"]["id"], fact.reason) for fact in moved}
    assert agencies_moved == {(body.pk, successor.pk, DECISION)}
    told = Notice.objects.filter(recipient_id=heir.user_id)
    handed = told.get(event="agency.handed_over")
    assert "1 việc xử lý sự cố chưa xong" in handed.body
    assert set(told.values_list("event", flat=True)) >= {"incident.told", "violation.handed_over"}


def test_questions_go_along_and_who_speaks_for_the_successor_hears_of_the_answer(
    desk: Desk, successor: Agency, heir: Actor
) -> None:
    body, officer = desk.chain.agency, desk.chain.actors["agency_officer"]
    question = helping.ask_help(actor=officer, text="Hỏi", subject="Cách ký", form_token=uuid4(), page="/")
    asked = helping.ask_help(actor=officer, text="Hỏi", subject="Cũ", form_token=uuid4(), page="/")
    HelpRequest.objects.filter(pk=asked.pk).update(state="closed")
    ended = end(desk, successor)
    assert held_by(ended).beside["help_requests"] == 1
    hand_over(actor=desk.handler, agency=ended, reason=DECISION)
    owners = dict(HelpRequest.objects.values_list("pk", "agency"))
    assert owners == {question.pk: successor.pk, asked.pk: body.pk}
    assert Fact.objects.filter(deed="help.handed_over", subject_id=question.pk).exists()
    helping.answer_help(actor=desk.handler, request=question, text="Ký theo mẫu", form_token=uuid4())
    told = Notice.objects.filter(recipient_id=heir.user_id, event="help.answered")
    assert told.get().subject.endswith("Cách ký")


def test_a_party_that_never_acknowledged_has_no_clock_any_more_and_a_successor_that_knows_is_not_told_again(
    desk: Desk, successor: Agency, heir: Actor
) -> None:
    incident = desk.classified(2)
    tell_parties(actor=desk.handler, incident=incident)
    incident.parties.create(agency=successor, role="provider", told_at=clock.now(), acknowledged_at=clock.now())
    task = set_task(actor=desk.handler, incident=incident, text="Gửi nhật ký", agency=desk.chain.agency)
    ended = end(desk, successor)
    hand_over(actor=desk.handler, agency=ended, reason=DECISION)
    assert incident.parties.get(agency=ended).ack_due_at is None
    assert incident.parties.get(agency=successor).role == "provider"
    task.refresh_from_db()
    assert task.agency == successor
    assert not Notice.objects.filter(recipient_id=heir.user_id, event="incident.told").exists()
