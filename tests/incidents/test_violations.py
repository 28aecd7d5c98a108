"""Violations: opened by detection or by hand, evidence of the log, the agency heard, another decides, appeal."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import Letter
from accounts.roles import ROLES
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from connections.models import Grant
from connections.projection import GRANT_REVOKED, GRANT_SUSPENDED, load_grants
from core import clock
from core.actor import Actor
from core.files import fetch
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from incidents.models import Violation
from incidents.register_choices import ViolationState
from incidents.selectors.detection.findings import Finding, Found
from incidents.selectors.violations import violation_counts
from incidents.services import violation_steps as steps
from incidents.services.alerts import raise_alerts
from incidents.services.violation_evidence import attach_evidence
from incidents.services.violation_opening import open_from_alert, open_violation
from tests.connections.call_log import log_calls
from tests.connections.conftest import chain
from tests.connections.sealed_here import seal_here
from tests.incidents.registers import Desk, desk, refused

__all__ = ["chain", "desk"]
pytestmark = pytest.mark.clause("QC5.1", "QC5.2", "QC5.3")
BASIS = "Khoản 3 Điều 5 Quy chế"


def opened(desk: Desk, **fields: Any) -> Violation:
    values: dict[str, Any] = {
        "act": "misuse",
        "agency": desk.chain.agency,
        "facts": "Tra cứu hàng loạt ngoài mục đích đã duyệt",
        "from_at": clock.now() - timedelta(hours=3),
        "grant": desk.grant(),
        **fields,
    }
    return open_violation(actor=desk.security, **values)


def heard(desk: Desk, **fields: Any) -> Violation:
    found = steps.ask_to_explain(actor=desk.security, violation=opened(desk, **fields), text="Giải trình mục đích")
    return steps.explain_violation(actor=speaker(desk), violation=found, text="Do cấu hình sai lịch chạy")


def decided(desk: Desk, outcome: str, **fields: Any) -> Violation:
    return steps.decide_violation(
        actor=head(desk), violation=heard(desk), outcome=outcome, text="Có hành vi", legal_basis=BASIS, **fields
    )


def speaker(desk: Desk) -> Actor:
    return desk.chain.actors["agency_representative"]


def head(desk: Desk) -> Actor:
    return desk.chain.actors["division_head"]


def leader(desk: Desk) -> Actor:
    return desk.chain.actors["department_leader"]


def reason_of(grant: Grant) -> str:
    return load_grants([grant.pk])[0].reason


def test_a_rule_says_from_which_severity_on_a_violation_is_opened(desk: Desk) -> None:
    alert = desk.alert(rule="purpose", clause="QC5.3", system=desk.chain.system, consumer_agency=desk.chain.agency)
    rule = alert.rule
    rule.opens_violation = "high"
    rule.save()
    found = Found(findings=(finding(desk, alert.first_at),), total=1)
    alert.state, alert.closed_at = "closed", alert.first_at
    alert.save()
    for _look in range(2):
        raise_alerts(rule=rule, found=found)
    assert Violation.objects.get().agency == desk.chain.agency


def finding(desk: Desk, at: Any) -> Finding:
    return Finding(
        subject_kind="system",
        subject_id=desk.chain.system.code,
        label=str(desk.chain.system),
        summary="Gọi sai mục đích 5 lượt",
        value=5,
        calls=5,
        first_at=at,
        last_at=clock.now(),
        samples=(),
        system_id=desk.chain.system.pk,
        agency_id=desk.chain.agency.pk,
        service_id=desk.service.pk,
    )


def test_detection_opens_one_for_a_group_and_names_whose_act_it_is(desk: Desk) -> None:
    grant = desk.grant()
    by_grant: dict[str, Any] = {
        "rule": "purpose",
        "clause": "QC5.3",
        "subject_kind": "grant",
        "subject_id": grant.code,
    }
    alert = desk.alert(**by_grant)
    first = open_from_alert(alert=alert)
    assert first is not None
    assert (first.act, first.agency, first.system, first.grant, first.opened_by) == (
        "misuse",
        desk.chain.agency,
        desk.chain.system,
        grant,
        None,
    )
    assert open_from_alert(alert=alert) == first == open_from_alert(alert=desk.alert(**by_grant))
    assert first.entries.filter(inner=True).count() == 1
    by_system = desk.alert(rule="scope", clause="QC5.1", system=desk.chain.system, consumer_agency=desk.chain.agency)
    second = open_from_alert(alert=by_system)
    assert second is not None
    assert (second.act, second.grant) == ("access", None)
    assert open_from_alert(alert=desk.alert(rule="scope", subject_kind="address", subject_id="10.0.0.9")) is None
    assert (
        open_from_alert(alert=desk.alert(subject_kind="grant", subject_id=grant.code)) is None
    )  # no clause of Điều 5
    wrong = refused(
        InvalidInput,
        lambda: opened(desk, act="", facts=" ", agency=desk.chain.provider, from_at=clock.now() + timedelta(hours=1)),
    )
    assert set(wrong.errors) == {"act", "facts", "grant", "from_at"}
    assert set(refused(InvalidInput, lambda: opened(desk, agency=None, grant=None)).errors) == {"agency"}
    refused(
        PermissionRefused,
        lambda: open_violation(
            actor=head(desk), act="access", agency=desk.chain.agency, facts="x", from_at=clock.now()
        ),
    )


@pytest.mark.clause("QC8.5")
def test_evidence_is_a_bundle_of_the_sealed_log_kept_beside_it(desk: Desk) -> None:
    log_calls(desk.grant(), count=2)
    log_calls(desk.grant(), verdict="X", status=403, reason="purpose-not-granted", count=1)
    found = opened(desk, until_at=clock.now() + timedelta(minutes=1))
    seal_here()
    row = attach_evidence(actor=desk.security, violation=found)
    with zipfile.ZipFile(io.BytesIO(fetch(row.sha256))) as archive:
        assert {"verify.py", "GIAI-THICH.txt"} <= set(archive.namelist())
    assert Fact.objects.filter(deed="calllog.bundled", subject_id=str(found.pk)).exists()
    assert found.code in row.covered
    narrow = {"since": clock.now(), "until": clock.now() - timedelta(hours=1)}
    refused(InvalidInput, lambda: attach_evidence(actor=desk.security, violation=found, **narrow))
    nothing = {"since": clock.now() - timedelta(days=3), "until": clock.now() - timedelta(days=2)}
    with pytest.raises(StateRefused):
        attach_evidence(actor=desk.security, violation=found, **nothing)
    refused(PermissionRefused, lambda: attach_evidence(actor=head(desk), violation=found))


def test_the_agency_is_heard_before_anybody_decides(desk: Desk) -> None:
    found = opened(desk)
    assert not Violation.objects.visible_to(speaker(desk)).exists()
    refused(InvalidInput, lambda: steps.ask_to_explain(actor=desk.security, violation=found, text=" "))
    steps.ask_to_explain(actor=desk.security, violation=found, text="Giải trình mục đích")
    assert set(Violation.objects.visible_to(speaker(desk))) == {found}
    assert not Violation.objects.visible_to(desk.provider).exists()
    letter = Letter.objects.get(to="agency_representative@lgsp.example", subject__contains=found.code)
    assert "hạn nội bộ" in letter.body.lower()
    early = refused(GuardRefused, lambda: decide(desk, found, "reminder"))
    assert "Cơ quan còn thời gian giải trình" in str(early.detail)
    refused(PermissionRefused, lambda: steps.explain_violation(actor=desk.handler, violation=found, text="Thay"))
    with patch("core.clock.now", return_value=clock.now() + timedelta(days=20)):
        assert decide(desk, found, "reminder").outcome == "reminder"


def decide(desk: Desk, found: Violation, outcome: str, actor: Actor | None = None, **fields: Any) -> Violation:
    given = {"text": "Có hành vi", "legal_basis": BASIS, **fields}
    return steps.decide_violation(actor=actor or head(desk), violation=found, outcome=outcome, **given)


def test_another_person_decides_than_who_opened(desk: Desk, person: Any) -> None:
    both = person("kiem@lgsp.example", desk.chain.operator, "security_officer", "division_head")
    actor = actor_for(both, standings_of(both), agency_id=None)
    found = open_violation(
        actor=actor, act="access", agency=desk.chain.agency, facts="Dò địa chỉ", from_at=clock.now()
    )
    steps.ask_to_explain(actor=actor, violation=found, text="Giải trình")
    steps.explain_violation(actor=speaker(desk), violation=found, text="Kiểm thử nội bộ")
    refused(PermissionRefused, lambda: decide(desk, found, "none", actor=actor))
    unbased = refused(InvalidInput, lambda: decide(desk, found, "reminder", legal_basis=""))
    assert set(unbased.errors) == {"legal_basis"}
    assert set(refused(InvalidInput, lambda: decide(desk, found, "khac")).errors) == {"outcome"}
    assert decide(desk, found, "none", legal_basis="").appeal_due_at is None


def test_a_suspension_stops_the_grant_and_an_appeal_that_is_won_lets_it_run(desk: Desk) -> None:
    grant = desk.grant()
    found = decided(desk, "suspension")
    assert (reason_of(grant), Grant.objects.get(pk=grant.pk).suspended_at is not None) == (GRANT_SUSPENDED, True)
    assert Letter.objects.filter(subject__startswith="Tạm ngưng quyền khai thác").exists()
    steps.appeal_violation(actor=speaker(desk), violation=found, text="Đã khắc phục từ trước")
    assert reason_of(grant) == GRANT_SUSPENDED
    refused(PermissionRefused, lambda: answer(desk, found, head(desk)))
    refused(InvalidInput, lambda: answer(desk, found, leader(desk), result=""))
    done = answer(desk, found, leader(desk))
    assert (done.state, done.appeal_result, reason_of(grant)) == ("closed", "overturned", "")
    refused(StateRefused, lambda: steps.lift_suspension(actor=head(desk), violation=found, text="Xong"))


def answer(desk: Desk, found: Violation, actor: Actor, result: str = "overturned") -> Violation:
    return steps.answer_appeal(actor=actor, violation=found, result=result, text="Xem lại nhật ký")


def test_a_revocation_is_final_and_says_so_when_it_is_overturned(desk: Desk) -> None:
    grant = desk.grant()
    found = decided(desk, "revocation")
    assert reason_of(grant) == GRANT_REVOKED
    assert BASIS in Grant.objects.get(pk=grant.pk).revoke_reason
    steps.appeal_violation(actor=speaker(desk), violation=found, text="Không đồng ý")
    answer(desk, found, leader(desk))
    assert reason_of(grant) == GRANT_REVOKED
    assert "đề nghị khai thác mới" in found.entries.get(kind="answer").text


def test_a_suspension_is_lifted_when_things_are_mended_and_the_case_is_closed(desk: Desk) -> None:
    grant, found = desk.grant(), decided(desk, "suspension")
    refused(InvalidInput, lambda: steps.lift_suspension(actor=head(desk), violation=found, text=" "))
    refused(PermissionRefused, lambda: steps.lift_suspension(actor=speaker(desk), violation=found, text="Xong"))
    steps.lift_suspension(actor=desk.security, violation=found, text="Đã sửa lịch chạy")
    assert reason_of(grant) == ""
    steps.close_violation(actor=desk.security, violation=found, text="Đã thực hiện")
    with patch("core.clock.now", return_value=clock.now() + timedelta(days=1)):
        refused(StateRefused, lambda: steps.appeal_violation(actor=speaker(desk), violation=found, text="Muộn"))


def test_an_appeal_has_its_day_and_a_grant_must_be_the_agencys_and_open(desk: Desk) -> None:
    found = heard(desk, grant=None)
    assert set(refused(InvalidInput, lambda: decide(desk, found, "suspension")).errors) == {"grant"}
    decide(desk, found, "suspension", grant=desk.grant())
    with patch("core.clock.now", return_value=clock.now() + timedelta(days=40)):
        late = refused(GuardRefused, lambda: steps.appeal_violation(actor=speaker(desk), violation=found, text="X"))
    assert "Thời hạn khiếu nại" in str(late.detail)


def test_counts_for_reports(desk: Desk, django_assert_num_queries: Any) -> None:
    decided(desk, "suspension")
    opened(desk, act="tampering")
    with django_assert_num_queries(1):
        found = violation_counts(clock.now() - timedelta(days=1), clock.now())
    assert (found.total, found.by_act, found.by_outcome, found.agencies) == (
        2,
        {"misuse": 1, "tampering": 1},
        {"suspension": 1},
        1,
    )
    assert violation_counts(clock.now(), clock.now() + timedelta(days=2)).total == 0


STEPS: dict[str, tuple[Callable[..., Any], set[str], set[str]]] = {
    "ask": (steps.ask_to_explain, {"opened"}, {"operator", "security_officer"}),
    "explain": (steps.explain_violation, {"hearing"}, {"agency_representative"}),
    "decide": (steps.decide_violation, {"hearing", "heard"}, {"division_head", "department_leader"}),
    "appeal": (steps.appeal_violation, {"decided"}, {"agency_representative"}),
    "answer": (steps.answer_appeal, {"appealed"}, {"division_head", "department_leader"}),
    "close": (
        steps.close_violation,
        {"decided"},
        {"operator", "security_officer", "division_head", "department_leader"},
    ),
}


def test_every_step_belongs_to_its_roles_and_states(desk: Desk, person: Any) -> None:
    """The table written a second time: (step × role) and (step × state)."""
    assert set(STEPS) == {item.name for item in Violation._meta.get_field("state").get_all_transitions(Violation)}
    found = opened(desk)
    for role in ROLES:
        place = desk.chain.agency if ROLES[role].side == "agency" else desk.chain.operator
        user = person(f"{role}.vp@lgsp.example", place, role)
        actor = actor_for(user, standings_of(user), agency_id=None)
        for name, (_deed, states, roles) in STEPS.items():
            if role not in roles:
                Violation.objects.filter(pk=found.pk).update(state=min(states))
                with pytest.raises(PermissionRefused):
                    take(name, actor, found)
    for name, (_deed, states, roles) in STEPS.items():
        for state in set(ViolationState.values) - states:
            Violation.objects.filter(pk=found.pk).update(state=state)
            with pytest.raises(StateRefused):
                take(name, desk.chain.actors[min(roles)], found)


def take(name: str, actor: Actor, found: Violation) -> None:
    more: dict[str, Any] = {
        "decide": {"outcome": "reminder", "legal_basis": BASIS},
        "answer": {"result": "upheld"},
    }.get(name, {})
    STEPS[name][0](actor=actor, violation=found, text="Lý do", **more)
