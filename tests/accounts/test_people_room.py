"""People: invited by two channels, ended at once, changed by two people where it matters."""

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import Agency, Invitation, Letter, Membership, RoleChange, User
from accounts.services.delivery import deliver_due_letters
from accounts.services.invitations import accept_invitation, invite, withdraw_invitation
from accounts.services.memberships import end_membership, extend_membership
from accounts.services.role_changes import decide_role_change, propose_role_change
from core import clock
from core.actor import ANONYMOUS, Actor
from core.problems import GuardRefused, InvalidInput, NoLongerValid, PermissionRefused, StateRefused

PASSWORD = "Một-mật-khẩu-dài-2026"
OFFER = {"email": "moi@lgsp.example", "full_name": "Cán bộ mới (mẫu)", "role": "agency_officer"}


@pytest.fixture
def admin(agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]) -> Actor:
    return actor(person("qt@lgsp.example", agency("H60.90"), "agency_admin"))


def home(who: Actor) -> Agency:
    return Agency.objects.get(pk=who.agency_id)


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def test_an_invitation_is_accepted_once_with_link_and_code(admin: Actor) -> None:
    issued = invite(actor=admin, agency=home(admin), **OFFER)
    letter = Letter.objects.get(to=OFFER["email"])
    assert issued.link in letter.body
    assert issued.code not in letter.body
    assert issued.code.replace("-", "") not in letter.body
    token = token_of(issued.link)
    made = accept_invitation(actor=ANONYMOUS, token=token, code=issued.code.lower(), password=PASSWORD)
    assert Membership.objects.in_force(clock.today()).get(user=made).role == "agency_officer"
    with pytest.raises(NoLongerValid):
        accept_invitation(actor=ANONYMOUS, token=token, code=issued.code, password=PASSWORD)


def test_a_forwarded_letter_opens_nothing_and_locks(admin: Actor) -> None:
    issued = invite(actor=admin, agency=home(admin), **OFFER)
    token = token_of(issued.link)
    for _try in range(4):
        with pytest.raises(InvalidInput, match="còn"):
            accept_invitation(actor=ANONYMOUS, token=token, code="00000000", password=PASSWORD)
    with pytest.raises(NoLongerValid):
        accept_invitation(actor=ANONYMOUS, token=token, code="00000000", password=PASSWORD)
    with pytest.raises(NoLongerValid):
        accept_invitation(actor=ANONYMOUS, token=token, code=issued.code, password=PASSWORD)
    assert not User.objects.filter(email=OFFER["email"]).exists()


def test_another_signed_in_person_cannot_take_it(admin: Actor, person: Callable[..., User]) -> None:
    issued = invite(actor=admin, agency=home(admin), **OFFER)
    other = person("khac@lgsp.example", home(admin), "agency_officer")
    with pytest.raises(StateRefused, match="người khác"):
        accept_invitation(actor=ANONYMOUS, token=token_of(issued.link), code=issued.code, signed_in=other)
    assert Invitation.objects.get().accepted_at is None


def test_expired_and_withdrawn_links_get_one_answer_and_a_way_on(admin: Actor, client: Client) -> None:
    first = invite(actor=admin, agency=home(admin), **OFFER)
    withdraw_invitation(actor=admin, invitation=first.invitation)
    second = invite(actor=admin, agency=home(admin), **OFFER)
    Invitation.objects.filter(pk=second.invitation.pk).update(expires_at=clock.now() - timedelta(minutes=1))
    pages = [client.get(f"/loi-moi/{token}/") for token in (token_of(first.link), token_of(second.link), "khong-co")]
    assert {page.status_code for page in pages} == {410}
    bodies = {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page.content.decode()) for page in pages}
    bodies = {re.sub(r'(value|name)="[^"]*"', "", body) for body in bodies}
    assert len(bodies) == 1
    assert "gửi lời mời mới" in bodies.pop()


def test_a_weak_password_is_told_on_its_field_and_the_name_is_kept(admin: Actor, client: Client) -> None:
    issued = invite(actor=admin, agency=home(admin), **OFFER)
    typed = {"code": issued.code, "full_name": "Tên Đã Gõ", "password": "123"}
    page = client.post(f"/loi-moi/{token_of(issued.link)}/", typed)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="Tên Đã Gõ"' in text
    assert not User.objects.filter(email=OFFER["email"]).exists()
    typed["password"] = PASSWORD
    assert client.post(f"/loi-moi/{token_of(issued.link)}/", typed).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "sai"}, "email"),
        ({"full_name": " "}, "full_name"),
        ({"role": "operator"}, "role"),
        ({"role": "khong-co"}, "role"),
        ({"employer": "Nhà thầu (mẫu)"}, "employer"),
        ({"role": "technician", "employer": "Nhà thầu (mẫu)"}, "valid_to"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"email": "qt@lgsp.example", "role": "agency_admin"}, "email"),
    ],
)
def test_bad_invitations_are_refused_on_their_field(admin: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        invite(actor=admin, agency=home(admin), **{**OFFER, **changes})
    assert field in refused.value.errors
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()


def test_nobody_invites_into_another_agency(admin: Actor, agency: Callable[..., Agency]) -> None:
    with pytest.raises(PermissionRefused):
        invite(actor=admin, agency=agency("H60.91"), **OFFER)
    assert not Invitation.objects.exists()


def test_people_of_another_agency_are_404(
    admin: Actor, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    other = person("khac@lgsp.example", agency("H60.91"), "agency_officer").memberships.get()
    client = signed_in(User.objects.get(pk=admin.user_id))
    assert client.get(f"/co-quan/nguoi-dung/vai-tro/{other.pk}/thoi/").status_code == 404
    assert client.post(f"/co-quan/nguoi-dung/vai-tro/{other.pk}/thoi/", {"reason": "x"}).status_code == 404
    assert "khac@lgsp.example" not in client.get("/co-quan/nguoi-dung/").content.decode()
    other.refresh_from_db()
    assert other.ended_at is None


@pytest.mark.clause("QC12.3")
def test_a_leaver_is_out_at_once_in_an_open_session(
    admin: Actor, person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    leaver = person("nghi@lgsp.example", home(admin), "agency_officer")
    client = signed_in(leaver)
    assert client.get("/co-quan/").status_code == 200
    end_membership(actor=admin, membership=leaver.memberships.get(), reason="Chuyển công tác")
    gone = client.get("/co-quan/")
    assert gone.status_code == 302
    assert "/dang-nhap/" in gone["Location"]


def test_an_agency_keeps_one_administrator(admin: Actor) -> None:
    own = Membership.objects.get(user_id=admin.user_id)
    with pytest.raises(GuardRefused):
        end_membership(actor=admin, membership=own, reason="Nghỉ")
    own.refresh_from_db()
    assert own.ended_at is None


def test_a_contractor_is_prolonged_within_the_limit_only(admin: Actor, person: Callable[..., User]) -> None:
    today = clock.today()
    held = person(
        "nt@lgsp.example", home(admin), "technician", employer="Nhà thầu (mẫu)", valid_to=today
    ).memberships.get()
    with pytest.raises(InvalidInput):
        extend_membership(actor=admin, membership=held, valid_to=today + timedelta(days=366), reason="x")
    extend_membership(actor=admin, membership=held, valid_to=today + timedelta(days=90), reason="Gia hạn hợp đồng")
    held.refresh_from_db()
    assert held.valid_to == today + timedelta(days=90)


def test_a_person_of_two_agencies_acts_for_one_at_a_time(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    first, second = agency("H60.90", name="Sở Một"), agency("H60.91", name="Sở Hai")
    user = person("hai@lgsp.example", first, "agency_admin")
    person("hai@lgsp.example", second, "agency_officer")
    client = signed_in(user)
    client.post("/co-quan/chuyen/", {"agency": second.pk})
    assert client.get("/co-quan/nguoi-dung/moi/").status_code == 403
    client.post("/co-quan/chuyen/", {"agency": first.pk})
    assert client.get("/co-quan/nguoi-dung/moi/").status_code == 200
    assert client.post("/co-quan/chuyen/", {"agency": agency("H60.92").pk}).status_code == 404


@pytest.fixture
def office(
    agency: Callable[..., Agency], person: Callable[..., User], actor: Callable[..., Actor]
) -> dict[str, Actor]:
    body = agency("H60.02", is_operator=True)
    roles = ("operator", "division_head", "department_leader", "evaluator")
    return {role: actor(person(f"{role}@lgsp.example", body, role)) for role in roles}


CHANGE = {
    "kind": "give",
    "role": "intake_officer",
    "email": "evaluator@lgsp.example",
    "full_name": "",
    "reason": "Bổ sung",
}


@pytest.mark.clause("QC8.2")
def test_a_role_at_the_operator_takes_two_people(office: dict[str, Actor]) -> None:
    change = propose_role_change(actor=office["division_head"], **CHANGE)
    for refused in ("division_head", "evaluator", "operator"):
        with pytest.raises(PermissionRefused):
            decide_role_change(actor=office[refused], change=change, approve=True)
    assert not Membership.objects.filter(role="intake_officer").exists()
    decide_role_change(actor=office["department_leader"], change=change, approve=True)
    assert Membership.objects.get(role="intake_officer").user.email == "evaluator@lgsp.example"
    with pytest.raises(StateRefused):
        decide_role_change(actor=office["department_leader"], change=change, approve=False, note="x")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"role": "agency_officer"}, "role"),
        ({"role": "evaluator"}, "email"),
        ({"kind": "end"}, "email"),
        ({"email": "division_head@lgsp.example"}, "email"),
        ({"email": "la@lgsp.example"}, "full_name"),
    ],
)
def test_bad_proposals_are_refused(office: dict[str, Actor], changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        propose_role_change(actor=office["division_head"], **{**CHANGE, **changes})
    assert field in refused.value.errors
    assert not RoleChange.objects.exists()


def test_letters_wait_for_the_mail_server_and_forget_their_text(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    invite(actor=admin, agency=home(admin), **OFFER)

    def down(*_args: Any, **_kwargs: Any) -> int:
        raise ConnectionRefusedError("không kết nối được")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
        assert deliver_due_letters() == 0
    letter = Letter.objects.get()
    assert (letter.tries, letter.sent_at) == (1, None)
    assert letter.next_try_at > clock.now()
    Letter.objects.filter(pk=letter.pk).update(next_try_at=clock.now())
    assert deliver_due_letters() == 1
    letter.refresh_from_db()
    assert letter.body == ""
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_browsers_accepting_at_once_make_one_role(admin: Actor) -> None:
    issued = invite(actor=admin, agency=home(admin), **OFFER)
    outcomes: list[str] = []

    def accept() -> None:
        try:
            accept_invitation(actor=ANONYMOUS, token=token_of(issued.link), code=issued.code, password=PASSWORD)
            outcomes.append("made")
        except (NoLongerValid, StateRefused):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    assert Membership.objects.filter(user__email=OFFER["email"]).count() == 1
