"""Role changes at the operator: propose, and decide as the second person."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import RoleChange
from accounts.selectors.people import held_outside, open_offers_of
from accounts.services.role_changes import decide_role_change, propose_role_change, propose_second_step_reset
from accounts.web.access import needs
from accounts.web.people_forms import DecideForm, ProposeForm, ResetForm, told
from core.problems import DomainError, InvalidInput, StateRefused


@require_http_methods(["GET", "POST"])
@never_cache
@needs("role.propose", "role.decide")
def role_changes(request: Any) -> HttpResponse:
    """List changes, those waiting for me first, and propose a new one."""
    may_propose = request.actor.may("role.propose")
    form = ProposeForm(request.POST or None, initial=request.GET.dict()) if may_propose else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            propose_role_change(actor=request.actor, **form.cleaned_data)
        except InvalidInput as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("Đã gửi đề nghị, chờ người thứ hai duyệt."))
            return redirect("role_changes")
    known = RoleChange.objects.visible_to(request.actor).select_related("proposed_by", "decided_by", "agency")
    context = {
        "form": form,
        "waiting": RoleChange.objects.waiting_for(request.actor).select_related("proposed_by", "agency"),
        "changes": known[:50],
        "offers": open_offers_of(request.actor),
        "outside": held_outside(request.actor),
    }
    return render(request, "people/role_changes.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs("role.propose")
def propose_reset(request: Any) -> HttpResponse:
    """Propose to void a lost second step."""
    form = ResetForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            propose_second_step_reset(actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("Đã gửi đề nghị, chờ người thứ hai duyệt."))
            return redirect("role_changes")
    return render(request, "people/propose_reset.html", {"form": form})


@require_http_methods(["GET", "POST"])
@never_cache
@needs("role.decide")
def decide(request: Any, pk: int) -> HttpResponse:
    """Show one proposal and approve or return it; secrets of an invitation are shown once."""
    found = RoleChange.objects.visible_to(request.actor).select_related("proposed_by", "decided_by", "agency")
    change, form = get_object_or_404(found, pk=pk), DecideForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            decided = decide_role_change(actor=request.actor, change=change, **form.cleaned_data)
        except (InvalidInput, StateRefused) as refusal:
            told(form, refusal)
            change.refresh_from_db()
        else:
            if decided.issued is not None:
                return render(request, "people/invited.html", {"issued": decided.issued})
            messages.success(request, _("Đã ghi quyết định."))
            return redirect("role_changes")
    return render(request, "people/decide.html", {"form": form, "change": change})
