"""Both sides are told of every step, in the deed's own transaction, by one table (ux.md §4.1)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from accounts.choices import MANDATORY
from accounts.models import Letter, Notice, User
from accounts.services.delivery import deliver_due_letters
from accounts.services.notices import address_to
from connections.choices import PrintoutKind
from connections.events import EVENTS, Audience
from connections.models import Printout
from connections.printouts.files import file_name, file_of
from connections.selectors.readers import _RULES
from connections.services import approval, intake, sending
from core import clock
from core.problems import InvalidInput
from tests.connections.conftest import Chain
from tests.connections.refusing import refused
from tests.connections.steps import step

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("telling")]


def told(event: str) -> dict[str, str]:
    """Return who has a notice of *event* (people by role) and its topic."""
    rows = Notice.objects.filter(event=f"request.{event}").select_related("recipient")
    return {address_to(row).removesuffix("@lgsp.example"): row.topic for row in rows}


@pytest.fixture
def chain(chain: Chain) -> Chain:
    with_mailbox(chain)
    return chain


@step
def with_mailbox(chain: Chain) -> None:
    chain.agency.shared_mailbox = "vanthu@so-a.example"
    chain.agency.save()


FILERS = {"agency_officer": "procedure", "agency_representative": "procedure", "vanthu@so-a.example": "procedure"}


@pytest.mark.clause("QC10.1")
def test_the_letter_of_reception_carries_the_receipt(chain: Chain) -> None:
    chain.receive()
    receipt = Printout.objects.get(kind=PrintoutKind.RECEIPT)
    deliver_due_letters()
    received = [letter for letter in mail.outbox if "tiếp nhận" in letter.subject and letter.attachments]
    assert {letter.to[0].removesuffix("@lgsp.example") for letter in received} == set(FILERS)
    for letter in received:
        assert [tuple(item) for item in letter.attachments] == [
            (file_name(receipt, "pdf"), file_of(receipt, "pdf"), "application/pdf")
        ]
    assert all(not letter.attachments for letter in mail.outbox if letter not in received)


def test_a_receipt_replaced_before_the_letter_left_is_not_carried(chain: Chain) -> None:
    chain.receive()
    Printout.objects.filter(kind=PrintoutKind.RECEIPT).update(superseded_at=clock.now())
    deliver_due_letters()
    assert any("tiếp nhận" in letter.subject for letter in mail.outbox)
    assert all(not letter.attachments for letter in mail.outbox)


@pytest.mark.clause("QC10.1", "QC10.2")
def test_each_step_tells_those_it_concerns(chain: Chain) -> None:
    chain.submit()
    assert told("submit") == FILERS | {"intake_officer": "work"}
    intake.receive(actor=chain.actors["intake_officer"], request=chain.request, evaluator=chain.users["evaluator"])
    assert told("receive") == FILERS
    assert told("assign") == {"evaluator": "work"}
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    assert told("propose") == {"department_leader": "work"}
    approval.send_back(actor=chain.actors["department_leader"], request=chain.request, reason="Xem lại")
    assert told("send_back") == {"evaluator": "work"}
    assert "Xem lại" not in Letter.objects.order_by("-pk")[0].body


@pytest.mark.clause("QC10.2")
def test_completion_is_asked_and_answered(chain: Chain) -> None:
    chain.ask()
    assert told("request_completion") == FILERS
    letter = Letter.objects.get(to="vanthu@so-a.example", subject__startswith="Cần hoàn thiện")
    assert letter.subject.startswith(f"Cần hoàn thiện 1 nội dung – {chain.request.number}, trước ")
    assert f"/ket-noi/{chain.request.pk}/" in letter.body
    point = chain.request.points.get()
    sending.answer_completion(
        actor=chain.actors["agency_representative"], request=chain.request, answers={point.pk: "Đã bổ sung"}
    )
    assert told("answer_completion")["evaluator"] == "work"


@pytest.mark.clause("QC10.4", "QC10.5")
def test_the_later_half_tells_too(chain: Chain) -> None:
    chain.finish()
    assert told("approve") == FILERS | {"operator": "work"}
    assert told("set_up")["technician"] == "progress"
    signers = {"agency_representative", "vanthu@so-a.example", "operator"} - {"operator"}
    assert set(told("finish_tests")) == signers
    chain.confirm_as("operator")
    assert set(told("operator_confirmed")) == signers
    chain.confirm_as("agency_representative")
    assert set(told("confirm")) >= FILERS.keys()


def test_returned_parts_and_withdrawal_are_told(chain: Chain) -> None:
    points = [{"what": "Thiếu phương án", "remedy": "Bổ sung", "clause": "QC9.5"}]
    intake.return_parts(actor=chain.actors["intake_officer"], request=chain.submit(), points=points)
    assert told("return_parts") == FILERS
    sending.withdraw(actor=chain.actors["agency_representative"], request=chain.request, reason="Chuyển hệ thống")
    assert told("withdraw") == FILERS | {"intake_officer": "progress"}
    assert not Letter.objects.filter(body__contains="Chuyển hệ thống").exists()


def test_a_draft_that_was_never_sent_is_withdrawn_without_a_word(chain: Chain) -> None:
    sending.withdraw(actor=chain.actors["agency_representative"], request=chain.draft(), reason="Lập nhầm")
    assert not Notice.objects.exists()


def test_a_refused_deed_tells_nobody(chain: Chain) -> None:
    chain.submit()
    before = Notice.objects.count(), Letter.objects.count()
    refused(
        InvalidInput,
        lambda: sending.withdraw(actor=chain.actors["agency_representative"], request=chain.request, reason=" "),
    )
    assert (Notice.objects.count(), Letter.objects.count()) == before


def test_who_filed_and_left_the_agency_is_told_no_more(chain: Chain) -> None:
    chain.submit()
    held = chain.users["agency_officer"].memberships.get()
    held.ended_at = chain.request.submitted_at
    held.save()
    intake.receive(actor=chain.actors["intake_officer"], request=chain.request)
    assert "agency_officer" not in told("receive")


def test_letters_name_no_person(chain: Chain) -> None:
    chain.live()
    names = [user.full_name for user in User.objects.all()]
    texts = [f"{letter.subject} {letter.body}" for letter in Letter.objects.all()]
    assert len(texts) > 20
    assert [(name, text) for name in names for text in texts if name in text] == []


def test_the_inbox_of_the_agency_leads_to_the_portal_and_of_staff_to_their_rooms(
    chain: Chain, signed_in: Callable[..., Any]
) -> None:
    chain.submit()
    for role, start in (("agency_representative", "/ket-noi/"), ("intake_officer", "/quan-tri/")):
        notice = Notice.objects.get(recipient=chain.users[role])
        client = signed_in(chain.users[role])
        answer = client.get(f"/thong-bao/{notice.pk}/")
        assert answer["Location"].startswith(start)
        assert client.get(answer["Location"]).status_code == 200


def test_the_table_is_whole() -> None:
    assert set(_RULES) == set(Audience)
    values = {"number": "1", "system": "s", "agency": "a", "code": "c", "day": "d", "n": 1, "grants": "g"}
    values |= {"when": "w", "writer": "w", "draft": "d", "lines": "l"}
    for tellings in EVENTS.values():
        for telling in tellings:
            assert str(telling.subject) % values
            assert str(telling.body) % values
    official = {"submit", "receive", "request_completion", "return_parts", "approve", "confirm", "go_live"}
    official |= {"close", "withdraw", "terminate"}
    assert all(EVENTS[event][0].topic in MANDATORY for event in official)
