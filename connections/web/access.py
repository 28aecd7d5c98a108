"""Requests for use: the list and the page, for who asks, who provides and who decides (ux.md A5, A6)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from connections.choices import AccessState
from connections.guards.access import ADVISE, fills, sends, withdraws
from connections.models import AccessLine, AccessRequest
from connections.selectors.access import access_seen, lines_seen, may_ask
from connections.services.access import give_opinion
from connections.web.access_forms import OpinionForm
from connections.web.baskets import save_basket
from core.forms import show_refusal
from core.problems import DomainError
from core.text import tidy

READ = ("request.view_own", "request.view_all", "grant.advise")
PAGE_SIZE = 25


@require_safe
@never_cache
@needs(*READ)
def accesses(request: Any) -> HttpResponse:
    """List the requests for use the actor may see, newest first."""
    words, state = tidy(request.GET.get("q", ""))[:100], request.GET.get("state", "")
    state = state if state in AccessState.values else ""
    found = access_seen(request.actor, words=words, state=state)
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "words": words,
        "state": state,
        "states": AccessState.choices,
        "narrowed": bool(words or state),
        "may_ask": may_ask(request.actor),
    }
    return render(request, "access/accesses.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def access(request: Any, pk: int) -> HttpResponse:
    """Show a request; the basket of one's own agency is filled out here."""
    found, actor = visible(request, pk), request.actor
    form = None
    if found.state == AccessState.DRAFT and fills(found, actor):
        form, done = save_basket(request, found)
        if done is not None:
            return done
    views = lines_seen(actor, found)
    context = {
        "access": found,
        "form": form,
        "views": views,
        "mine": actor.agency_id == found.agency_id,
        "staff": actor.may("request.view_all"),
        "may_send": found.state == AccessState.DRAFT and sends(found, actor),
        "may_withdraw": found.state in (AccessState.DRAFT, AccessState.SENT) and withdraws(found, actor),
        "advises": {view.line.pk for view in views if _advises(actor, found, view.line)},
    }
    return render(request, "access/access.html", context)


def visible(request: Any, pk: int) -> AccessRequest:
    """Return a request the actor may see; another's is not found."""
    related = ("agency", "system", "purpose", "sent_by", "proposed_by", "decided_by")
    found: AccessRequest = get_object_or_404(
        AccessRequest.objects.visible_to(request.actor).select_related(*related), pk=pk
    )
    return found


def _advises(actor: Any, found: AccessRequest, line: Any) -> bool:
    own = actor.agency_id is not None and line.service.provider_id == actor.agency_id
    return own and actor.may(ADVISE) and found.state == AccessState.SENT


@require_http_methods(["GET", "POST"])
@never_cache
@needs(ADVISE)
def opinion(request: Any, pk: int, code: str) -> HttpResponse:
    """Say what the provider thinks of one of its services that is asked for."""
    found = visible(request, pk)
    own = AccessLine.objects.filter(access=found, service__provider_id=request.actor.agency_id or 0)
    line = get_object_or_404(own.select_related("service__provider", "access"), service__code=code)
    initial = {"opinion": line.opinion, "text": line.opinion_text}
    form = OpinionForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            give_opinion(actor=request.actor, line=line, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã ghi ý kiến về dịch vụ «%(title)s».") % {"title": line.service.title})
            return redirect("access", pk=found.pk)
    view = next(view for view in lines_seen(request.actor, found) if view.line.pk == line.pk)
    return render(request, "access/opinion.html", {"access": found, "view": view, "form": form})
