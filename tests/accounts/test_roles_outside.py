"""Leaders of the province and inspectors: given and ended by two people of the operator, where such people work."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import Agency, Invitation, Membership, RoleChange, User
from accounts.services.invitations import accept_invitation, renew_invitation, withdraw_invitation
from accounts.services.memberships import end_membership, extend_membership
from accounts.services.role_changes import decide_role_change, propose_role_change
from core import clock
from core.actor import ANONYMOUS
from core.problems import InvalidInput, PermissionRefused

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.2")]
NEW = "kiem-tra@ttr.example"


@pytest.fixture
def operator(agency: Any) -> Agency:
    return agency("H60.93", is_operator=True)


@pytest.fixture
def inspectorate(agency: Any) -> Agency:
    return agency("H60.94", name="Thanh tra tỉnh thử")


@pytest.fixture
def first(operator: Agency, person: Any) -> User:
    return person("vh@skhcn.example", operator, "operator")


@pytest.fixture
def second(operator: Agency, person: Any) -> User:
    return person("tp@skhcn.example", operator, "division_head")


@pytest.fixture
def propose(first: User, inspectorate: Agency, actor: Any) -> Any:
    def make(**fields: Any) -> RoleChange:
        given = {
            "kind": "give",
            "role": "inspector",
            "email": NEW,
            "full_name": "Cán bộ kiểm tra (mẫu)",
            "agency": inspectorate,
            "valid_to": clock.today() + timedelta(days=30),
            **fields,
        }
        return propose_role_change(actor=actor(first), reason="Quyết định kiểm tra số 12", **given)

    return make


def test_an_inspector_comes_by_two_people_and_goes_by_the_clock(
    propose: Any, second: User, inspectorate: Agency, actor: Any, monkeypatch: Any
) -> None:
    issued = decide_role_change(actor=actor(second), change=propose(), approve=True).issued
    assert issued is not None
    token = issued.link.rstrip("/").rsplit("/", 1)[1]
    user = accept_invitation(
        actor=ANONYMOUS, token=token, code=issued.code, full_name="Cán bộ kiểm tra", password="Mật-khẩu-riêng-4821"
    )
    held = Membership.objects.get(user=user)
    assert (held.agency, held.role, held.valid_to) == (inspectorate, "inspector", clock.today() + timedelta(days=30))
    in_force = Membership.objects.in_force
    assert in_force(clock.today() + timedelta(days=30)).filter(pk=held.pk).exists()
    assert not in_force(clock.today() + timedelta(days=31)).filter(pk=held.pk).exists()


@pytest.mark.parametrize("days", [None, -1, 91])
def test_an_inspector_has_an_end_within_the_limit(propose: Any, days: int | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        propose(valid_to=None if days is None else clock.today() + timedelta(days=days))
    assert "valid_to" in caught.value.errors
    assert not RoleChange.objects.exists()


@pytest.mark.parametrize(
    ("role", "kind", "name", "fits"),
    [
        ("inspector", "department", "Thanh tra", True),
        ("inspector", "vertical_agency", "Kiểm toán khu vực", True),
        ("inspector", "commune", "Xã", False),
        ("inspector", "supplier", "Doanh nghiệp", False),
        ("province_leader", "provincial_committee", "Ủy ban nhân dân tỉnh", True),
        ("province_leader", "department", "Sở Tài chính", False),
        ("province_leader", "commune", "Xã", False),
        ("evaluator", "department", "Sở Tài chính", False),
        ("agency_officer", "department", "Sở Tài chính", False),
    ],
)
def test_each_role_has_its_place(propose: Any, agency: Any, role: str, kind: str, name: str, fits: bool) -> None:
    place = agency("H60.95", kind=kind, name=name)
    if fits:
        assert propose(role=role, agency=place).agency == place
        return
    with pytest.raises(InvalidInput) as caught:
        propose(role=role, agency=place)
    assert {"role", "agency"} & set(caught.value.errors)
    assert not RoleChange.objects.exists()


def test_leaders_are_entered_at_the_committee_or_its_office(propose: Any, agency: Any) -> None:
    above = agency("H60.95", kind="provincial_committee", name="Ủy ban nhân dân tỉnh")
    office = agency("H60.96", name="Văn phòng Ủy ban nhân dân tỉnh", parent=above)
    assert propose(role="province_leader", agency=office, valid_to=None).agency == office


def test_the_agency_must_be_named(propose: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        propose(agency=None)
    assert "agency" in caught.value.errors


def test_an_inspector_is_nobody_at_the_operator(propose: Any, operator: Agency) -> None:
    with pytest.raises(InvalidInput):
        propose(agency=operator)


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_only_deciders_of_the_operator_decide(
    propose: Any, operator: Agency, inspectorate: Agency, person: Any, actor: Any, role: str
) -> None:
    change = propose()
    outside = actor(person("ngoai@ttr.example", inspectorate, role), inspectorate)
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=outside, change=change, approve=True)
    who = actor(person("ai@skhcn.example", operator, role), operator)
    if "role.decide" in roles.ROLES[role].permissions:
        assert change in RoleChange.objects.waiting_for(who)
        assert decide_role_change(actor=who, change=change, approve=True).change.state == "approved"
        return
    with pytest.raises(PermissionRefused):
        decide_role_change(actor=who, change=change, approve=True)
    assert not Invitation.objects.exists()


def test_it_ends_by_two_people_at_once(
    propose: Any, second: User, inspectorate: Agency, person: Any, actor: Any, signed_in: Any
) -> None:
    until = clock.today() + timedelta(days=20)
    user = person(NEW, inspectorate, "inspector", valid_to=until)
    client = signed_in(user)
    assert client.get(reverse("workbench")).status_code == 200
    decide_role_change(actor=actor(second), change=propose(kind="end", valid_to=None), approve=True)
    assert client.get(reverse("workbench")).status_code == 302
    assert client.get("/api/v1/me").status_code == 401


def test_who_holds_it_is_told_until_when(propose: Any, inspectorate: Agency, person: Any) -> None:
    person(NEW, inspectorate, "inspector", valid_to=clock.today() + timedelta(days=20))
    with pytest.raises(InvalidInput) as caught:
        propose()
    assert f"{clock.today() + timedelta(days=20):%d/%m/%Y}" in str(caught.value)


def test_the_agencys_administrator_does_not_prolong_it(inspectorate: Agency, person: Any, actor: Any) -> None:
    until = clock.today() + timedelta(days=5)
    user = person(NEW, inspectorate, "inspector", valid_to=until)
    admin = person("qt@ttr.example", inspectorate, "agency_admin")
    held = Membership.objects.get(user=user)
    with pytest.raises(PermissionRefused):
        extend_membership(
            actor=actor(admin), membership=held, valid_to=until + timedelta(days=30), reason="Kéo dài kiểm tra"
        )
    held.refresh_from_db()
    assert held.valid_to == until
    assert end_membership(actor=actor(admin), membership=held, reason="Rời cơ quan").ended_at is not None


def test_offers_of_two_people_are_looked_after_by_deciders(
    propose: Any, second: User, first: User, inspectorate: Agency, person: Any, actor: Any, signed_in: Any
) -> None:
    made = decide_role_change(actor=actor(second), change=propose(), approve=True).issued
    assert made is not None
    admin = person("qt@ttr.example", inspectorate, "agency_admin")
    for who in (actor(admin), actor(first)):
        with pytest.raises(PermissionRefused):
            withdraw_invitation(actor=who, invitation=made.invitation)
        with pytest.raises(PermissionRefused):
            renew_invitation(actor=who, invitation=made.invitation)
    assert "Cán bộ kiểm tra (mẫu)" not in signed_in(admin).get(reverse("people")).content.decode()
    head = signed_in(second)
    assert "Thu hồi" in head.get(reverse("role_changes")).content.decode()
    again = head.post(reverse("renew_invitation", args=[made.invitation.pk]))
    assert "/loi-moi/" in again.content.decode()
    assert head.post(reverse("withdraw_invitation", args=[made.invitation.pk])).status_code == 302
    made.invitation.refresh_from_db()
    assert made.invitation.withdrawn_at is not None


def test_the_page_offers_agencies_and_says_what_is_wrong(first: User, inspectorate: Agency, signed_in: Any) -> None:
    client, address = signed_in(first), reverse("role_changes")
    page = client.get(address).content.decode()
    assert "Thanh tra tỉnh thử" in page
    assert "Cán bộ kiểm tra" in page
    typed = {"kind": "give", "role": "inspector", "email": NEW, "full_name": "Một người", "reason": "QĐ 12"}
    refused = client.post(address, {**typed, "agency": inspectorate.pk})
    assert "Nhập ngày kết thúc" in refused.content.decode()
    assert 'value="Một người"' in refused.content.decode()
    until = f"{clock.today() + timedelta(days=9):%d/%m/%Y}"
    assert client.post(address, {**typed, "agency": inspectorate.pk, "valid_to": until}).status_code == 302
    assert RoleChange.objects.get().agency == inspectorate


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".vn"),
        ("email", "a\x00b@lgsp.example"),
        ("full_name", "x" * 151),
        ("reason", "x" * 301),
        ("reason", "\x00"),
        ("agency", "999999999999999999999999"),
        ("agency", "\x00"),
        ("valid_to", "31/12/99999"),
        ("role", "\x00"),
    ],
)
def test_clumsy_and_hostile_input_is_told_at_its_field(
    first: User, inspectorate: Agency, signed_in: Any, field: str, value: str
) -> None:
    typed = {"kind": "give", "role": "evaluator", "email": NEW, "full_name": "Một người", "reason": "QĐ 12"}
    page = signed_in(first).post(reverse("role_changes"), {**typed, field: value})
    assert page.status_code == 200
    assert f'id="id_{field}_error"' in page.content.decode()
    assert not RoleChange.objects.exists()


def test_a_decision_made_by_somebody_else_meanwhile_is_told_on_the_page(
    propose: Any, second: User, operator: Agency, person: Any, actor: Any, signed_in: Any
) -> None:
    change = propose()
    leader = person("ld@skhcn.example", operator, "department_leader")
    decide_role_change(actor=actor(leader), change=change, approve=False, note="Chưa đủ căn cứ")
    page = signed_in(second).post(reverse("decide_role_change", args=[change.pk]), {"decision": "approve"})
    assert "đã được Cán bộ ld (mẫu) quyết định" in page.content.decode()
    assert not Invitation.objects.exists()
