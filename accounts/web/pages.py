"""Home, workbench, and the switch between the agencies a person works for."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import ROLES
from accounts.selectors.agencies import register_summary
from accounts.web.access import signed_in
from accounts.web.middleware import AGENCY_KEY
from core.web.boards import boards_for, tasks_for


@require_safe
def home(request: Any) -> HttpResponse:
    """Show visitors what the platform is and what they can do here."""
    return render(request, "pages/home.html", {"summary": register_summary()})


@require_safe
@never_cache
@signed_in
def workbench(request: Any) -> HttpResponse:
    """Show what waits for this person first, then what their agency has under way, then who they are here."""
    held = [ROLES[code] for code in ROLES if code in request.actor.roles]
    context = {"tasks": tasks_for(request.actor), "boards": boards_for(request.actor), "held": held}
    return render(request, "pages/workbench.html", context | {"every": request.GET.get("all") == "1"})


@require_POST
@signed_in
def switch_agency(request: Any) -> HttpResponse:
    """Act for another of one's own agencies from now on."""
    chosen = request.POST.get("agency", "")
    standing = next((item for item in request.standings if str(item.agency_id) == chosen), None)
    if standing is None:
        raise Http404
    request.session[AGENCY_KEY] = standing.agency_id
    messages.success(request, _("Bạn đang làm việc cho %(agency)s.") % {"agency": standing.agency_name})
    return redirect("workbench")
