"""Roles held: ended at once, prolonged within limits, seen only where one may."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import Agency, Membership, User
from accounts.services.memberships import end_membership, extend_membership
from audit.models import Fact
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused

pytestmark = pytest.mark.django_db
WHY = "Chuyển công tác"


@pytest.fixture
def here(agency: Any) -> Agency:
    """An agency."""
    return agency("H60.91")


@pytest.fixture
def admin(here: Agency, person: Any) -> User:
    """Its administrator."""
    return person("quan-tri@so-a.example", here, "agency_admin")


@pytest.fixture
def officer(here: Agency, person: Any) -> User:
    """An officer."""
    return person("can-bo@so-a.example", here, "agency_officer", full_name="Đỗ Văn Ấn (mẫu)")


def held_by(user: User) -> Membership:
    return Membership.objects.get(user=user)


@pytest.mark.clause("QC8.3")
def test_a_leaver_is_out_at_once(here: Agency, admin: User, officer: User, actor: Any, signed_in: Any) -> None:
    client = signed_in(officer)
    assert client.get(reverse("workbench")).status_code == 200
    end_membership(actor=actor(admin), membership=held_by(officer), reason=WHY)
    assert client.get(reverse("workbench")).status_code == 302
    fact = Fact.objects.get(deed="membership.ended")
    assert (fact.reason, fact.actor_id) == (WHY, admin.pk)


def test_a_person_with_another_role_stays_signed_in(
    here: Agency, admin: User, officer: User, actor: Any, agency: Any, person: Any, signed_in: Any
) -> None:
    person(officer.email, agency("H60.92"), "agency_officer")
    client = signed_in(officer)
    end_membership(actor=actor(admin), membership=officer.memberships.get(agency=here), reason=WHY)
    assert client.get(reverse("workbench")).status_code == 200


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize("role", list(roles.ROLES))
@pytest.mark.parametrize("own", [True, False])
def test_who_may_end_a_role(
    here: Agency, officer: User, agency: Any, person: Any, actor: Any, role: str, own: bool
) -> None:
    place = here if own else agency("H60.92")
    who = actor(person("ai@so-a.example", place, role), place)
    rights = roles.ROLES[role].permissions
    if "people.stop_any" in rights or (own and "people.manage_own" in rights):
        assert end_membership(actor=who, membership=held_by(officer), reason=WHY).ended_at is not None
        return
    with pytest.raises(PermissionRefused):
        end_membership(actor=who, membership=held_by(officer), reason=WHY)
    assert held_by(officer).ended_at is None
    assert not Fact.objects.exists()


def test_a_reason_is_asked_and_a_second_ending_refused(admin: User, officer: User, actor: Any) -> None:
    with pytest.raises(InvalidInput):
        end_membership(actor=actor(admin), membership=held_by(officer), reason="  ")
    assert held_by(officer).ended_at is None
    end_membership(actor=actor(admin), membership=held_by(officer), reason=WHY)
    with pytest.raises(StateRefused):
        end_membership(actor=actor(admin), membership=held_by(officer), reason=WHY)


def test_the_last_administrator_stays(here: Agency, admin: User, person: Any, actor: Any) -> None:
    with pytest.raises(GuardRefused):
        end_membership(actor=actor(admin), membership=held_by(admin), reason=WHY)
    assert held_by(admin).ended_at is None
    person("hai@so-a.example", here, "agency_admin")
    assert end_membership(actor=actor(admin), membership=held_by(admin), reason=WHY).ended_at is not None


@pytest.mark.clause("QC8.2")
def test_roles_of_the_operator_end_by_two_people_but_for_an_emergency(agency: Any, person: Any, actor: Any) -> None:
    operator = agency("H60.93", is_operator=True)
    staff = person("th@skhcn.example", operator, "evaluator")
    one = actor(person("qt@skhcn.example", operator, "agency_admin"), operator)
    with pytest.raises(PermissionRefused):
        end_membership(actor=one, membership=held_by(staff), reason=WHY)
    assert held_by(staff).ended_at is None
    urgent = actor(person("at@skhcn.example", operator, "security_officer"), operator)
    assert end_membership(actor=urgent, membership=held_by(staff), reason=WHY).ended_at is not None


def test_the_emergency_stop_reaches_other_agencies_by_page(
    officer: User, agency: Any, person: Any, signed_in: Any
) -> None:
    guard = person("at@skhcn.example", agency("H60.93", is_operator=True), "security_officer")
    address = reverse("end_membership", args=[held_by(officer).pk])
    client = signed_in(guard)
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": WHY}).status_code == 302
    assert held_by(officer).ended_at is not None


@pytest.mark.parametrize("name", ["end_membership", "extend_membership"])
def test_another_agencys_role_is_not_found(officer: User, agency: Any, person: Any, signed_in: Any, name: str) -> None:
    stranger = person("qt@so-b.example", agency("H60.92"), "agency_admin")
    address = reverse(name, args=[held_by(officer).pk])
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).post(address, {"reason": WHY, "valid_to": "01/01/2099"}).status_code == 404
    assert held_by(officer).ended_at is None


def test_a_contractors_end_is_prolonged_within_the_limit(here: Agency, admin: User, person: Any, actor: Any) -> None:
    today = clock.today()
    until = today + timedelta(days=10)
    user = person("kt@so-a.example", here, "technician", employer="Nhà thầu (mẫu)", valid_to=until)
    last = today + timedelta(days=roles.CONTRACTOR_MAX_DAYS)
    with pytest.raises(InvalidInput):
        extend_membership(
            actor=actor(admin), membership=held_by(user), valid_to=last + timedelta(days=1), reason="Gia hạn"
        )
    assert held_by(user).valid_to == until
    extend_membership(actor=actor(admin), membership=held_by(user), valid_to=last, reason="Gia hạn hợp đồng")
    assert held_by(user).valid_to == last
    fact = Fact.objects.get(deed="membership.extended")
    assert (fact.before, fact.after) == ({"valid_to": str(until)}, {"valid_to": str(last)})


def test_prolonging_never_shortens(here: Agency, admin: User, person: Any, actor: Any) -> None:
    until = clock.today() + timedelta(days=100)
    user = person("kt@so-a.example", here, "technician", employer="Nhà thầu (mẫu)", valid_to=until)
    with pytest.raises(InvalidInput) as caught:
        extend_membership(
            actor=actor(admin), membership=held_by(user), valid_to=until - timedelta(days=1), reason="Gia hạn"
        )
    assert "valid_to" in caught.value.errors
    assert held_by(user).valid_to == until


def test_the_list_is_found_by_folded_words_and_only_ones_own(
    admin: User, officer: User, agency: Any, person: Any, signed_in: Any
) -> None:
    person("ngoai@so-b.example", agency("H60.92"), "agency_officer", full_name="Đỗ Văn Ngoài (mẫu)")
    client = signed_in(admin)
    text = client.get(reverse("people"), {"q": "DO van"}).content.decode()
    assert "Đỗ Văn Ấn (mẫu)" in text
    assert "Đỗ Văn Ngoài (mẫu)" not in text
    assert "Không tìm thấy người dùng nào" in client.get(reverse("people"), {"q": "khongco"}).content.decode()


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_opens_the_list(here: Agency, person: Any, signed_in: Any, role: str) -> None:
    client = signed_in(person("ai@so-a.example", here, role))
    rights = roles.ROLES[role].permissions
    expected = 200 if rights & {"people.view_own", "people.manage_own"} else 403
    assert client.get(reverse("people")).status_code == expected
    assert client.get(reverse("invite")).status_code == (200 if "people.manage_own" in rights else 403)


@pytest.mark.parametrize("model", ["user", "membership", "invitation", "rolechange"])
def test_staff_pages_show_people_and_change_nothing(agency: Any, person: Any, signed_in: Any, model: str) -> None:
    staff = person("at@skhcn.example", agency("H60.93", is_operator=True), "security_officer")
    client = signed_in(staff)
    assert client.get(f"/quan-tri/accounts/{model}/").status_code == 200
    assert client.get(f"/quan-tri/accounts/{model}/", {"q": "bao"}).status_code == 200
    assert client.get(f"/quan-tri/accounts/{model}/add/").status_code == 403
