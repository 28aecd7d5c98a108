"""What the staff pages of a dossier share: the dossier of the address, the frame, how a refusal is shown."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from accounts.selectors.people import read_people
from connections.models import ConnectionRequest
from connections.selectors.requests import with_clocks
from core.admin import BaseAdmin, acting
from core.forms import show_refusal
from core.problems import DomainError

PEOPLE = ("technical_contact", "sent_by", "evaluator", "proposed_by", "approved_by", "endorsed_by")


def dossier_of(request: HttpRequest, object_id: int | str) -> ConnectionRequest:
    """Return the dossier of the address; 404 for one the actor may not see."""
    if not str(object_id).isdecimal():
        raise Http404
    # One dossier needs more beside it than a row of a list: people are read apart, not joined.
    seen = with_clocks(ConnectionRequest.objects.visible_to(acting(request))).select_related(None)
    found = seen.select_related("agency", "purpose", "system__owner", "system__connection", "work_mark__user")
    dossier: ConnectionRequest = get_object_or_404(found, pk=object_id)
    read_people(dossier, *PEOPLE)
    return dossier


def staff_page(
    admin: BaseAdmin, request: HttpRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Draw a page of the staff rooms that is not a list or a form of Django's."""
    request.current_app = admin.admin_site.name
    shared = {**admin.admin_site.each_context(request), "opts": admin.opts}
    return TemplateResponse(request, template, {**shared, **context}, status=status)


def keep_with(form: Any, dossier: ConnectionRequest, refusal: DomainError) -> int:
    """Put a refusal on *form* with what was typed, ready to be sent again as things stand now; return the status."""
    show_refusal(form, refusal)
    form.data = form.data.copy()
    form.data["version"] = ConnectionRequest.objects.values_list("version", flat=True).get(pk=dossier.pk)
    return refusal.problem.status
