"""A lost second step: voided by the agency's administrator or by two people of the operator, never by one's self."""

import threading
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.urls import reverse

from accounts import roles
from accounts.models import Agency, Letter, RoleChange, User
from accounts.services.role_changes import decide_role_change, propose_second_step_reset
from accounts.services.second_step import reset_second_step
from audit.models import Fact
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from tests.accounts.signin_steps import enrol, is_signed_in, try_password

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.3")]
WHY = "Mất điện thoại, đã gặp trực tiếp"


@pytest.fixture
def here(agency: Any) -> Agency:
    return agency("H60.91")


@pytest.fixture
def operator(agency: Any) -> Agency:
    return agency("H60.93", is_operator=True)


@pytest.fixture
def admin(here: Agency, person: Any) -> User:
    return person("qt@so-a.example", here, "agency_admin")


@pytest.fixture
def loser(here: Agency, person: Any) -> User:
    """Who lost their telephone."""
    user = enrol(person("can-bo@so-a.example", here, "agency_officer"))
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def staff(operator: Agency, person: Any) -> User:
    """Somebody at the operator who lost theirs."""
    return enrol(person("td@skhcn.example", operator, "evaluator"))


@pytest.fixture
def first(operator: Agency, person: Any) -> User:
    return person("vh@skhcn.example", operator, "operator")


@pytest.fixture
def second(operator: Agency, person: Any) -> User:
    return person("tp@skhcn.example", operator, "division_head")


def steps(user: User) -> int:
    return Authenticator.objects.filter(user=user).count()


def test_it_voids_codes_ends_sessions_and_writes_to_the_person(
    admin: User, loser: User, actor: Any, signed_in: Any
) -> None:
    client = signed_in(loser)
    assert (client.get(reverse("workbench")).status_code, steps(loser)) == (200, 2)
    reset_second_step(actor=actor(admin), user=loser, reason=WHY)
    assert steps(loser) == 0
    assert client.get(reverse("workbench")).status_code == 302
    assert client.get("/api/v1/me").status_code == 401
    fact = Fact.objects.get(deed="second_step.reset")
    assert (fact.actor_id, fact.subject_id, fact.reason) == (admin.pk, str(loser.pk), WHY)
    assert "đặt lại" in Letter.objects.get(to=loser.email).body
    again = client.__class__()
    assert try_password(again, loser.email)["Location"] == reverse("workbench")
    assert is_signed_in(again)


@pytest.mark.parametrize("role", list(roles.ROLES))
@pytest.mark.parametrize("own", [True, False])
def test_who_may(here: Agency, loser: User, agency: Any, person: Any, actor: Any, role: str, own: bool) -> None:
    place = here if own else agency("H60.92")
    who = actor(person("ai@so.example", place, role), place)
    if own and "people.manage_own" in roles.ROLES[role].permissions:
        assert reset_second_step(actor=who, user=loser, reason=WHY) == loser
        return
    with pytest.raises(PermissionRefused):
        reset_second_step(actor=who, user=loser, reason=WHY)
    assert (steps(loser), Fact.objects.count(), Letter.objects.count()) == (2, 0, 0)


def test_not_ones_own(admin: User, actor: Any) -> None:
    enrol(admin)
    with pytest.raises(PermissionRefused):
        reset_second_step(actor=actor(admin), user=admin, reason=WHY)
    assert steps(admin) == 1


@pytest.mark.parametrize("role", ["agency_officer", "inspector", "evaluator"])
def test_who_also_works_elsewhere_takes_two_people(
    admin: User, loser: User, agency: Any, person: Any, actor: Any, role: str
) -> None:
    person(loser.email, agency("H60.92", is_operator=role == "evaluator"), role)
    with pytest.raises(PermissionRefused):
        reset_second_step(actor=actor(admin), user=loser, reason=WHY)
    assert steps(loser) == 2


@pytest.mark.parametrize("reason", ["", "  ", "\x00"])
def test_a_reason_is_asked(admin: User, loser: User, actor: Any, reason: str) -> None:
    with pytest.raises(InvalidInput):
        reset_second_step(actor=actor(admin), user=loser, reason=reason)
    assert steps(loser) == 2


def test_nothing_to_void_is_told(admin: User, loser: User, actor: Any) -> None:
    reset_second_step(actor=actor(admin), user=loser, reason=WHY)
    with pytest.raises(StateRefused):
        reset_second_step(actor=actor(admin), user=loser, reason=WHY)
    assert Fact.objects.filter(deed="second_step.reset").count() == 1


def test_the_page_of_the_agency(admin: User, loser: User, agency: Any, person: Any, signed_in: Any) -> None:
    client = signed_in(admin)
    address = reverse("reset_second_step", args=[loser.memberships.get().pk])
    assert address in client.get(reverse("people")).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    assert client.post(address, {"reason": "x" * 301}).status_code == 200
    assert steps(loser) == 2
    stranger = signed_in(person("qt@so-b.example", agency("H60.92"), "agency_admin"))
    assert stranger.post(address, {"reason": WHY}).status_code == 404
    assert steps(loser) == 2
    assert client.post(address, {"reason": WHY}).status_code == 302
    assert steps(loser) == 0
    assert address not in client.get(reverse("people")).content.decode()


@pytest.mark.clause("QC8.2")
def test_at_the_operator_one_proposes_and_another_decides(
    first: User, second: User, staff: User, signed_in: Any
) -> None:
    victim = signed_in(staff)
    typed = {"email": staff.email.upper(), "reason": WHY}
    assert signed_in(first).post(reverse("propose_second_step_reset"), typed).status_code == 302
    change = RoleChange.objects.get()
    assert (change.kind, change.role, steps(staff)) == ("reset", "", 1)
    head = signed_in(second)
    assert "Duyệt đặt lại xác thực hai bước" in head.get(reverse("workbench")).content.decode()
    assert head.post(reverse("decide_role_change", args=[change.pk]), {"decision": "approve"}).status_code == 302
    assert steps(staff) == 0
    assert victim.get(reverse("workbench")).status_code == 302
    deeds = list(Fact.objects.exclude(deed__startswith="signin").order_by("id").values_list("deed", "actor_id"))
    assert deeds == [
        ("role_change.proposed", first.pk),
        ("role_change.decided", second.pk),
        ("second_step.reset", second.pk),
    ]


@pytest.mark.clause("QC8.2")
def test_the_two_are_two_and_neither_is_the_person(
    first: User, second: User, staff: User, operator: Agency, person: Any, actor: Any
) -> None:
    with pytest.raises(InvalidInput):
        propose_second_step_reset(actor=actor(enrol(first)), email=first.email, reason=WHY)
    own = propose_second_step_reset(actor=actor(second), email=staff.email, reason=WHY)
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=actor(second), change=own, approve=True)
    about = propose_second_step_reset(actor=actor(first), email=enrol(second).email, reason=WHY)
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=actor(second), change=about, approve=True)
    assert (steps(staff), steps(second)) == (1, 1)


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_may_propose(operator: Agency, staff: User, person: Any, actor: Any, role: str) -> None:
    who = actor(person("ai@skhcn.example", operator, role), operator)
    if "role.propose" in roles.ROLES[role].permissions:
        assert propose_second_step_reset(actor=who, email=staff.email, reason=WHY).state == "proposed"
        return
    with pytest.raises(PermissionRefused):
        propose_second_step_reset(actor=who, email=staff.email, reason=WHY)
    assert not RoleChange.objects.exists()


def test_unknown_and_without_a_second_step_get_one_answer(first: User, here: Agency, person: Any, actor: Any) -> None:
    plain = person("khong-hai-buoc@so-a.example", here, "agency_officer")
    answers = []
    for email in ("khong-ai@so-a.example", plain.email):
        with pytest.raises(InvalidInput) as caught:
            propose_second_step_reset(actor=actor(first), email=email, reason=WHY)
        answers.append(caught.value.errors)
    assert answers[0] == answers[1]


def test_returned_or_overtaken_proposals_void_nothing(first: User, second: User, staff: User, actor: Any) -> None:
    change = propose_second_step_reset(actor=actor(first), email=staff.email, reason=WHY)
    with pytest.raises(InvalidInput):
        propose_second_step_reset(actor=actor(first), email=staff.email, reason=WHY)
    decide_role_change(actor=actor(second), change=change, approve=False, note="Chưa xác minh")
    assert steps(staff) == 1
    change = propose_second_step_reset(actor=actor(first), email=staff.email, reason=WHY)
    Authenticator.objects.filter(user=staff).delete()
    with pytest.raises(StateRefused):
        decide_role_change(actor=actor(second), change=change, approve=True)
    change.refresh_from_db()
    assert change.state == "proposed"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_void_once(transactional_db: None, admin: User, loser: User, actor: Any, here: Agency) -> None:
    who, outcomes = actor(admin), []
    start = threading.Barrier(2)

    def attempt() -> None:
        start.wait()
        try:
            reset_second_step(actor=who, user=loser, reason=WHY)
            outcomes.append("done")
        except DomainError as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["StateRefused", "done"]
    assert Fact.objects.filter(deed="second_step.reset").count() == Letter.objects.count() == 1
