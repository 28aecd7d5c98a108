"""Sign-in: one answer for every wrong pair, the lock, who is let in and where they land."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from audit.models import Fact
from tests.accounts.signin_steps import WRONG_PAIR, enrol, is_signed_in, stripped, try_password
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "can-bo@so-a.example", "khong-ai@so-a.example"
NO_ROLE = "Tài khoản không còn vai trò nào đang hiệu lực."


@pytest.fixture
def officer(agency: Any, person: Any) -> User:
    """An officer without second step."""
    return person(KNOWN, agency(), "agency_officer")


def end_roles(user: User) -> None:
    for row in Membership.objects.filter(user=user):
        row.ended_at = datetime.now(tz=UTC)
        row.save()


def lock(client: Client, email: str) -> Any:
    return [try_password(client, email, "sai-mật-khẩu") for _ in range(5)][-1]


def wait_minutes(minutes: int) -> None:
    for row in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=row.attempt_time - timedelta(minutes=minutes))


@pytest.mark.clause("QC8.3")
def test_wrong_pairs_get_one_answer(officer: User, agency: Any, person: Any) -> None:
    stopped = person("da-dung@so-a.example", agency(), "agency_officer")
    stopped.is_active = False
    stopped.save()
    gone = person("da-thoi@so-a.example", agency(), "agency_officer")
    end_roles(gone)
    pairs = [
        (KNOWN, "sai-mật-khẩu"),
        (UNKNOWN, PASSWORD),
        (stopped.email, PASSWORD),
        (stopped.email, "sai-mật-khẩu"),
        (gone.email, "sai-mật-khẩu"),
    ]
    pages = [(try_password(Client(), *pair), pair[0]) for pair in pairs]
    assert {page.status_code for page, _ in pages} == {200}
    assert WRONG_PAIR in pages[0][0].content.decode()
    assert len({stripped(page, email) for page, email in pages}) == 1


def test_what_was_typed_stays_but_the_password(officer: User) -> None:
    page = try_password(Client(), KNOWN, "sai-mật-khẩu").content.decode()
    assert f'value="{KNOWN}"' in page
    assert "sai-mật-khẩu" not in page


def test_form_lets_password_managers_work(db: None) -> None:
    page = Client().get(reverse("account_login")).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("typed", [KNOWN, KNOWN.upper(), f"  {KNOWN} "])
def test_right_pair_opens_the_workbench(officer: User, typed: str) -> None:
    client = Client()
    answer = try_password(client, typed)
    assert (answer.status_code, answer["Location"]) == (302, reverse("workbench"))
    assert is_signed_in(client)


@pytest.mark.clause("QC8.5")
def test_coming_and_going_are_facts(officer: User, agency: Any) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    answer = try_password(client, KNOWN)
    fact = Fact.objects.get(deed="signin.done")
    assert (fact.actor_id, fact.agency_id, fact.address) == (officer.pk, agency().pk, "192.0.2.7")
    assert fact.request_id == answer["X-Request-Id"]
    client.post(reverse("account_logout"))
    assert Fact.objects.get(deed="signin.left").actor_id == officer.pk
    assert not is_signed_in(client)


def test_sign_out_asks_first(officer: User) -> None:
    client = Client()
    try_password(client, KNOWN)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)


@pytest.mark.clause("QC8.3")
def test_without_a_role_only_the_right_password_says_so(officer: User) -> None:
    end_roles(officer)
    client = Client()
    assert NO_ROLE not in try_password(client, KNOWN, "sai-mật-khẩu").content.decode()
    answer = try_password(client, KNOWN)
    assert answer.status_code == 200
    assert NO_ROLE in answer.content.decode()
    assert not is_signed_in(client)
    assert not Fact.objects.filter(deed="signin.done").exists()


def test_without_a_role_the_second_step_is_not_reached(officer: User) -> None:
    end_roles(enrol(officer))
    client = Client()
    assert NO_ROLE in try_password(client, KNOWN).content.decode()
    assert client.get(reverse("mfa_authenticate")).status_code == 302


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_five_wrong_passwords_lock(officer: User, email: str) -> None:
    client = Client()
    for _ in range(4):
        assert try_password(client, email, "sai-mật-khẩu").status_code == 200
    answer = try_password(client, email, "sai-mật-khẩu")
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 900
    assert try_password(client, email).status_code == 429
    assert not is_signed_in(client)


def test_lock_page_does_not_tell_whether_there_is_an_account(officer: User) -> None:
    known, unknown = lock(Client(), KNOWN), lock(Client(), UNKNOWN)
    assert known.status_code == unknown.status_code == 429
    assert stripped(known, KNOWN) == stripped(unknown, UNKNOWN)
    assert "15 phút" in known.content.decode()


def test_lock_holds_for_any_spelling_and_only_for_this_client(officer: User) -> None:
    lock(Client(), KNOWN)
    assert try_password(Client(HTTP_USER_AGENT="khac"), KNOWN.upper()).status_code == 429
    assert try_password(Client(REMOTE_ADDR="192.0.2.9"), KNOWN).status_code == 302


def test_lock_of_one_address_leaves_others_alone(officer: User, agency: Any, person: Any) -> None:
    lock(Client(), UNKNOWN)
    assert try_password(Client(), KNOWN).status_code == 302


def test_lock_ends_after_fifteen_minutes(officer: User) -> None:
    client = Client()
    lock(client, KNOWN)
    wait_minutes(14)
    answer = try_password(client, KNOWN)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 60
    wait_minutes(1)
    assert try_password(client, KNOWN).status_code == 302


@pytest.mark.clause("QC8.5")
def test_a_lock_is_one_fact(officer: User) -> None:
    client = Client(REMOTE_ADDR="192.0.2.8")
    lock(client, KNOWN)
    try_password(client, KNOWN)
    fact = Fact.objects.get(deed="signin.locked")
    assert (fact.subject_id, fact.address, fact.actor_kind) == (str(officer.pk), "192.0.2.8", "anonymous")
    lock(client, UNKNOWN)
    assert Fact.objects.filter(deed="signin.locked", after__email=UNKNOWN, subject_id="0").count() == 1


def test_success_forgets_earlier_mistakes(officer: User) -> None:
    for _ in range(3):
        client = Client()
        for _ in range(4):
            try_password(client, KNOWN, "sai-mật-khẩu")
        assert try_password(client, KNOWN).status_code == 302


@pytest.mark.clause("QC8.3")
def test_session_changes_its_id_at_sign_in(officer: User) -> None:
    client = Client()
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["lgsp_session"] = planted.session_key
    try_password(client, KNOWN)
    assert is_signed_in(client)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.parametrize("target", ["//xau.example/", "https://xau.example/", "javascript:alert(1)", "/\\xau.example"])
def test_next_never_leaves_the_host(officer: User, target: str) -> None:
    answer = Client().post(reverse("account_login"), {"login": KNOWN, "password": PASSWORD, "next": target})
    assert answer["Location"] == reverse("workbench")


def test_next_leads_back(officer: User) -> None:
    client = Client()
    asked = client.get(reverse("profile"))
    assert asked.status_code == 302
    page = client.get(asked["Location"]).content.decode()
    assert f'value="{reverse("profile")}"' in page
    answer = client.post(reverse("account_login"), {"login": KNOWN, "password": PASSWORD, "next": reverse("profile")})
    assert answer["Location"] == reverse("profile")


def test_nobody_signs_up(db: None) -> None:
    page = Client().get(reverse("account_signup"))
    assert "cơ quan mời bạn" in page.content.decode()
    form = {"email": "moi@so-a.example", "password1": PASSWORD, "password2": PASSWORD}
    Client().post(reverse("account_signup"), form)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_entrance_pages_carry_no_inline_code(db: None, name: str) -> None:
    answer = Client().get(reverse(name))
    assert answer.status_code == 200
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()


def test_json_face_of_the_library_is_shut(officer: User, client: Client) -> None:
    answer = try_password(client, KNOWN, "sai-mật-khẩu", HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert answer["Content-Type"].startswith("text/html")
