"""Keys of one's own systems (ux.md C4): the secret is on the answer to one POST and never again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.models import InformationSystem
from connections.selectors.grants import grants_seen
from connections.selectors.keys import keys_seen
from connections.services.keys import MANAGE_OWN, make_key, revoke_key
from connections.web.calls import READ_CALLS
from connections.web.requests import READ
from connections.web.sending import ReasonForm
from core.choices import Environment
from core.forms import PortalForm, show_refusal
from core.problems import DomainError


class KeyForm(PortalForm):
    """Which environment a key is for."""

    environment = forms.ChoiceField(
        label=gettext_lazy("Môi trường"), choices=Environment.choices, widget=forms.RadioSelect
    )


def _systems(request: Any) -> Any:
    own = InformationSystem.objects.visible_to(request.actor).filter(owner=request.actor.agency_id or 0)
    return own.filter(connection__isnull=False).order_by("sort_key", "pk")


@require_safe
@never_cache
@needs(*READ)
def developer(request: Any) -> HttpResponse:
    """Show the connected systems of the agency with their grants and keys."""
    systems = list(_systems(request)[:50])
    keys = _by_system(keys_seen(request.actor).filter(system__in=systems))
    grants = _by_system(grants_seen(request.actor).filter(system__in=systems))
    rows = [(system, grants.get(system.pk, []), keys.get(system.pk, [])) for system in systems]
    context = {
        "rows": rows,
        "may_manage": request.actor.may(MANAGE_OWN),
        "may_read_calls": request.actor.may(READ_CALLS),
    }
    return render(request, "developer/systems.html", context)


def _by_system(found: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for item in found:
        grouped.setdefault(item.system_id, []).append(item)
    return grouped


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def new_key(request: Any, code: str) -> HttpResponse:
    """Make a key; the answer to this POST shows its secret the one time it is shown."""
    system = get_object_or_404(_systems(request), code=code)
    form = KeyForm(request.POST or None, initial={"environment": Environment.SANDBOX})
    if form.is_bound and form.is_valid():
        try:
            made = make_key(actor=request.actor, system=system, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return render(request, "developer/key_made.html", {"made": made, "system": system})
    return render(request, "developer/new_key.html", {"form": form, "system": system})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def revoke(request: Any, pk: int) -> HttpResponse:
    """End a key after asking why."""
    visible = keys_seen(request.actor).filter(system__owner=request.actor.agency_id or 0)
    credential, form = get_object_or_404(visible, pk=pk), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            revoke_key(actor=request.actor, credential=credential, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã thu hồi khóa %(key)s.") % {"key": credential})
            return redirect("developer")
    return render(request, "developer/revoke_key.html", {"form": form, "credential": credential})
