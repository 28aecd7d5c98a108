"""Steps that sign-in tests share."""

import re
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.conftest import PASSWORD

_GIVEN: set[tuple[int, str]] = set()
WRONG_PAIR = "Thư điện tử hoặc mật khẩu không đúng."


def try_password(client: Client, email: str, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    """Send the sign-in form."""
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def try_code(client: Client, code: str) -> HttpResponse:
    """Send the second step."""
    return client.post(reverse("mfa_authenticate"), {"code": code})


def enrol(user: User) -> User:
    """Set up the second step."""
    totp.TOTP.activate(user, totp.generate_totp_secret())
    return user


def code_of(user: User, which: int = 1) -> str:
    """Return one of the three codes accepted now: 0 the last one, 1 the present one, 2 the next one."""
    secret = decrypt(Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"])
    return code_for(secret, which)


def code_for(secret: str, which: int = 1) -> str:
    """Return what an authenticator holding *secret* shows."""
    return totp.format_hotp_value(totp.hotp_value(secret, list(totp.yield_hotp_counters_from_time())[which]))


def wrong_code(user: User) -> str:
    """Return six digits that are none of the accepted codes."""
    accepted = {code_of(user, which) for which in range(3)}
    return next(digits for digits in ("000000", "111111", "222222", "333333") if digits not in accepted)


def proof(user: User) -> dict[str, str]:
    """Return what a page asks of who says a word that binds: the password and, where there is one, a new code."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return {"password": PASSWORD}
    code = next(code for code in (code_of(user, which) for which in (1, 2, 0)) if (user.pk, code) not in _GIVEN)
    _GIVEN.add((user.pk, code))
    return {"password": PASSWORD, "code": code}


def is_signed_in(client: Client) -> bool:
    """Return whether the client's session belongs to somebody."""
    return "_auth_user_id" in client.session


def stripped(response: HttpResponse, email: str) -> str:
    """Return the page without what differs in every answer: protection code, request id, the address typed."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return text.replace(response["X-Request-Id"], "").replace(email, "")
