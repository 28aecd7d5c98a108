"""Deeds of the desk at the same time as themselves: one wins, the other is told, nothing is there twice (U22)."""

from typing import Any

import pytest

from audit.models import Fact
from connections.choices import Mark, State
from connections.models import Connection, MessageSample, SavedView, WorkMark
from connections.services import approval, conformance, desk, evaluation, intake
from core.problems import InvalidInput, StateRefused
from tests.connections.conftest import Chain
from tests.connections.test_at_once import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("QC10.2")
def test_a_dossier_is_judged_and_approved_once_however_often_it_is_sent(chain: Chain) -> None:
    chain.submit()
    intaker = chain.actors["intake_officer"]

    def receive() -> Any:
        return intake.receive(actor=intaker, request=chain.request, evaluator=chain.users["evaluator"])

    assert refusals(at_once(receive, receive)) == [StateRefused]
    assert chain.request.evaluations.count() == 1
    current = chain.request.evaluations.get()
    seen = {mark.criterion.code: evaluation.seen(mark) for mark in current.marks.select_related("criterion")}

    def judge(remark: str) -> Any:
        return evaluation.mark(
            actor=chain.actors["evaluator"],
            request=chain.request,
            marks={"network": (Mark.PASS, remark, "")},
            seen_before={"network": seen["network"]},
        )

    assert refusals(at_once(lambda: judge("Một"), lambda: judge("Hai"))) == [StateRefused]
    assert Fact.objects.filter(deed="request.marked").count() == 1
    evaluator, head = chain.actors["evaluator"], chain.actors["division_head"]
    found = at_once(
        lambda: desk.take_up(actor=evaluator, request=chain.request),
        lambda: desk.take_up(actor=head, request=chain.request),
    )
    assert refusals(found) == [StateRefused]
    assert WorkMark.objects.count() == 1
    keep = lambda: desk.keep_view(actor=head, name="Quá hạn", query="tab=overdue")  # noqa: E731
    assert refusals(at_once(keep, keep)) == []
    assert SavedView.objects.count() == 1
    add = lambda: conformance.add_sample(actor=evaluator, request=chain.request, name="Mẫu", text="{}")  # noqa: E731
    assert refusals(at_once(add, add)) == [InvalidInput]
    assert MessageSample.objects.count() == 1
    chain.mark_all()
    chain.request = approval.propose(actor=head, request=chain.request)
    approve = lambda: approval.approve(actor=chain.actors["department_leader"], request=chain.request)  # noqa: E731
    back = lambda: approval.send_back(  # noqa: E731
        actor=chain.actors["department_leader"], request=chain.request, reason="Xem lại"
    )
    assert refusals(at_once(approve, approve, back)) in ([StateRefused] * 2,)
    opened = {State.TECHNICALLY_APPROVED: 1, State.EVALUATING: 0}
    assert Connection.objects.count() == opened[chain.fresh().state]
