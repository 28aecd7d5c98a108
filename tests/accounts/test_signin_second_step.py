"""The second step: required where a role says so, not guessable, each code once, its secret sealed."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import Fact
from tests.accounts.signin_steps import (
    code_for,
    code_of,
    enrol,
    is_signed_in,
    try_code,
    try_password,
    wrong_code,
)
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
STAFF, OFFICER = "van-hanh@so-b.example", "can-bo@so-b.example"


@pytest.fixture(autouse=True)
def _unhurried(settings: Any) -> None:
    """Leave out allauth's limits per minute, whose counters outlive a test run."""
    limits = dict.fromkeys(("reset_password", "reset_password_from_key", "change_password", "reauthenticate"))
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **limits}


@pytest.fixture
def staff(agency: Any, person: Any) -> User:
    """An operator of SKHCN, who must have a second step and has none yet."""
    return person(STAFF, agency(), "operator")


@pytest.fixture
def officer(agency: Any, person: Any) -> User:
    """An officer who chose a second step."""
    return enrol(person(OFFICER, agency(), "agency_officer"))


def past_password(email: str) -> Client:
    client = Client()
    assert try_password(client, email)["Location"] == reverse("mfa_authenticate")
    return client


def confirmed(client: Client, target: str) -> Any:
    """Open *target*, giving the password again where asked."""
    answer = client.get(target)
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    return client.post(answer["Location"], {"password": PASSWORD}, follow=True)


@pytest.mark.clause("QC8.3")
def test_password_alone_does_not_open(officer: User) -> None:
    client = past_password(OFFICER)
    assert not is_signed_in(client)
    assert client.get(reverse("workbench")).status_code == 302
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert try_code(client, code_of(officer))["Location"] == reverse("workbench")
    assert is_signed_in(client)


@pytest.mark.clause("QC8.3")
def test_wrong_codes_lock_like_wrong_passwords(officer: User) -> None:
    client = past_password(OFFICER)
    for _ in range(4):
        assert try_code(client, wrong_code(officer)).status_code == 200
    answer = try_code(client, wrong_code(officer))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert try_code(client, code_of(officer)).status_code == 429
    assert not is_signed_in(client)
    assert try_password(Client(), OFFICER).status_code == 429
    assert Fact.objects.filter(deed="signin.locked", subject_id=str(officer.pk)).count() == 1


def test_the_password_again_does_not_clear_wrong_codes(officer: User) -> None:
    first, second = past_password(OFFICER), None
    for _ in range(3):
        try_code(first, wrong_code(officer))
    second = past_password(OFFICER)
    assert try_code(second, wrong_code(officer)).status_code == 200
    assert try_code(second, wrong_code(officer)).status_code == 429


@pytest.mark.clause("QC8.3")
def test_a_code_works_once(officer: User) -> None:
    code = code_of(officer)
    assert try_code(past_password(OFFICER), code).status_code == 302
    again = past_password(OFFICER)
    assert try_code(again, code).status_code == 200
    # allauth forgets a code after one period, but accepts it for three.
    cache.delete(TOTP(Authenticator.objects.get(user=officer))._get_used_cache_key(code))
    assert try_code(again, code).status_code == 200
    assert try_code(again, f"{code[:3]} {code[3:]}").status_code == 200
    assert not is_signed_in(again)
    assert try_code(again, code_of(officer, 2)).status_code == 302


def test_a_recovery_code_works_once(officer: User) -> None:
    code = RecoveryCodes.activate(officer).get_unused_codes()[0]
    assert try_code(past_password(OFFICER), code).status_code == 302
    assert try_code(past_password(OFFICER), code).status_code == 200


@pytest.mark.clause("QC8.3")
def test_a_role_that_needs_it_leads_to_set_up(staff: User) -> None:
    client = Client()
    try_password(client, STAFF)
    for name in ("workbench", "profile", "mfa_index", "account_change_password"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_activate_totp")
    assert client.get("/quan-tri/")["Location"] == reverse("mfa_activate_totp")


@pytest.mark.clause("QC8.4")
def test_set_up_shows_the_key_and_then_recovery_codes(staff: User, django_capture_on_commit_callbacks: Any) -> None:
    client = Client()
    try_password(client, STAFF)
    shown = confirmed(client, reverse("mfa_activate_totp"))
    page = shown.content.decode()
    assert '<img src="data:image/svg+xml;base64,' in page
    secret = re.search(r'<code id="khoa-xac-thuc"[^>]*>([A-Z2-7]+)</code>', page).group(1)  # type: ignore[union-attr]
    code = code_for(secret)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    codes = re.findall(r"<code>(\d{8})</code>", answer.content.decode())
    assert len(codes) == 10
    assert "no-store" in shown["Cache-Control"]
    assert "no-store" in answer["Cache-Control"]
    kept = Authenticator.objects.get(user=staff, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    assert ":" in kept.data["secret"]
    assert client.get(reverse("workbench")).status_code == 200
    assert Fact.objects.filter(deed="second_step.added", actor_id=staff.pk).count() == 1
    assert try_code(past_password(STAFF), code).status_code == 200


def test_set_up_is_not_hindered_by_a_forgotten_password(staff: User) -> None:
    """allauth notes the address as unverified when it makes a reset link."""
    Client().post(reverse("account_reset_password"), {"email": STAFF})
    client = Client()
    try_password(client, STAFF)
    assert "data:image/svg+xml" in confirmed(client, reverse("mfa_activate_totp")).content.decode()


@pytest.mark.clause("QC8.3")
def test_who_needs_it_cannot_turn_it_off(staff: User, signed_in: Any) -> None:
    client = signed_in(staff)
    page = confirmed(client, reverse("mfa_deactivate_totp")).content.decode()
    assert "Vai trò của bạn yêu cầu xác thực hai bước" in page
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=staff, type=Authenticator.Type.TOTP).exists()


def test_who_chose_it_may_turn_it_off(officer: User, signed_in: Any) -> None:
    client = signed_in(officer)
    confirmed(client, reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=officer).exists()
    assert Fact.objects.filter(deed="second_step.removed", actor_id=officer.pk).count() == 1


def test_new_recovery_codes_replace_the_old(officer: User, signed_in: Any) -> None:
    old = RecoveryCodes.activate(officer).get_unused_codes()
    client = signed_in(officer)
    confirmed(client, reverse("mfa_generate_recovery_codes"))
    page = client.post(reverse("mfa_generate_recovery_codes"), follow=True).content.decode()
    assert not any(code in page for code in old)
    assert try_code(past_password(OFFICER), old[0]).status_code == 200


@pytest.mark.parametrize("name", ["account_reauthenticate", "mfa_reauthenticate"])
def test_confirming_again_cannot_be_guessed(officer: User, signed_in: Any, name: str) -> None:
    client = signed_in(officer)
    sent = {"password": "sai-mật-khẩu", "code": wrong_code(officer)}
    assert [client.post(reverse(name), sent).status_code for _ in range(5)] == [200] * 4 + [429]
    right = {"password": PASSWORD, "code": code_of(officer)}
    assert client.post(reverse(name), right).status_code == 429
    assert client.get(reverse("mfa_view_recovery_codes")).status_code in (302, 404)


@pytest.mark.clause("QC8.4")
def test_the_counter_keeps_no_secrets(officer: User, signed_in: Any) -> None:
    client = signed_in(officer)
    form = {"oldpassword": "sai-cũ", "password1": "Mật-khẩu-sau-này-9", "password2": "Mật-khẩu-sau-này-9"}
    client.post(reverse("account_change_password"), form)
    try_code(past_password(OFFICER), "918273")
    kept = " ".join(AccessAttempt.objects.values_list("post_data", flat=True))
    assert kept
    assert not any(secret in kept for secret in ("sai-cũ", "sau-này", "918273", PASSWORD))


@pytest.mark.parametrize(
    "name",
    [
        "profile",
        "account_change_password",
        "mfa_index",
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
    ],
)
def test_own_pages_open(officer: User, signed_in: Any, name: str) -> None:
    answer = signed_in(officer).get(reverse(name))
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
