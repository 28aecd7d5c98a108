"""People of one's own agency: list, invite, end, prolong."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Agency, Membership
from accounts.selectors.people import offers_of, open_invitations, open_offers_of, roles_held
from accounts.services.invitations import invite, renew_invitation, withdraw_invitation
from accounts.services.memberships import end_membership, extend_membership
from accounts.services.second_step import reset_second_step
from accounts.web.access import needs
from accounts.web.people_forms import EndForm, ExtendForm, InviteForm, ResetOwnForm, show_refusal, told
from core.problems import DomainError, GuardRefused, InvalidInput, StateRefused
from core.text import tidy


@require_safe
@never_cache
@needs("people.view_own", "people.manage_own")
def people(request: Any) -> HttpResponse:
    """List who holds which role here, and invitations that wait."""
    words = tidy(request.GET.get("q", ""))[:100]
    page = Paginator(roles_held(request.actor, words), 50).get_page(request.GET.get("page"))
    may_answer = request.actor.may("people.manage_own")
    invitations = open_offers_of(request.actor) if may_answer else open_invitations(request.actor)
    context = {"page": page, "words": words, "invitations": invitations, "may_answer": may_answer}
    return render(request, "people/people.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs("people.manage_own")
def invite_person(request: Any) -> HttpResponse:
    """Invite; the link and the code are shown on the answer to this POST and never again."""
    form = InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        agency = Agency.objects.get(pk=request.actor.agency_id)
        try:
            issued = invite(actor=request.actor, agency=agency, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            return render(request, "people/invited.html", {"issued": issued})
    return render(request, "people/invite.html", {"form": form})


def _stoppable(request: Any, pk: int) -> Membership:
    """Return a role the actor may end: of their own agency, or any at all in an emergency."""
    if not request.actor.may("people.stop_any"):
        return _own(request, pk)
    everyone = Membership.objects.visible_to(request.actor)
    return get_object_or_404(everyone.select_related("user", "agency"), pk=pk)


def _own(request: Any, pk: int) -> Membership:
    found = Membership.objects.visible_to(request.actor).filter(agency=request.actor.agency_id)
    return get_object_or_404(found.select_related("user", "agency"), pk=pk)


@require_http_methods(["GET", "POST"])
@never_cache
@needs("people.manage_own", "people.stop_any")
def end(request: Any, pk: int) -> HttpResponse:
    """Confirm and end a role."""
    membership, form = _stoppable(request, pk), EndForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            end_membership(actor=request.actor, membership=membership, reason=form.cleaned_data["reason"])
        except (InvalidInput, StateRefused, GuardRefused) as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("%(name)s đã thôi vai trò này.") % {"name": membership.user})
            return redirect("people")
    return render(request, "people/end.html", {"form": form, "membership": membership})


@require_http_methods(["GET", "POST"])
@never_cache
@needs("people.manage_own")
def extend(request: Any, pk: int) -> HttpResponse:
    """Give a role a later end."""
    membership, form = _own(request, pk), ExtendForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            extend_membership(actor=request.actor, membership=membership, **form.cleaned_data)
        except (InvalidInput, StateRefused) as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("Đã gia hạn vai trò của %(name)s.") % {"name": membership.user})
            return redirect("people")
    return render(request, "people/extend.html", {"form": form, "membership": membership})


@require_http_methods(["GET", "POST"])
@never_cache
@needs("people.manage_own")
def reset(request: Any, pk: int) -> HttpResponse:
    """Confirm and void the second step of the person who holds this role."""
    membership, form = _own(request, pk), ResetOwnForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            reset_second_step(actor=request.actor, user=membership.user, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            told(form, refusal)
        else:
            messages.success(request, _("Đã đặt lại xác thực hai bước của %(name)s.") % {"name": membership.user})
            return redirect("people")
    return render(request, "people/reset.html", {"form": form, "membership": membership})


@require_POST
@never_cache
@needs("people.manage_own", "role.decide")
def renew(request: Any, pk: int) -> HttpResponse:
    """Send an invitation again; its new secrets are shown on the answer to this POST and never again."""
    issued = renew_invitation(actor=request.actor, invitation=get_object_or_404(offers_of(request.actor), pk=pk))
    return render(request, "people/invited.html", {"issued": issued})


@require_POST
@never_cache
@needs("people.manage_own", "role.decide")
def withdraw(request: Any, pk: int) -> HttpResponse:
    """Take an invitation back."""
    withdraw_invitation(actor=request.actor, invitation=get_object_or_404(offers_of(request.actor), pk=pk))
    messages.success(request, _("Đã thu hồi lời mời."))
    return redirect("people" if request.actor.may("people.manage_own") else "role_changes")
