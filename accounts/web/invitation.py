"""Accepting an invitation: public, one answer for every dead link."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.services.invitations import accept_invitation, find_invitation
from accounts.web.people_forms import AcceptForm, AcceptNewForm, show_refusal
from core.problems import PROBLEMS, InvalidInput, NoLongerValid
from core.web.errors import problem_page


@require_http_methods(["GET", "POST"])
@never_cache
def accept(request: Any, token: str) -> HttpResponse:
    """Answer the link; whatever the answer, the address that opens the offer is neither indexed nor passed on."""
    try:
        response = _offer(request, token)
    except NoLongerValid as refusal:
        response = problem_page(request, PROBLEMS[refusal.code], detail=refusal.detail)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _offer(request: Any, token: str) -> HttpResponse:
    """Show the offer and take the code (and, for a new person, a name and a password)."""
    offer = find_invitation(token)
    has_account = User.objects.filter(email__iexact=offer.email).exists()
    kind = AcceptForm if request.actor.is_person or has_account else AcceptNewForm
    initial = {"full_name": offer.full_name} if kind is AcceptNewForm else None
    form = kind(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        signed_in = request.user if request.actor.is_person else None
        try:
            accept_invitation(actor=request.actor, token=token, signed_in=signed_in, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã nhận lời mời."))
            return redirect("workbench" if signed_in else "account_login")
    sign_in_first = has_account and not request.actor.is_person
    return render(request, "people/invitation.html", {"form": form, "offer": offer, "sign_in_first": sign_in_first})
