"""Whom a person reaches, through every door: two agencies, leavers, the end of a contract, addresses nobody types."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Invitation, Membership, User
from accounts.services.invitations import invite
from accounts.services.memberships import end_membership
from core import clock

pytestmark = pytest.mark.django_db
HERE, THERE = "Đỗ Văn Đây (mẫu)", "Đỗ Văn Kia (mẫu)"


@pytest.fixture
def two(agency: Any, person: Any) -> tuple[Agency, Agency, User]:
    """Two agencies with people, and a person who administers one and works in the other."""
    here, there = agency("H60.91", name="Sở Đây"), agency("H60.92", name="Sở Kia")
    person("day@so-a.example", here, "agency_officer", full_name=HERE)
    person("kia@so-b.example", there, "agency_officer", full_name=THERE)
    person("qt@so-b.example", there, "agency_admin")
    both = person("ca-hai@so.example", here, "agency_admin", full_name="Người Cả Hai")
    person(both.email, there, "agency_officer")
    return here, there, both


def act_for(client: Client, agency: Agency) -> None:
    assert client.post(reverse("switch_agency"), {"agency": agency.pk}).status_code == 302


def test_who_works_for_two_agencies_sees_one_at_a_time(two: Any, signed_in: Any) -> None:
    here, there, both = two
    client = signed_in(both)
    for place, seen, hidden in ((here, HERE, THERE), (there, THERE, HERE), (here, HERE, THERE)):
        act_for(client, place)
        for query in ({}, {"q": "do van"}):
            page = client.get(reverse("people"), query).content.decode()
            assert seen in page
            assert hidden not in page
        me = client.get("/api/v1/me").json()
        assert me["agency"] == place.name
        assert hidden not in str(me)


def test_rights_go_with_the_agency(two: Any, signed_in: Any) -> None:
    here, there, both = two
    client = signed_in(both)
    of_here = Membership.objects.get(user__full_name=HERE)
    of_there = Membership.objects.get(user__full_name=THERE)
    act_for(client, here)
    assert client.get(reverse("invite")).status_code == 200
    for name in ("end_membership", "extend_membership", "reset_second_step"):
        assert client.get(reverse(name, args=[of_here.pk])).status_code == 200
        assert client.post(reverse(name, args=[of_there.pk]), {"reason": "x"}).status_code == 404
    act_for(client, there)
    assert client.get(reverse("invite")).status_code == 403
    for name in ("end_membership", "extend_membership", "reset_second_step"):
        assert client.post(reverse(name, args=[of_there.pk]), {"reason": "x"}).status_code == 403
    assert of_there.__class__.objects.filter(ended_at__isnull=False).count() == 0


def test_another_agencys_invitations_are_out_of_reach(two: Any, actor: Any, signed_in: Any) -> None:
    here, there, both = two
    admin = User.objects.get(email="qt@so-b.example")
    made = invite(
        actor=actor(admin), agency=there, email="moi@so-b.example", full_name="Người Mới", role="agency_officer"
    ).invitation
    client = signed_in(both)
    act_for(client, here)
    assert "Người Mới" not in client.get(reverse("people")).content.decode()
    for name in ("withdraw_invitation", "renew_invitation"):
        assert client.post(reverse(name, args=[made.pk])).status_code == 404
    assert Invitation.objects.get(withdrawn_at__isnull=True) == made


@pytest.mark.parametrize("model", ["user", "membership", "invitation", "rolechange"])
def test_agencies_reach_nobody_through_the_staff_rooms(two: Any, signed_in: Any, model: str) -> None:
    client = signed_in(two[2])
    for address in (
        f"/quan-tri/accounts/{model}/",
        f"/quan-tri/accounts/{model}/1/change/",
        f"/quan-tri/accounts/{model}/1/history/",
        f"/quan-tri/autocomplete/?app_label=accounts&model_name={model}&field_name=user&term=do",
    ):
        answer = client.get(address)
        assert answer.status_code in (302, 403, 404)
        assert THERE not in answer.content.decode()


def test_switching_to_an_agency_that_is_not_ones_own_is_not_found(two: Any, agency: Any, signed_in: Any) -> None:
    client = signed_in(two[2])
    before = client.get("/api/v1/me").json()
    for chosen in (agency("H60.97").pk, "", "abc", "-1", "\x00", "9" * 40):
        assert client.post(reverse("switch_agency"), {"agency": chosen}).status_code == 404
    assert client.get("/api/v1/me").json() == before


@pytest.mark.clause("QC8.3")
def test_a_leaver_loses_pages_staff_rooms_and_api_with_the_next_request(two: Any, actor: Any, signed_in: Any) -> None:
    here, _there, both = two
    leaver = User.objects.get(full_name=HERE)
    client = signed_in(leaver)
    assert client.get("/api/v1/agencies").status_code == 200
    end_membership(actor=actor(both, here), membership=leaver.memberships.get(), reason="Nghỉ việc")
    assert client.get(reverse("workbench")).status_code == 302
    for address in ("/api/v1/me", "/api/v1/agencies", "/api/v1/schema"):
        assert client.get(address).status_code == 401
    assert client.post(reverse("session_extend")).status_code == 401


@pytest.mark.clause("QC8.3")
def test_who_leaves_one_of_two_agencies_acts_for_the_other_with_the_next_request(
    two: Any, actor: Any, signed_in: Any
) -> None:
    here, there, both = two
    client = signed_in(both)
    act_for(client, there)
    end_membership(
        actor=actor(User.objects.get(email="qt@so-b.example")),
        membership=both.memberships.get(agency=there),
        reason="Thôi kiêm nhiệm",
    )
    assert client.get("/api/v1/me").json()["agency"] == here.name
    assert THERE not in client.get(reverse("people")).content.decode()


@pytest.mark.clause("QC12.3")
@pytest.mark.parametrize(
    ("minutes", "inside"), [(-1, True), (0, False)], ids=["one minute before midnight", "at midnight"]
)
def test_a_contractors_access_ends_at_midnight_in_vietnam(
    agency: Any, person: Any, signed_in: Any, monkeypatch: Any, minutes: int, inside: bool
) -> None:
    last = clock.today()
    user = person("nha-thau@so-a.example", agency("H60.91"), "technician", employer="Nhà thầu", valid_to=last)
    client = signed_in(user)
    moment = clock.start_of(last, after=True) + timedelta(minutes=minutes)
    monkeypatch.setattr("core.clock.now", lambda: moment)
    client.get(reverse("home"))
    me = client.get("/api/v1/me")
    assert me.status_code == (200 if inside else 403)
    assert client.get(reverse("workbench")).status_code == (200 if inside else 403)


@pytest.mark.parametrize(
    "address",
    [
        "/co-quan/nguoi-dung/?q=%00",
        "/danh-ba/?q=%00",
        "/danh-ba/%00/",
        "/api/v1/agencies?q=%00",
        "/api/v1/agencies/%00",
        "/loi-moi/%00/",
        "/loi-moi/" + "a" * 3000 + "/",
        "/quan-tri/accounts/membership/?role__exact=%00",
        "/co-quan/nguoi-dung/?page=99999999999999999999",
        "/co-quan/nguoi-dung/vai-tro/99999999999999999999/thoi/",
    ],
)
def test_addresses_nobody_types_are_answered_without_failing(
    agency: Any, person: Any, signed_in: Any, address: str
) -> None:
    who = person("at@skhcn.example", agency("H60.93", is_operator=True), "security_officer")
    client = signed_in(who)
    client.raise_request_exception = False
    assert client.get(address).status_code in (200, 400, 404, 410)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", "x" * 151),
        ("full_name", "\x00"),
        ("email", "a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".vn"),
        ("email", "a\x00@b.vn"),
        ("employer", "x" * 201),
        ("valid_to", "31/02/2026"),
        ("valid_to", "03/19/2026"),
        ("valid_to", str(date(2020, 1, 1))),
        ("role", "evaluator"),
        ("role", "\x00"),
    ],
)
def test_wrong_invitations_are_told_at_their_field(two: Any, signed_in: Any, field: str, value: str) -> None:
    client = signed_in(two[2])
    act_for(client, two[0])
    typed = {"full_name": "Người Mới", "email": "moi@so-a.example", "role": "agency_officer", "employer": ""}
    page = client.post(reverse("invite"), {**typed, field: value})
    assert page.status_code == 200
    assert f'id="id_{field}_error"' in page.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["각" * 150, "😀" * 150, "\ufb2c" * 50])
def test_names_of_every_script_fit_their_columns(two: Any, signed_in: Any, name: str) -> None:
    """Folding and sorting make some letters longer than they were typed."""
    client = signed_in(two[2])
    act_for(client, two[0])
    typed = {"full_name": name, "email": "moi@so-a.example", "role": "agency_officer"}
    page = client.post(reverse("invite"), typed).content.decode()
    code, link = (part.split("<", 1)[0].strip() for part in _secrets(page))
    accept = {"code": code, "full_name": name, "password": "Mật-khẩu-riêng-4821"}
    assert Client().post(f"/loi-moi/{link.split('/loi-moi/')[1]}", accept).status_code == 302
    assert User.objects.get(email="moi@so-a.example").memberships.count() == 1


def _secrets(page: str) -> tuple[str, str]:
    code = page.split('id="ma-loi-moi"', 1)[1].split(">", 1)[1]
    link = page.split('id="lien-ket-loi-moi"', 1)[1].split(">", 1)[1]
    return code, link


def test_decomposed_typing_is_stored_composed(two: Any, signed_in: Any) -> None:
    import unicodedata

    client = signed_in(two[2])
    act_for(client, two[0])
    typed = {"full_name": unicodedata.normalize("NFD", "Nguyễn Thị Ặ"), "email": "Moi@SO-a.example"}
    client.post(reverse("invite"), {**typed, "role": "agency_officer"})
    made = Invitation.objects.get()
    assert (made.full_name, made.email) == ("Nguyễn Thị Ặ", "moi@so-a.example")
