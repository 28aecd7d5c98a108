"""The pages of one dossier: what stands on all of them, and summary, documents and history (ux.md A2)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from accounts.web.access import needs
from connections.choices import State
from connections.models import ConnectionRequest
from connections.permissions import Offer, offers
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.call_story import VIEW_OWN
from connections.selectors.connections import own_connection
from connections.selectors.files import files_of
from connections.selectors.follow_ups import following, may_follow
from connections.selectors.printouts import papers_of
from connections.selectors.requests import deadlines_of, turn_of
from connections.selectors.thread import unread_in
from connections.selectors.timeline import timeline_of
from connections.selectors.trials import trial_board
from connections.selectors.versions import compare_versions, place_of, versions_of
from connections.services.draft_life import kept_until
from connections.services.drafts import DRAFT, EDITABLE
from connections.web.requests import READ, own
from connections.web.task_list import tasks_of

# Steps the portal has a page for, in the order they are offered: step -> address name.
PAGES = {
    "submit": "check_request",
    "answer_completion": "answer_completion",
    "confirm": "trial",
    "withdraw": "withdraw_request",
}
LATEST = 4


def frame(request: Any, found: ConnectionRequest, here: str) -> dict[str, Any]:
    """Return what every page of a dossier shows: where it stands, whose turn, what waits for the reader, the tabs."""
    steps = [(offer, PAGES[offer.action]) for offer in offers(request.actor, found) if offer.action in PAGES]
    unread = unread_in(found, request.actor)
    return {
        "dossier": found,
        "turn": turn_of(found, request.actor),
        "deadlines": deadlines_of(found),
        "finished": found.state == State.LIVE,
        "steps": steps,
        "work": _work(request, found, steps, unread),
        "may_withdraw": any(offer.action == "withdraw" and offer.refusal is None for offer, _address in steps),
        "tabs": _tabs(found, here, unread),
        "may_bundle": request.actor.may(VIEW_OWN) and found.state not in EDITABLE,
    }


def _work(
    request: Any, found: ConnectionRequest, steps: list[tuple[Offer, str]], unread: int
) -> list[tuple[StrOrPromise, str]]:
    """Return what waits for the reader on this dossier, as verb and address."""
    work: list[tuple[StrOrPromise, str]] = [
        (offer.label, reverse(address, args=[found.pk]))
        for offer, address in steps
        if offer.refusal is None and offer.action != "withdraw"
    ]
    if not work and found.state in EDITABLE and request.actor.may(DRAFT):
        place = {State.DRAFT: (_("Điền các phần của hồ sơ"), "request")}
        label, address = place.get(State(found.state), (_("Trả lời từng nội dung"), "answer_completion"))
        work.append((label, reverse(address, args=[found.pk]) + ("#tasks-head" if address == "request" else "")))
    if unread:
        work.append((_("Đọc %(n)s trao đổi mới") % {"n": unread}, reverse("request_thread", args=[found.pk])))
    return work


def _tabs(found: ConnectionRequest, here: str, unread: int) -> list[dict[str, Any]]:
    tabs = {
        "request": _("Tóm tắt"),
        "request_thread": _("Trao đổi"),
        "request_documents": _("Tài liệu"),
        "trial": _("Kiểm thử"),
        "request_history": _("Lịch sử"),
    }
    if not found.trials.exists():
        del tabs["trial"]
    return [
        {
            "label": label,
            "url": reverse(name, args=[found.pk]),
            "current": name == here,
            "count": unread if name == "request_thread" else 0,
        }
        for name, label in tabs.items()
    ]


@require_safe
@never_cache
@needs(*READ)
def show(request: Any, pk: int) -> HttpResponse:
    """Show a dossier: where it stands, whose turn, what can be done, what it says, what happened last."""
    found = own(request, pk)
    context = {
        "tasks": tasks_of(found) if found.state in EDITABLE and request.actor.may(DRAFT) else [],
        "board": trial_board(request.actor, found),
        "parts": parts_of(found),
        "lines": lines_of(found),
        "points": found.points.select_related("criterion").order_by("-round", "number"),
        "events": timeline_of(found, request.actor)[:LATEST],
        "kept_until": kept_until(found),
        "following": following(found),
        "following_links": True,
        "replaced_by": found.replaced_by if found.state == State.LIVE else None,
        "may_follow": may_follow(request.actor, found),
        "may_copy": bool(found.number) and request.actor.may(DRAFT),
        "papers": papers_of(request.actor, found),
        "connection": own_connection(request.actor, found),
        "may_discard": found.state == State.DRAFT and request.actor.may(DRAFT),
    }
    return render(request, "requests/request.html", frame(request, found, "request") | context)


@require_safe
@never_cache
@needs(*READ)
def history(request: Any, pk: int) -> HttpResponse:
    """Show what happened, milestones first; everything on demand."""
    found, everything = own(request, pk), request.GET.get("details") == "1"
    events = timeline_of(found, request.actor, everything=everything)
    context = {"events": events, "everything": everything}
    return render(request, "requests/request_history.html", frame(request, found, "request_history") | context)


@require_safe
@never_cache
@needs(*READ)
def documents(request: Any, pk: int) -> HttpResponse:
    """Show what belongs to a dossier as documents: its files, and each time it was sent, frozen under its hash."""
    found = own(request, pk)
    files = [(file, place_of(file)) for file in files_of(request.actor, found).select_related("point")]
    papers = papers_of(request.actor, found)
    context = {"versions": versions_of(request.actor, found), "files": files, "papers": papers}
    return render(request, "requests/request_documents.html", frame(request, found, "request_documents") | context)


@require_safe
@never_cache
@needs(*READ)
def versions(request: Any, pk: int) -> HttpResponse:
    """Show what differs between two of the times a dossier was sent."""
    found = own(request, pk)
    compared = compare_versions(request.actor, found, request.GET.get("old", ""), request.GET.get("new", ""))
    context = frame(request, found, "request_documents") | {"compared": compared}
    return render(request, "requests/request_versions.html", context)
