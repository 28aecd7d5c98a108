"""Roles at the operator change by two people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import Agency, Invitation, Membership, RoleChange, User
from accounts.services.invitations import accept_invitation
from accounts.services.role_changes import decide_role_change, propose_role_change
from audit.models import Fact
from core import clock
from core.actor import ANONYMOUS
from core.problems import InvalidInput, PermissionRefused, StateRefused

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.2")]
NEW = "moi@skhcn.example"


@pytest.fixture
def operator(agency: Any) -> Agency:
    """The operating agency."""
    return agency("H60.93", is_operator=True)


@pytest.fixture
def first(operator: Agency, person: Any) -> User:
    """Who proposes."""
    return person("van-hanh@skhcn.example", operator, "operator")


@pytest.fixture
def second(operator: Agency, person: Any) -> User:
    """Who decides."""
    return person("truong-phong@skhcn.example", operator, "division_head")


@pytest.fixture
def proposal(first: User, actor: Any) -> Any:
    """Propose a role."""

    def make(**fields: Any) -> RoleChange:
        given = {"kind": "give", "role": "evaluator", "email": NEW, "full_name": "Cán bộ mới (mẫu)", **fields}
        return propose_role_change(actor=actor(first), reason="Bổ sung người", **given)

    return make


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_may_propose(operator: Agency, person: Any, actor: Any, role: str) -> None:
    who = actor(person("ai@skhcn.example", operator, role), operator)
    given: dict[str, Any] = {"kind": "give", "role": "evaluator", "email": NEW, "full_name": "Cán bộ mới"}
    given["reason"] = "Cần người"
    if "role.propose" in roles.ROLES[role].permissions:
        assert propose_role_change(actor=who, **given).state == "proposed"
        return
    with pytest.raises(PermissionRefused):
        propose_role_change(actor=who, **given)
    assert not RoleChange.objects.exists()
    assert not Fact.objects.exists()


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_may_decide(operator: Agency, proposal: Any, person: Any, actor: Any, role: str) -> None:
    change = proposal()
    who = actor(person("ai@skhcn.example", operator, role), operator)
    if "role.decide" in roles.ROLES[role].permissions:
        assert decide_role_change(actor=who, change=change, approve=True).change.state == "approved"
        return
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=who, change=change, approve=True)
    change.refresh_from_db()
    assert (change.state, Invitation.objects.count()) == ("proposed", 0)


def test_a_new_address_is_invited_and_a_known_person_gets_the_role(
    operator: Agency, proposal: Any, second: User, person: Any, actor: Any
) -> None:
    issued = decide_role_change(actor=actor(second), change=proposal(), approve=True).issued
    assert issued is not None
    token = issued.link.rstrip("/").rsplit("/", 1)[1]
    user = accept_invitation(
        actor=ANONYMOUS, token=token, code=issued.code, full_name="Cán bộ mới", password="Mật-khẩu-riêng-4821"
    )
    assert Membership.objects.get(user=user).role == "evaluator"
    change = proposal(email=user.email, role="report_officer")
    assert decide_role_change(actor=actor(second), change=change, approve=True).issued is None
    assert set(user.memberships.values_list("role", flat=True)) == {"evaluator", "report_officer"}


def test_nobody_decides_what_they_proposed(operator: Agency, second: User, actor: Any) -> None:
    change = propose_role_change(
        actor=actor(second), kind="give", role="evaluator", email=NEW, full_name="Một người", reason="Cần người"
    )
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=actor(second), change=change, approve=True)
    assert not Invitation.objects.exists()


def test_nobody_proposes_for_or_decides_about_themselves(
    operator: Agency, first: User, second: User, proposal: Any, person: Any, actor: Any
) -> None:
    with pytest.raises(InvalidInput):
        proposal(email=first.email)
    about = proposal(email=second.email)
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=actor(second), change=about, approve=True)
    later = proposal()
    subject = person(NEW, operator, "department_leader")
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=actor(subject), change=later, approve=True)
    later.refresh_from_db()
    assert later.state == "proposed"
    assert later not in RoleChange.objects.waiting_for(actor(subject))


def test_an_account_made_meanwhile_gets_the_role_at_once(
    operator: Agency, second: User, proposal: Any, person: Any, actor: Any
) -> None:
    change = proposal()
    user = person(NEW, operator, "report_officer")
    assert decide_role_change(actor=actor(second), change=change, approve=True).issued is None
    assert user.memberships.filter(role="evaluator").exists()


def test_a_return_needs_a_note_and_a_decision_is_final(second: User, proposal: Any, actor: Any) -> None:
    change = proposal()
    with pytest.raises(InvalidInput):
        decide_role_change(actor=actor(second), change=change, approve=False)
    change.refresh_from_db()
    assert change.state == "proposed"
    decide_role_change(actor=actor(second), change=change, approve=False, note="Chưa đủ hồ sơ")
    with pytest.raises(StateRefused):
        decide_role_change(actor=actor(second), change=change, approve=True)
    assert not Invitation.objects.exists()


def test_terms_are_judged_again_at_the_decision(second: User, proposal: Any, actor: Any, monkeypatch: Any) -> None:
    change = proposal(valid_to=clock.today() + timedelta(days=1))
    who, later = actor(second), datetime.now(tz=UTC) + timedelta(days=4)
    monkeypatch.setattr("core.clock.now", lambda: later)
    with pytest.raises(InvalidInput):
        decide_role_change(actor=who, change=change, approve=True)
    change.refresh_from_db()
    assert (change.state, Invitation.objects.count()) == ("proposed", 0)


def test_a_role_ends_by_two_people(operator: Agency, second: User, proposal: Any, person: Any, actor: Any) -> None:
    staff = person("th@skhcn.example", operator, "evaluator")
    change = proposal(kind="end", email=staff.email)
    assert staff.memberships.get().ended_at is None
    decide_role_change(actor=actor(second), change=change, approve=True)
    assert staff.memberships.get().ended_at is not None


def test_a_lapsed_role_may_be_given_again(
    operator: Agency, second: User, proposal: Any, person: Any, actor: Any
) -> None:
    yesterday = clock.today() - timedelta(days=1)
    staff = person("th@skhcn.example", operator, "evaluator", valid_to=yesterday)
    decide_role_change(actor=actor(second), change=proposal(email=staff.email), approve=True)
    assert Membership.objects.in_force(clock.today()).filter(user=staff, role="evaluator").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "agency_officer"}, "role"),
        ({"kind": "khac"}, "kind"),
        ({"email": "khong-phai-thu"}, "email"),
        ({"full_name": ""}, "full_name"),
        ({"kind": "end"}, "email"),
    ],
)
def test_wrong_proposals_are_told_at_their_field(proposal: Any, fields: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        proposal(**fields)
    assert field in caught.value.errors
    assert not RoleChange.objects.exists()


def test_one_open_proposal_for_a_person_and_role(proposal: Any) -> None:
    proposal()
    with pytest.raises(InvalidInput):
        proposal()
    assert RoleChange.objects.count() == 1


def test_the_pages_take_both_people_through(first: User, second: User, signed_in: Any) -> None:
    typed = {"kind": "give", "role": "evaluator", "email": NEW, "full_name": "Cán bộ mới", "reason": "Cần người"}
    assert signed_in(first).post(reverse("role_changes"), typed).status_code == 302
    change = RoleChange.objects.get()
    address = reverse("decide_role_change", args=[change.pk])
    assert signed_in(first).get(address).status_code == 403
    client = signed_in(second)
    assert "Cán bộ mới" in client.get(address).content.decode()
    page = client.post(address, {"decision": "approve", "note": ""})
    assert "no-store" in page["Cache-Control"]
    assert "/loi-moi/" in page.content.decode()
    assert "/loi-moi/" not in client.get(address).content.decode()


def test_an_answer_without_a_choice_decides_nothing(second: User, proposal: Any, signed_in: Any) -> None:
    change = proposal()
    address = reverse("decide_role_change", args=[change.pk])
    assert signed_in(second).post(address, {"note": "Ý kiến đã gõ"}).status_code == 200
    change.refresh_from_db()
    assert change.state == "proposed"
