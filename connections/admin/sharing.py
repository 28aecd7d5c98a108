"""Small deeds of SKHCN's people among themselves, from the queue and the working page (ux.md B1)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from connections.admin.pages import dossier_of
from connections.admin.steps import WORKING_PAGE
from connections.models import SavedView
from connections.services import desk
from core.admin import BaseAdmin, acting
from core.problems import DomainError, InvalidInput

QUEUE = "admin:connections_connectionrequest_changelist"
# What an address of the queue may hold; pages and strangers' parameters are not kept.
KEPT = ("tab", "q", "state", "agency", "evaluator")


def mark_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Take a dossier up or put it down, and go back to it."""
    dossier = dossier_of(request, object_id)
    if request.method == "POST":
        take = request.POST.get("do") != "put_down"
        _tell(request, lambda: (desk.take_up if take else desk.put_down)(actor=acting(request), request=dossier))
    return redirect(WORKING_PAGE, dossier.pk)


def note_view(admin: BaseAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """Keep a note; a refusal says why, the text comes back with the working page."""
    dossier = dossier_of(request, object_id)
    if request.method == "POST":
        text = request.POST.get("text", "")
        _tell(request, lambda: desk.write_note(actor=acting(request), request=dossier, text=text), _("Đã ghi chú."))
    return redirect(f"{_address(dossier.pk)}#ghi-chu")


def keep_view(admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Keep the address of a list under a name, and lead back to it."""
    query = _kept(request.POST)
    if request.method == "POST":
        name = request.POST.get("name", "")
        done = _("Đã lưu danh sách «%(name)s».") % {"name": name}
        _tell(request, lambda: desk.keep_view(actor=acting(request), name=name, query=query), done)
    return redirect(f"{redirect(QUEUE).url}?{query}")


def drop_view(admin: BaseAdmin, request: HttpRequest, view_id: int) -> HttpResponse:
    """Let go of a kept list; another person's is not found."""
    view = SavedView.objects.filter(pk=view_id, owner_id=acting(request).user_id).first()
    if view is None:
        raise Http404
    if request.method == "POST":
        _tell(request, lambda: desk.drop_view(actor=acting(request), view=view), _("Đã xóa danh sách."))
    return redirect(QUEUE)


def _tell(request: HttpRequest, deed: Any, done: str = "") -> None:
    try:
        deed()
    except InvalidInput as refusal:
        for texts in refusal.errors.values():
            for text in texts:
                messages.error(request, str(text))
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
    else:
        if done:
            messages.success(request, done)


def _address(pk: int) -> str:
    return redirect(WORKING_PAGE, pk).url


def _kept(given: Any) -> str:
    query = given.copy()
    for name in list(query):
        if name not in KEPT:
            del query[name]
    return str(query.urlencode())
