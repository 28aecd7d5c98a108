"""Role changes at the operator: propose, and decide as the second person."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import RoleChange
from accounts.services.role_changes import decide_role_change, propose_role_change
from accounts.web.access import needs
from accounts.web.people_forms import DecideForm, ProposeForm, show_refusal
from core.problems import InvalidInput


@require_http_methods(["GET", "POST"])
@never_cache
@needs("role.propose", "role.decide")
def role_changes(request: Any) -> HttpResponse:
    """List changes, those waiting for me first, and propose a new one."""
    may_propose = request.actor.may("role.propose")
    form = ProposeForm(request.POST or None) if may_propose else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            propose_role_change(actor=request.actor, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi đề nghị, chờ người thứ hai duyệt."))
            return redirect("role_changes")
    known = RoleChange.objects.visible_to(request.actor).select_related("proposed_by", "decided_by")
    waiting = RoleChange.objects.waiting_for(request.actor).select_related("proposed_by")
    return render(request, "people/role_changes.html", {"form": form, "waiting": waiting, "changes": known[:50]})


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
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            if decided.issued is not None:
                return render(request, "people/invited.html", {"issued": decided.issued})
            messages.success(request, _("Đã ghi quyết định."))
            return redirect("role_changes")
    return render(request, "people/decide.html", {"form": form, "change": change})
