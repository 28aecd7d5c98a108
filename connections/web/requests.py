"""Dossiers of one's own agency: the list (ux.md A2)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors.calendar import work_calendar
from accounts.selectors.people import read_people
from accounts.web.access import needs
from connections.choices import State
from connections.models import ConnectionRequest
from connections.selectors.requests import deadline_of, found_requests, turn_of, with_turns
from connections.selectors.workbench import waiting_for
from connections.services.drafts import DRAFT
from core.text import tidy

READ = ("request.view_own",)
PAGE_SIZE = 25
# Whom a dossier waits for: value of the filter -> label.
WAITS = {"mine": gettext_lazy("Chờ cơ quan bạn"), "others": gettext_lazy("Chờ nơi khác")}


def own(request: Any, pk: int) -> ConnectionRequest:
    """Return a dossier of the actor's agency; another agency's is not found."""
    visible = ConnectionRequest.objects.visible_to(request.actor).filter(agency_id=request.actor.agency_id or 0)
    related = visible.select_related("agency", "system__operating_unit", "purpose")
    found: ConnectionRequest = get_object_or_404(related, pk=pk)
    read_people(found, "technical_contact", "created_by", "sent_by")
    return found


@require_safe
@never_cache
@needs(*READ)
def requests(request: Any) -> HttpResponse:
    """List the agency's dossiers, newest first; what narrows the list stands in the address."""
    words = tidy(request.GET.get("q", ""))[:100]
    state, waits = request.GET.get("state", ""), request.GET.get("waits", "")
    found = found_requests(request.actor, words=words, state=state)
    if waits in WAITS:
        mine = waiting_for(request.actor).values("pk")
        found = found.filter(pk__in=mine) if waits == "mine" else found.exclude(pk__in=mine)
    page = Paginator(with_turns(found), PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = work_calendar()
    context = {
        "page": page,
        "rows": [(item, deadline_of(item, calendar), turn_of(item, request.actor)) for item in page],
        "words": words,
        "state": state,
        "states": State.choices,
        "waits": waits,
        "waiting": WAITS.items(),
        "narrowed": bool(words or state or waits),
        "may_begin": request.actor.may(DRAFT),
    }
    return render(request, "requests/requests.html", context)
