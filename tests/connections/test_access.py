"""Asking for the use of a service: basket, opinions, proposal, decision, grants (QC4.6, QC11.3)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Letter
from audit.gates import gate_rows
from audit.models import Fact
from connections.choices import AccessState
from connections.models import AccessLine, AccessRequest, Grant
from connections.projection import load_grants
from connections.services import access as weighing
from connections.services import baskets
from connections.services.ending import terminate
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.asking import Asking
from tests.connections.conftest import Chain
from tests.connections.refusing import refused

pytestmark = pytest.mark.clause("QC4.6", "QC11.3")


def test_what_was_decided_is_what_the_broker_goes_by(asking: Asking) -> None:
    grants = asking.decided()
    assert [grant.environment for grant in grants] == ["live", "sandbox"]
    live, row = grants[0], {item.code: item for item in load_grants()}[grants[0].code]
    assert (live.service, live.system, live.daily_quota) == (asking.service, asking.chain.system, 500)
    assert (row.operations, row.fields) == (frozenset({"list", "one"}), frozenset({"code", "name"}))
    assert (row.purpose, row.networks, row.active) == ("administrative-procedures", ("10.20.30.0/24",), True)
    assert row.valid_to == clock.today() + timedelta(days=200)
    assert gate_rows([live.gate_id])[live.gate_id].limit == 500
    found = AccessRequest.objects.get()
    assert (found.state, found.code[:3]) == (AccessState.DECIDED, "KT-")
    assert live.access_line == asking.line(found)
    assert list(Fact.objects.filter(deed__startswith="access.").order_by("id").values_list("deed", flat=True)) == [
        "access.begun",
        "access.line_added",
        "access.line_changed",
        "access.changed",
        "access.send",
        "access.opinion",
        "access.propose",
        "access.decide",
    ]
    assert Letter.objects.filter(subject__contains=found.code).count() >= 4


def test_a_narrower_decision_grants_less_and_says_why(asking: Asking) -> None:
    until = clock.today() + timedelta(days=90)
    narrowed = {
        "outcome": "narrowed",
        "operations": ["one"],
        "fields": ["code"],
        "daily_quota": 100,
        "valid_to": until,
        "reason": "Chỉ cần tra cứu từng thửa",
    }
    live = asking.decided(**narrowed)[0]
    assert (live.operations, live.fields, live.daily_quota, live.valid_to) == (["one"], ["code"], 100, until)


def test_a_refusal_needs_reason_and_legal_basis_and_grants_nothing(asking: Asking) -> None:
    found = asking.heard()
    line, evaluator = asking.line(found), asking.chain.actors["evaluator"]
    for given, text in (
        ({"outcome": "refused"}, "Nhập lý do"),
        ({"outcome": "refused", "reason": "Ngoài chức năng"}, "căn cứ pháp lý"),
        ({"outcome": "narrowed", "reason": "Bớt", "operations": ["delete"]}, "thao tác"),
        ({"outcome": "narrowed", "reason": "Bớt", "operations": ["one"], "daily_quota": 900}, "500"),
        ({"outcome": "maybe"}, "Chọn chấp thuận"),
    ):
        refusal = refused(
            InvalidInput,
            lambda given=given: weighing.propose_decision(actor=evaluator, access=found, decisions={line.pk: given}),
        )
        assert text in " ".join(refusal.errors[f"line-{line.pk}"])
    decision = {"outcome": "refused", "reason": "Ngoài chức năng", "legal_basis": "Khoản 6 Điều 4 Quy chế"}
    proposed = weighing.propose_decision(actor=evaluator, access=found, decisions={line.pk: decision})
    assert weighing.decide_access(actor=asking.chain.actors["department_leader"], access=proposed) == []
    assert Grant.objects.filter(service=asking.service).count() == 0


def test_four_eyes_and_each_step_belongs_to_one_side(asking: Asking, person: Any, actor: Any) -> None:
    chain = asking.chain
    basket = asking.basket()
    refused(PermissionRefused, lambda: baskets.send_basket(actor=asking.officer, access=basket))
    sent = baskets.send_basket(actor=asking.sender, access=basket)
    line = asking.line(sent)
    for other in (asking.officer, chain.actors["evaluator"], chain.actors["operator"]):
        refused(PermissionRefused, lambda other=other: weighing.give_opinion(actor=other, line=line, opinion="agree"))
    decisions = {line.pk: {"outcome": "approved"}}
    refused(
        PermissionRefused,
        lambda: weighing.propose_decision(actor=asking.sender, access=sent, decisions=decisions),
    )
    weighing.give_opinion(actor=asking.advisor, line=line, opinion="agree")
    both = actor(person("ca-hai@lgsp.example", chain.operator, "evaluator", "department_leader"))
    proposed = weighing.propose_decision(actor=both, access=sent, decisions=decisions)
    refused(PermissionRefused, lambda: weighing.decide_access(actor=both, access=proposed))
    assert weighing.decide_access(actor=chain.actors["department_leader"], access=proposed)


def test_an_incomplete_basket_says_everything_that_is_missing(asking: Asking) -> None:
    basket = baskets.add_to_basket(actor=asking.officer, system=asking.chain.system, service=asking.service)
    refusal = refused(GuardRefused, lambda: baskets.send_basket(actor=asking.sender, access=basket))
    for word in ("thao tác", "nhóm mục đích", "căn cứ pháp lý", "tần suất", "thời hạn"):
        assert word in str(refusal.detail)


def test_bad_input_is_told_by_field_and_changes_nothing(asking: Asking) -> None:
    basket = asking.basket()
    line = {"operations": ["list"], "fields": [], "daily_quota": 5}
    for fields, field in (
        ({"wanted_until": clock.today()}, "wanted_until"),
        ({"networks": "10.0.0"}, "networks"),
        ({"purpose_text": "x" * 4001}, "purpose_text"),
        ({"frequency": "x" * 301}, "frequency"),
    ):
        refusal = refused(
            InvalidInput, lambda fields=fields: baskets.set_basket(actor=asking.officer, access=basket, **fields)
        )
        assert list(refusal.errors) == [field]
    wrong: list[dict[str, Any]] = [{"operations": []}, {"operations": ["drop"]}, {"fields": ["secret"]}]
    for changes in (*wrong, {"daily_quota": 0}):
        refused(
            InvalidInput,
            lambda changes=changes: baskets.set_basket_line(
                actor=asking.officer, access=basket, service=asking.service, **{**line, **changes}
            ),
        )


def test_a_service_is_asked_for_once_and_again_only_after_the_answer(asking: Asking) -> None:
    first = asking.sent()
    again = asking.basket()
    assert again.pk != first.pk
    refusal = refused(GuardRefused, lambda: baskets.send_basket(actor=asking.sender, access=again))
    assert first.code in str(refusal.detail)
    baskets.withdraw_access(actor=asking.sender, access=first, reason="Chưa cần nữa")
    assert baskets.send_basket(actor=asking.sender, access=again).state == AccessState.SENT


def test_one_basket_a_system_and_twice_is_once(asking: Asking) -> None:
    for _turn in range(2):
        baskets.add_to_basket(actor=asking.officer, system=asking.chain.system, service=asking.service)
    assert AccessRequest.objects.count() == 1
    assert AccessLine.objects.count() == 1
    assert Fact.objects.filter(deed="access.line_added").count() == 1


def test_a_provider_that_is_silent_does_not_stop_the_matter(asking: Asking, monkeypatch: Any) -> None:
    sent = asking.sent()
    decisions = {asking.line(sent).pk: {"outcome": "approved"}}
    evaluator = asking.chain.actors["evaluator"]
    refusal = refused(
        GuardRefused, lambda: weighing.propose_decision(actor=evaluator, access=sent, decisions=decisions)
    )
    assert "Sở Xây dựng" in str(refusal.detail)
    AccessRequest.objects.filter(pk=sent.pk).update(opinion_due_at=clock.now() - timedelta(minutes=1))
    assert weighing.propose_decision(actor=evaluator, access=sent, decisions=decisions).state == AccessState.PROPOSED


def test_an_objection_says_why_and_may_be_changed_until_proposed(asking: Asking) -> None:
    sent = asking.sent()
    line = asking.line(sent)
    give = lambda **said: weighing.give_opinion(actor=asking.advisor, line=line, **said)  # noqa: E731
    refused(InvalidInput, lambda: give(opinion="object"))
    refused(InvalidInput, lambda: give(opinion="maybe", text="x"))
    give(opinion="object", text="Không thuộc chức năng")
    give(opinion="narrow", text="Chỉ thao tác tra cứu")
    decisions = {line.pk: {"outcome": "approved"}}
    weighing.propose_decision(actor=asking.chain.actors["evaluator"], access=sent, decisions=decisions)
    refused(StateRefused, lambda: give(opinion="agree"))


def test_the_leader_sends_it_back_with_a_reason(asking: Asking) -> None:
    proposed, leader = asking.proposed(), asking.chain.actors["department_leader"]
    refused(InvalidInput, lambda: weighing.send_back_access(actor=leader, access=proposed, reason=" "))
    back = weighing.send_back_access(actor=leader, access=proposed, reason="Xem lại hạn mức")
    assert (back.state, back.proposed_by) == (AccessState.SENT, None)


def test_what_exceeds_the_committed_capacity_is_not_granted(asking: Asking) -> None:
    asking.service.capacity_per_day = 400
    asking.service.save()
    found = asking.heard()
    line, evaluator = asking.line(found), asking.chain.actors["evaluator"]
    propose = lambda **given: weighing.propose_decision(  # noqa: E731
        actor=evaluator, access=found, decisions={line.pk: given}
    )
    refusal = refused(InvalidInput, lambda: propose(outcome="approved"))
    assert "400" in refusal.errors[f"line-{line.pk}"][0]
    narrowed = {"outcome": "narrowed", "operations": ["list", "one"], "daily_quota": 400, "reason": "Theo năng lực"}
    proposed = propose(**narrowed)
    asking.service.capacity_per_day = 300
    asking.service.save()
    leader = asking.chain.actors["department_leader"]
    refusal = refused(GuardRefused, lambda: weighing.decide_access(actor=leader, access=proposed))
    assert "300" in str(refusal.detail)


def test_renewing_replaces_the_grant_in_the_same_deed(asking: Asking) -> None:
    held = Grant.objects.get(environment="live")
    basket = asking.basket(asking.chain.service)
    assert asking.line(basket).renews == held
    sent = baskets.send_basket(actor=asking.sender, access=basket)
    AccessRequest.objects.filter(pk=sent.pk).update(opinion_due_at=None)
    AccessLine.objects.filter(access=sent).update(opinion="agree", opinion_at=clock.now())
    decisions = {asking.line(sent).pk: {"outcome": "approved"}}
    proposed = weighing.propose_decision(actor=asking.chain.actors["evaluator"], access=sent, decisions=decisions)
    made = weighing.decide_access(actor=asking.chain.actors["department_leader"], access=proposed)
    held.refresh_from_db()
    assert held.revoked_at is not None
    assert sent.code in held.revoke_reason
    assert Grant.objects.open().filter(service=asking.chain.service, environment="live").get() == made[0]


def test_nothing_is_decided_for_a_connection_that_ended(asking: Asking) -> None:
    proposed = asking.proposed()
    terminate(actor=asking.chain.actors["operator"], request=asking.chain.request, reason="Hết nhu cầu")
    leader = asking.chain.actors["department_leader"]
    refused(GuardRefused, lambda: weighing.decide_access(actor=leader, access=proposed))


def test_a_system_without_a_live_connection_files_a_dossier_instead(chain: Chain, asking: Asking) -> None:
    basket = asking.basket()
    terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết nhu cầu")
    refusal = refused(GuardRefused, lambda: baskets.send_basket(actor=asking.sender, access=basket))
    assert "hồ sơ kết nối" in str(refusal.detail)


def test_an_outdated_form_does_not_overwrite(asking: Asking) -> None:
    basket = asking.basket()
    seen = basket.version
    baskets.set_basket(actor=asking.officer, access=basket, version=seen, frequency="Hằng ngày")
    refused(
        StateRefused,
        lambda: baskets.set_basket(actor=asking.officer, access=basket, version=seen, frequency="Hằng giờ"),
    )


def test_withdrawing_needs_a_reason_and_ends_it(asking: Asking) -> None:
    sent = asking.sent()
    refused(InvalidInput, lambda: baskets.withdraw_access(actor=asking.sender, access=sent, reason=""))
    refused(PermissionRefused, lambda: baskets.withdraw_access(actor=asking.officer, access=sent, reason="Nhầm"))
    baskets.withdraw_access(actor=asking.sender, access=sent, reason="Nhầm hệ thống")
    refused(StateRefused, lambda: baskets.withdraw_access(actor=asking.sender, access=sent, reason="Lần nữa"))
