"""Sessions end: by the clock, by leaving, by their owner, by a new password. And the person's own account."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Letter, Membership, User
from accounts.services.sessions import end_all_sessions
from audit.models import Fact
from core.problems import PermissionRefused
from tests.accounts.signin_steps import is_signed_in, stripped, try_password
from tests.conftest import PASSWORD
from tests.house.visiting import answered_only

pytestmark = pytest.mark.django_db
EMAIL, NEW = "can-bo@so-c.example", "Một-mật-khẩu-khác-77"


@pytest.fixture(autouse=True)
def _unhurried(settings: Any) -> None:
    """Leave out allauth's limits per minute, whose counters outlive a test run."""
    limits = dict.fromkeys(("reset_password", "reset_password_from_key", "change_password", "reauthenticate"))
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **limits}


@pytest.fixture
def officer(agency: Any, person: Any) -> User:
    """An officer without second step."""
    return person(EMAIL, agency(), "agency_officer")


@pytest.fixture
def inside(officer: User) -> Client:
    """The officer's open session."""
    client = Client()
    try_password(client, EMAIL)
    assert client.get(reverse("workbench")).status_code == 200
    return client


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock to so many minutes after the test began."""
    began = datetime.now(tz=UTC)
    return lambda minutes: monkeypatch.setattr("core.clock.now", lambda: began + timedelta(minutes=minutes))


@pytest.mark.clause("QC8.3")
@pytest.mark.parametrize(("role", "minutes"), [("agency_officer", 30), ("agency_representative", 15)])
def test_idle_sessions_end(agency: Any, person: Any, at: Any, role: str, minutes: int) -> None:
    person("nghi@so-c.example", agency(), role)
    client = Client()
    at(0)
    try_password(client, "nghi@so-c.example")
    client.get(reverse("workbench"))
    at(minutes - 1)
    assert client.get(reverse("workbench")).status_code == 200
    at(2 * minutes - 2)
    assert client.get(reverse("workbench")).status_code == 200
    at(3 * minutes)
    answer = client.get(reverse("workbench"))
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse('workbench')}"
    assert not is_signed_in(client)
    assert Fact.objects.filter(deed="signin.left").count() == 1


def test_no_session_outlives_eight_hours(officer: User, at: Any) -> None:
    client = Client()
    at(0)
    try_password(client, EMAIL)
    with answered_only():
        for minutes in range(0, 480, 20):
            at(minutes)
            assert client.get(reverse("workbench")).status_code == 200
    at(481)
    assert client.get(reverse("workbench")).status_code == 302
    assert not is_signed_in(client)


def test_extending_keeps_the_session_and_says_how_long(inside: Client, at: Any) -> None:
    at(25)
    answer = inside.post(reverse("session_extend"))
    assert (answer.status_code, answer["X-Session-Seconds"]) == (204, "1800")
    at(50)
    assert inside.get(reverse("workbench")).status_code == 200
    at(75)
    assert inside.get(reverse("session_extend")).status_code == 204
    assert Client().get(reverse("session_extend")).status_code == 401


def test_pages_in_quick_succession_write_the_session_once(inside: Client, at: Any) -> None:
    def written(minutes: float) -> list[str]:
        at(minutes)
        with CaptureQueriesContext(connection) as asked:
            inside.get(reverse("profile"))
        return [query["sql"] for query in asked if query["sql"].startswith('UPDATE "django_session"')]

    assert len(written(2)) == 1
    assert written(2.5) == []
    assert len(written(3)) == 1


@pytest.mark.clause("QC8.3")
def test_who_leaves_loses_access_in_the_open_session(inside: Client, officer: User) -> None:
    membership = Membership.objects.get(user=officer)
    membership.ended_at = datetime.now(tz=UTC)
    membership.save()
    for name in ("workbench", "profile"):
        assert inside.get(reverse(name)).status_code == 403
    assert inside.post(reverse("profile"), {"phone": "0207 382 1234", "position": ""}).status_code == 403
    officer.refresh_from_db()
    assert officer.phone == ""


@pytest.mark.clause("QC8.3")
def test_ended_sessions_are_signed_out_at_the_next_request(inside: Client, officer: User, actor: Any) -> None:
    end_all_sessions(actor=actor(officer), user=officer)
    assert inside.get(reverse("workbench"))["Location"].startswith(reverse("account_login"))
    assert not is_signed_in(inside)
    assert Fact.objects.get(deed="sessions.ended").subject_id == str(officer.pk)


def test_who_may_end_whose_sessions(officer: User, agency: Any, person: Any, actor: Any) -> None:
    other = agency("H60.91")
    colleague = person("dong-nghiep@so-c.example", agency(), "agency_officer")
    stranger = person("quan-tri@so-d.example", other, "agency_admin")
    for someone in (colleague, stranger):
        with pytest.raises(PermissionRefused):
            end_all_sessions(actor=actor(someone), user=officer)
    officer.refresh_from_db()
    assert officer.session_epoch == 0
    assert not Fact.objects.filter(deed="sessions.ended").exists()
    administrator = person("quan-tri@so-c.example", agency(), "agency_admin")
    guard = person("an-toan@so-d.example", other, "security_officer")
    for someone in (administrator, guard):
        end_all_sessions(actor=actor(someone), user=officer)
    officer.refresh_from_db()
    assert officer.session_epoch == 2


def test_leaving_everywhere_ends_every_device(inside: Client, officer: User) -> None:
    elsewhere = Client()
    try_password(elsewhere, EMAIL)
    assert inside.get(reverse("end_sessions")).status_code == 405
    assert inside.post(reverse("end_sessions"))["Location"] == reverse("account_login")
    for client in (inside, elsewhere):
        assert client.get(reverse("workbench")).status_code == 302
        assert not is_signed_in(client)


def test_own_profile_is_changed_and_recorded(inside: Client, officer: User) -> None:
    answer = inside.post(reverse("profile"), {"phone": "0207 382 1234", "position": " Chuyên   viên "})
    assert answer["Location"] == reverse("profile")
    officer.refresh_from_db()
    assert (officer.phone, officer.position) == ("0207 382 1234", "Chuyên viên")
    assert Fact.objects.get(deed="profile.changed").after == {"phone": "0207 382 1234", "position": "Chuyên viên"}
    page = inside.get(reverse("profile")).content.decode()
    assert "Cán bộ cơ quan, từ 01/01/2026" in page


@pytest.mark.parametrize("phone", ["khong-phai-so", "123", "+84 1234 5678 9012 345678", ". . . . . ."])
def test_bad_phone_is_refused_and_kept_on_the_form(inside: Client, officer: User, phone: str) -> None:
    answer = inside.post(reverse("profile"), {"phone": phone, "position": "Chuyên viên"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'value="{phone}"' in page
    assert "error-summary" in page
    officer.refresh_from_db()
    assert (officer.phone, officer.position) == ("", "")


def test_changed_password_keeps_this_session_and_ends_others(inside: Client) -> None:
    elsewhere = Client()
    try_password(elsewhere, EMAIL)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert inside.post(reverse("account_change_password"), form)["Location"] == reverse("profile")
    assert inside.get(reverse("workbench")).status_code == 200
    assert elsewhere.get(reverse("workbench")).status_code == 302
    assert Fact.objects.filter(deed="password.changed").count() == 1


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"oldpassword": "sai"}, "Mật khẩu hiện tại không đúng"),
        ({"password1": "ngắn", "password2": "ngắn"}, "Mật khẩu cần ít nhất 12 ký tự"),
        ({"password1": "123456789012345", "password2": "123456789012345"}, "không được chỉ gồm chữ số"),
        ({"password2": "Một-mật-khẩu-lệch-88"}, "Hai lần nhập mật khẩu không giống nhau"),
    ],
)
def test_bad_new_passwords_are_refused(inside: Client, sent: dict[str, str], text: str) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **sent}
    answer = inside.post(reverse("account_change_password"), form)
    assert answer.status_code == 200
    assert text in answer.content.decode()
    assert try_password(Client(), EMAIL).status_code == 302


def ask_reset(email: str, **extra: Any) -> tuple[int, str, str]:
    client = Client()
    answer = client.post(reverse("account_reset_password"), {"email": email}, **extra)
    page = client.get(answer["Location"])
    return answer.status_code, answer["Location"], stripped(page, email)


@pytest.mark.clause("QC8.3")
def test_forgotten_password_answers_alike_and_writes_only_to_owners(officer: User) -> None:
    unknown = ask_reset("khong-ai@so-c.example")
    assert not Letter.objects.exists()
    assert ask_reset(EMAIL) == unknown
    letter = Letter.objects.get()
    assert letter.to == EMAIL
    assert f"{settings.PUBLIC_URL}/dat-mat-khau/" in letter.body
    assert officer.full_name in letter.body


def test_stopped_people_get_no_letter(officer: User) -> None:
    officer.is_active = False
    officer.save()
    ask_reset(EMAIL)
    assert not Letter.objects.exists()


def test_link_of_the_letter_does_not_follow_the_host_header(officer: User) -> None:
    ask_reset(EMAIL, HTTP_HOST="localhost:9")
    assert "localhost:9" not in Letter.objects.get().body
    assert settings.PUBLIC_URL in Letter.objects.get().body


def test_reset_by_letter_works_once_and_ends_sessions(inside: Client, officer: User) -> None:
    ask_reset(EMAIL)
    link = next(line for line in Letter.objects.get().body.splitlines() if "/dat-mat-khau/" in line)
    path = link.removeprefix(settings.PUBLIC_URL)
    client = Client()
    form = client.get(path)["Location"]
    assert "set-password" in form
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert not is_signed_in(client)
    assert inside.get(reverse("workbench")).status_code == 302
    assert try_password(Client(), EMAIL, NEW).status_code == 302
    assert "đã hết hạn hoặc đã được dùng" in Client().get(path).content.decode()
    assert Fact.objects.filter(deed="password.reset", actor_id=officer.pk).count() == 1


def test_letters_cannot_be_asked_for_without_end(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
    mark = uuid4()
    form = {"email": f"{mark.hex}@so-c.example"}
    client = Client(REMOTE_ADDR=f"2001:db8::{mark.hex[:4]}:{mark.hex[4:8]}")
    answers = [client.post(reverse("account_reset_password"), form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert "Quá nhiều lần thực hiện" in answers[-1].content.decode()
