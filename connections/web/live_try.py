"""One call of the live environment, asked for with a reason and marked for what it is (ux.md C3)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from catalog.selectors.sandbox import demanded_in
from connections.selectors.sandbox import live_grants
from connections.services.live_trying import TRY_LIVE, try_live, why_not_live
from connections.services.sandbox import signing_key
from connections.web.sandbox_forms import LiveForm
from connections.web.sandbox_try import granted_operation, shown, told_of
from core.choices import Environment
from core.forms import show_refusal
from core.problems import DomainError


@require_http_methods(["GET", "POST"])
@never_cache
@needs(TRY_LIVE)
def live_try(request: Any, code: str, version: str, operation: str) -> HttpResponse:
    """Ask for values and reason, send one call, show what came back."""
    grant, found = granted_operation(live_grants(request.actor), code, version, operation)
    demanded = demanded_in(found.version, grant.environment)
    form = LiveForm(found, told_of(found), request.POST if request.method == "POST" else None, demanded=demanded)
    tried = None
    if form.is_bound and form.is_valid():
        try:
            tried = try_live(
                actor=request.actor,
                grant=grant,
                operation=found,
                wish=form.wish(),
                reason=form.cleaned_data["reason"],
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
    key = signing_key(grant.system, Environment.LIVE)
    context = {
        "grant": grant,
        "operation": found,
        "form": form,
        "why_not": why_not_live(request.actor, grant, found),
        "networks": sorted({*grant.networks, *(key.networks if key else [])}),
        **(shown(tried, grant, found) if tried else {}),
    }
    return render(request, "sandbox/live_try.html", context)
