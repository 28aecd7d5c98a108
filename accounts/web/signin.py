"""The person's own account: profile, sessions; and the page of a locked sign-in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.selectors.profiles import profile_of
from accounts.services.profiles import change_own_profile
from accounts.services.sessions import end_all_sessions
from accounts.web.access import signed_in
from accounts.web.lockout import locked_out, typed_address
from accounts.web.signin_forms import ProfileForm
from core.problems import InvalidInput

__all__ = ["leave_everywhere", "locked_out", "profile", "session_extend", "typed_address"]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def profile(request: Any) -> HttpResponse:
    """Show the person who they are here, and let them change phone and position."""
    own = request.user
    form = ProfileForm(request.POST or None, initial={"phone": own.phone, "position": own.position})
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        messages.success(request, _("Đã lưu thông tin của bạn."))
        return redirect("profile")
    return render(request, "account/profile.html", {"form": form, "profile": profile_of(own)})


def _changed(request: Any, form: ProfileForm) -> bool:
    try:
        change_own_profile(actor=request.actor, **form.cleaned_data)
    except InvalidInput as refusal:
        form.refuse(refusal)
        return False
    return True


@require_POST
@never_cache
@signed_in
def leave_everywhere(request: Any) -> HttpResponse:
    """Sign the person out of every device, this one too."""
    end_all_sessions(actor=request.actor, user=request.user)
    logout(request)
    messages.success(request, _("Đã đăng xuất khỏi mọi thiết bị. Đăng nhập lại để tiếp tục."))
    return redirect("account_login")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def session_extend(request: Any) -> HttpResponse:
    """Keep the session alive: 204 with the seconds left in ``X-Session-Seconds``, 401 when it is over."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    return HttpResponse(status=204, headers={"X-Session-Seconds": str(request.session_seconds)})
