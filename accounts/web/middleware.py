"""Who acts on this request, and how long they may."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from allauth.mfa.models import Authenticator
from auditlog.context import set_extra_data
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import roles
from accounts.selectors.actors import actor_for, standings_of
from core import clock
from core.actor import ANONYMOUS
from core.problems import PROBLEMS
from core.web.addresses import client_address
from core.web.errors import problem_json, speaks_json
from core.web.typed import to_sign_in

Handler = Callable[[HttpRequest], HttpResponse]
AGENCY_KEY = "acting_agency"
STARTED_KEY = "session_started"
SEEN_KEY = "session_seen"
# How often the moment somebody was seen is written (seconds): a page view should not wait for a write. A session ends
# at most so much before its time, never after it, and the countdown on the page goes by what was written.
SEEN_EVERY = 60
# Where a person without their second step may still go: to set it up, or to leave.
_OPEN_VIEWS = frozenset(
    {
        "mfa_activate_totp",
        "account_logout",
        "account_login",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "theme",
        "session_extend",
    }
)


class ActingMiddleware:
    """Set ``request.actor`` and ``request.standings``, and name the person to the field history."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        base = replace(ANONYMOUS, request_id=getattr(request, "request_id", ""), address=client_address(request))
        request.actor, request.standings = base, []
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        request.standings = standings_of(user)
        request.actor = actor_for(
            user,
            request.standings,
            agency_id=request.session.get(AGENCY_KEY),
            request_id=base.request_id,
            address=base.address,
        )
        with set_extra_data({"actor": user, "remote_addr": base.address}):
            return self.get_response(request)


class SessionRulesMiddleware:
    """End sessions that are idle or too old, and keep roles that need a second step outside until they have one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        moment = int(clock.now().timestamp())
        idle = idle_seconds(request.actor.roles)
        started = request.session.setdefault(STARTED_KEY, moment)
        seen = request.session.get(SEEN_KEY, moment)
        if moment - seen > idle or moment - started > settings.SESSION_COOKIE_AGE:
            return self.ended(request)
        if SEEN_KEY not in request.session or moment - seen >= SEEN_EVERY:
            request.session[SEEN_KEY] = seen = moment
        request.session_seconds = min(idle - (moment - seen), settings.SESSION_COOKIE_AGE - (moment - started))
        return self.get_response(request)

    def ended(self, request: Any) -> HttpResponse:
        """Sign the person out and bring them back to where they were after they sign in again."""
        logout(request)
        if speaks_json(request):
            return problem_json(
                request,
                PROBLEMS["not-authenticated"],
                detail=_("Phiên làm việc đã hết."),
                detail_en="The session has ended.",
            )
        if not request.htmx:
            messages.info(request, _("Phiên làm việc đã hết. Đăng nhập lại để tiếp tục."))
        return to_sign_in(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead a person whose role needs a second step to the page that sets it up."""
        if not needs_second_step(request) or request.resolver_match.url_name in _OPEN_VIEWS:
            return None
        if speaks_json(request):
            return problem_json(request, PROBLEMS["second-step-required"])
        messages.info(request, _("Vai trò của bạn yêu cầu xác thực hai bước. Thiết lập trước khi tiếp tục."))
        return redirect("mfa_activate_totp")


def idle_seconds(role_codes: frozenset[str]) -> int:
    """Return how long a person with these roles may be idle: shorter for those who approve."""
    approves = any(roles.ROLES[code].approver for code in role_codes)
    seconds: int = settings.SESSION_IDLE_SECONDS_APPROVER if approves else settings.SESSION_IDLE_SECONDS
    return seconds


def needs_second_step(request: Any) -> bool:
    """Return whether any role the person holds, in any agency, asks for a second step they have not set up."""
    held = {code for standing in getattr(request, "standings", []) for code in standing.role_codes}
    if not any(roles.ROLES[code].second_step for code in held):
        return False
    return not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
