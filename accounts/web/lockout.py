"""The one counter of wrong guesses at sign-in: passwords, codes and confirmations, kept by django-axes."""

import math
from collections.abc import Mapping
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import clock
from core.problems import PROBLEMS
from core.text import nfc
from core.web.addresses import client_address
from core.web.errors import problem_page


def typed_address(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the e-mail address a try is counted under, however it was typed."""
    given = credentials or request.POST
    value = given.get("email") or given.get("login") or given.get("username") or ""
    return nfc(str(value)).strip().lower()[:255]


def may_try(request: Any, email: str) -> bool:
    """Return whether *email* may still be tried from here; if not, the answer to this request is the lock page."""
    credentials = {"email": email}
    if AxesProxyHandler.is_allowed(request, credentials):
        return True
    request.axes_locked_out, request.axes_credentials = True, credentials
    return False


def count_failure(request: HttpRequest, email: str) -> None:
    """Count one wrong guess against *email* from this client."""
    user_login_failed.send(sender=__name__, credentials={"email": email}, request=request)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None) -> HttpResponse:
    """Answer a locked client: 429 with ``Retry-After``, the same whether or not the address has an account."""
    seconds = _seconds_left(typed_address(request, credentials), client_address(request))
    detail = _("Đăng nhập sai quá nhiều lần từ địa chỉ mạng này. Thử lại sau %(minutes)s phút.") % {
        "minutes": math.ceil(seconds / 60)
    }
    page = problem_page(request, PROBLEMS["too-many-requests"], detail=detail)
    page["Retry-After"] = str(seconds)
    return page


def _seconds_left(email: str, address: str | None) -> int:
    whole = int(get_cool_off().total_seconds())
    tries = AccessAttempt.objects.filter(username=email, ip_address=address)
    last = tries.aggregate(last=Max("attempt_time"))["last"]
    left = whole - int((clock.now() - last).total_seconds()) if last else whole
    return min(max(left, 1), whole)
