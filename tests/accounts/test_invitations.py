"""Invitations: two channels, one use, nothing learnt by guessing, nothing changed by a refusal."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts import roles
from accounts.models import Agency, Invitation, Letter, Membership, User
from accounts.services.invitations import (
    WRONG_CODES,
    Issued,
    accept_invitation,
    invite,
    renew_invitation,
    withdraw_invitation,
)
from audit.models import Fact
from core import clock
from core.actor import ANONYMOUS, Actor
from core.problems import DomainError, InvalidInput, NoLongerValid, PermissionRefused, StateRefused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
EMAIL = "moi@so-a.example"
SECRET = "Mật-khẩu-riêng-4821"
WRONG = "00000000"


@pytest.fixture
def here(agency: Callable[..., Agency]) -> Agency:
    """An agency with an administrator."""
    return agency("H60.91")


@pytest.fixture
def admin(here: Agency, person: Any, actor: Any) -> Actor:
    """Its administrator."""
    return actor(person("quan-tri@so-a.example", here, "agency_admin"), here)


@pytest.fixture
def offer(here: Agency, admin: Actor) -> Callable[..., Issued]:
    """Invite a new officer."""

    def make(**fields: Any) -> Issued:
        given = {"email": EMAIL, "full_name": "Cán bộ mới (mẫu)", "role": "agency_officer", **fields}
        return invite(actor=admin, agency=here, **given)

    return make


def token_of(issued: Issued) -> str:
    return issued.link.rstrip("/").rsplit("/", 1)[1]


def accept(issued: Issued, **fields: Any) -> User:
    given = {"code": issued.code, "full_name": "Cán bộ mới (mẫu)", "password": SECRET, **fields}
    return accept_invitation(actor=ANONYMOUS, token=token_of(issued), **given)


def counted() -> tuple[int, int, int, int]:
    return User.objects.count(), Membership.objects.count(), Invitation.objects.count(), Letter.objects.count()


def refused(kind: type[DomainError], deed: Callable[[], Any]) -> DomainError:
    """Return how *deed* was refused, having seen that it changed nothing."""
    before, facts = counted(), Fact.objects.count()
    with pytest.raises(kind) as caught:
        deed()
    assert counted() == before
    assert Fact.objects.count() == facts
    return caught.value


@pytest.mark.clause("QC8.3")
def test_a_new_person_accepts_with_link_and_code(offer: Any, here: Agency) -> None:
    issued = offer(email="  MOI@So-A.example ")
    user = accept(issued)
    assert (user.email, user.check_password(SECRET)) == (EMAIL, True)
    assert user.search.startswith("can bo moi (mau)")
    assert user.sort_key
    held = Membership.objects.get(user=user)
    assert (held.agency, held.role) == (here, "agency_officer")
    assert list(Fact.objects.order_by("id").values_list("deed", flat=True))[-2:] == [
        "invitation.accepted",
        "membership.given",
    ]


@pytest.mark.clause("QC8.3")
def test_the_letter_carries_the_link_but_never_the_code(offer: Any) -> None:
    issued = offer()
    body = Letter.objects.get(to=EMAIL).body
    assert issued.link in body
    assert issued.code not in body
    assert issued.code.replace("-", "") not in body
    kept = {str(value) for value in Invitation.objects.values_list().get()}
    assert not kept & {token_of(issued), issued.code, issued.code.replace("-", "")}


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize("role", [code for code, row in roles.ROLES.items() if row.side != "agency"])
def test_an_agency_gives_only_roles_of_agencies(offer: Any, role: str) -> None:
    until = clock.today() + timedelta(days=10)
    found = refused(InvalidInput, lambda: offer(role=role, valid_to=until))
    assert isinstance(found, InvalidInput)
    assert "role" in found.errors


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize("role", list(roles.ROLES))
def test_only_those_who_manage_their_own_people_invite(
    here: Agency, person: Any, actor: Any, agency: Any, role: str
) -> None:
    who = actor(person("ai@so-a.example", here, role), here)
    elsewhere = agency("H60.92")

    def into(target: Agency) -> Callable[[], Issued]:
        return lambda: invite(actor=who, agency=target, email=EMAIL, full_name="Một người", role="agency_officer")

    refused(PermissionRefused, into(elsewhere))
    if "people.manage_own" in roles.ROLES[role].permissions:
        assert into(here)().invitation.agency == here
    else:
        refused(PermissionRefused, into(here))


@pytest.mark.clause("QC8.2")
def test_the_operators_roles_do_not_go_by_invitation(agency: Any, person: Any, actor: Any) -> None:
    operator = agency("H60.93", is_operator=True)
    who = actor(person("qt@skhcn.example", operator, "agency_admin"), operator)
    refused(
        PermissionRefused,
        lambda: invite(actor=who, agency=operator, email=EMAIL, full_name="Một người", role="operator"),
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "khong-phai-thu"}, "email"),
        ({"full_name": "  "}, "full_name"),
        ({"role": "khong-co"}, "role"),
        ({"role": "technician", "employer": "Nhà thầu (mẫu)"}, "valid_to"),
        ({"role": "technician", "employer": "Nhà thầu (mẫu)", "days": roles.CONTRACTOR_MAX_DAYS + 1}, "valid_to"),
        ({"employer": "Nhà thầu (mẫu)", "days": 30}, "employer"),
        ({"days": -1}, "valid_to"),
    ],
)
def test_wrong_terms_are_told_at_their_field(offer: Any, fields: dict[str, Any], field: str) -> None:
    given = dict(fields)
    if "days" in given:
        given["valid_to"] = clock.today() + timedelta(days=given.pop("days"))
    found = refused(InvalidInput, lambda: offer(**given))
    assert isinstance(found, InvalidInput)
    assert field in found.errors


def test_a_contractor_may_be_invited_to_the_last_day_allowed(offer: Any) -> None:
    last = clock.today() + timedelta(days=roles.CONTRACTOR_MAX_DAYS)
    user = accept(offer(role="technician", employer="Nhà thầu (mẫu)", valid_to=last))
    held = Membership.objects.get(user=user)
    assert (held.is_contractor, held.valid_to) == (True, last)


def test_no_second_open_invitation_no_held_role_no_ended_agency(offer: Any, here: Agency, person: Any) -> None:
    offer()
    refused(InvalidInput, offer)
    person("co-roi@so-a.example", here, "agency_officer")
    refused(InvalidInput, lambda: offer(email="co-roi@so-a.example"))
    here.valid_to = clock.today() - timedelta(days=1)
    here.save()
    refused(InvalidInput, lambda: offer(email="khac@so-a.example"))


@pytest.mark.clause("QC8.3")
def test_used_expired_withdrawn_and_unknown_links_answer_alike(offer: Any, admin: Actor, monkeypatch: Any) -> None:
    used, withdrawn = offer(), offer(email="hai@so-a.example")
    accept(used)
    withdraw_invitation(actor=admin, invitation=withdrawn.invitation)
    expired = offer(email="ba@so-a.example")
    later = datetime.now(tz=UTC) + timedelta(days=8)
    pages = [Client().get(f"/loi-moi/{name}/") for name in (token_of(used), token_of(withdrawn), "khong-co")]
    monkeypatch.setattr("core.clock.now", lambda: later)
    pages.append(Client().get(f"/loi-moi/{token_of(expired)}/"))
    assert {page.status_code for page in pages} == {410}
    for page in pages:
        assert "gửi lời mời mới" in page.content.decode()
        assert page["X-Robots-Tag"] == "noindex"
        assert page["Referrer-Policy"] == "no-referrer"
    for issued in (used, withdrawn, expired):
        refused(NoLongerValid, partial(accept, issued))


@pytest.mark.clause("QC8.3")
def test_five_wrong_codes_lock_the_invitation_and_tell_the_inviter(offer: Any) -> None:
    issued = offer()
    for left in range(WRONG_CODES - 1, 0, -1):
        with pytest.raises(InvalidInput) as caught:
            accept(issued, code=WRONG)
        assert f"còn {left} lần" in caught.value.errors["code"][0]
    with pytest.raises(NoLongerValid):
        accept(issued, code=WRONG)
    with pytest.raises(NoLongerValid):
        accept(issued)
    assert not User.objects.filter(email=EMAIL).exists()
    told = Letter.objects.get(to="quan-tri@so-a.example")
    assert "khóa" in told.body
    assert issued.link not in told.body
    assert Fact.objects.filter(deed="invitation.locked").count() == 1


def test_a_code_is_heard_as_people_say_it(offer: Any) -> None:
    issued = offer()
    spoken = issued.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert accept(issued, code=spoken).email == EMAIL


@pytest.mark.clause("QC8.3")
def test_a_forwarded_link_opens_nothing_for_another_person(offer: Any, here: Agency, person: Any) -> None:
    issued = offer()
    other = person("khac@so-a.example", here, "agency_officer")
    found = refused(StateRefused, lambda: accept(issued, signed_in=other))
    assert EMAIL not in str(found.detail)


def test_a_person_with_an_account_signs_in_first(offer: Any, agency: Any, person: Any, here: Agency) -> None:
    known = person(EMAIL, agency("H60.92"), "agency_officer")
    issued = offer()
    refused(StateRefused, lambda: accept(issued))
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert accept(issued, signed_in=known) == known
    assert set(Membership.objects.filter(user=known).values_list("agency__code", flat=True)) == {"H60.91", "H60.92"}


def test_a_weak_password_is_told_at_its_field_and_the_name_is_kept(offer: Any) -> None:
    issued = offer()
    page = Client().post(
        f"/loi-moi/{token_of(issued)}/", {"code": issued.code, "full_name": "Tên đã gõ", "password": "12345678"}
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="Tên đã gõ"' in text
    assert "12345678" not in text
    assert not User.objects.filter(email=EMAIL).exists()
    assert accept(issued).email == EMAIL


def test_terms_that_ran_out_before_the_answer_are_refused(offer: Any, monkeypatch: Any) -> None:
    issued = offer(valid_to=clock.today() + timedelta(days=1))
    later = datetime.now(tz=UTC) + timedelta(days=4)
    monkeypatch.setattr("core.clock.now", lambda: later)
    refused(NoLongerValid, lambda: accept(issued))


def test_an_agency_that_ended_meanwhile_takes_nobody(offer: Any, here: Agency) -> None:
    issued = offer()
    here.valid_to = clock.today() - timedelta(days=1)
    here.save()
    refused(NoLongerValid, lambda: accept(issued))


@pytest.mark.clause("QC8.3")
def test_a_renewed_invitation_has_new_secrets_and_the_old_are_dead(offer: Any, admin: Actor) -> None:
    old = offer()
    new = renew_invitation(actor=admin, invitation=old.invitation)
    assert token_of(new) != token_of(old)
    assert new.invitation.pk == old.invitation.pk
    refused(NoLongerValid, lambda: accept(old))
    assert accept(new).email == EMAIL
    refused(StateRefused, lambda: renew_invitation(actor=admin, invitation=new.invitation))


@pytest.mark.parametrize("deed", [renew_invitation, withdraw_invitation])
def test_another_agencys_invitation_is_out_of_reach(
    offer: Any, deed: Any, agency: Any, person: Any, actor: Any, signed_in: Any
) -> None:
    made = offer().invitation
    elsewhere = agency("H60.92")
    user = person("qt@so-b.example", elsewhere, "agency_admin")
    refused(PermissionRefused, lambda: deed(actor=actor(user, elsewhere), invitation=made))
    for verb in ("thu-hoi", "gui-lai"):
        assert signed_in(user).post(f"/co-quan/nguoi-dung/loi-moi/{made.pk}/{verb}/").status_code == 404
    made.refresh_from_db()
    assert made.withdrawn_at is None


def test_the_secrets_are_shown_once_and_kept_out_of_caches(here: Agency, person: Any, signed_in: Any) -> None:
    client = signed_in(person("quan-tri@so-a.example", here, "agency_admin"))
    typed = {"full_name": "Cán bộ mới (mẫu)", "email": EMAIL, "role": "agency_officer"}
    page = client.post("/co-quan/nguoi-dung/moi/", typed)
    assert "/loi-moi/" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "/loi-moi/" not in client.get("/co-quan/nguoi-dung/").content.decode().replace("nguoi-dung/loi-moi/", "")


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_make_one_membership(offer: Any) -> None:
    issued, start, outcomes = offer(), threading.Barrier(2), []

    def answer() -> None:
        try:
            start.wait(10)
            outcomes.append(accept(issued).email)
        except DomainError as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=answer) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["NoLongerValid", EMAIL]
    assert Membership.objects.filter(user__email=EMAIL).count() == 1
