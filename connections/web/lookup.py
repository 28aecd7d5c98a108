"""The public look-up of a dossier by its two codes (ux.md A2)."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from connections.selectors.lookup import public_view
from connections.services.lookup import look_up
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, InvalidInput, TooMany
from core.text import tidy
from core.web.addresses import client_address

_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class LookupForm(PortalForm):
    """The two codes as the receipt prints them."""

    number = forms.CharField(
        label=_("Mã hồ sơ"),
        max_length=100,
        help_text=_("Ví dụ H60.02-260319-0001"),
        widget=forms.TextInput(attrs=_CODE),
    )
    code = forms.CharField(
        label=_("Mã tra cứu"),
        max_length=40,
        help_text=_("8 ký tự trên phiếu tiếp nhận; gõ chữ thường hay chữ hoa, có hay không có dấu cách đều được"),
        widget=forms.TextInput(attrs=_CODE),
    )


@require_http_methods(["GET", "POST"])
@never_cache
def lookup(request: Any) -> HttpResponse:
    """Show where a dossier stands to whoever has both codes; a link from the receipt fills them in."""
    given = {name: tidy(request.GET.get(name, ""))[:100] for name in ("number", "code")}
    form = LookupForm(request.POST if request.method == "POST" else None, initial=given)
    shown, closed = None, None
    if form.is_bound and form.is_valid():
        try:
            shown = public_view(look_up(**form.cleaned_data, address=client_address(request)))
        except DomainError as refusal:
            show_refusal(form, refusal)
            closed = None if isinstance(refusal, InvalidInput) else refusal
    context = {"form": form, "shown": shown, "filled": all(given.values())}
    response = render(request, "requests/lookup.html", context, status=closed.problem.status if closed else 200)
    response["X-Robots-Tag"] = "noindex, nofollow"
    if isinstance(closed, TooMany):
        response["Retry-After"] = str(closed.retry_after)
    return response
