"""Dossiers of one's own agency: list, begin, show (ux.md A1, A2)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.selectors.calendar import work_calendar
from accounts.web.access import needs
from connections.choices import State
from connections.models import ConnectionRequest
from connections.permissions import offers
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.requests import deadline_of, found_requests, turn_of, with_clocks
from connections.selectors.timeline import timeline_of
from connections.selectors.trials import trial_board
from connections.services.drafts import DRAFT, EDITABLE, begin_request
from connections.web.part_forms import PARTS
from core.text import tidy

READ = ("request.view_own",)
# Steps the portal has a page for, in the order they are offered: step -> address name.
PAGES = {
    "submit": "check_request",
    "answer_completion": "answer_completion",
    "confirm": "trial",
    "withdraw": "withdraw_request",
}


def own(request: Any, pk: int) -> ConnectionRequest:
    """Return a dossier of the actor's agency; another agency's is not found."""
    visible = ConnectionRequest.objects.visible_to(request.actor).filter(agency_id=request.actor.agency_id or 0)
    related = ("agency", "system__operating_unit", "purpose", "technical_contact", "created_by", "sent_by")
    return get_object_or_404(visible.select_related(*related), pk=pk)


@require_safe
@never_cache
@needs(*READ)
def requests(request: Any) -> HttpResponse:
    """List the agency's dossiers, newest first, found by folded words and by state."""
    words = tidy(request.GET.get("q", ""))[:100]
    state = request.GET.get("state", "")
    found = found_requests(request.actor, words=words, state=state)
    page = Paginator(with_clocks(found), 25).get_page(request.GET.get("page"))
    calendar = work_calendar()
    rows = [(item, deadline_of(item, calendar), turn_of(item, request.actor)) for item in page]
    context = {"page": page, "rows": rows, "words": words, "state": state, "states": State.choices}
    return render(request, "requests/requests.html", context | {"may_begin": request.actor.may(DRAFT)})


@require_POST
@needs(DRAFT)
def begin(request: Any) -> HttpResponse:
    """Begin a draft and lead to its parts."""
    made = begin_request(actor=request.actor)
    messages.success(request, _("Đã lập bản nháp. Điền các phần theo thứ tự bất kỳ; mỗi phần được lưu riêng."))
    return redirect("request", pk=made.pk)


@require_safe
@never_cache
@needs(*READ)
def show(request: Any, pk: int) -> HttpResponse:
    """Show a dossier: where it stands, whose turn, what can be done, what it says, what happened."""
    found = own(request, pk)
    everything = request.GET.get("details") == "1"
    context = {
        "dossier": found,
        "deadline": deadline_of(found),
        "turn": turn_of(found, request.actor),
        "finished": found.state == State.LIVE,
        "steps": [(offer, PAGES[offer.action]) for offer in offers(request.actor, found) if offer.action in PAGES],
        "tasks": _tasks(found) if found.state in EDITABLE and request.actor.may(DRAFT) else [],
        "board": trial_board(request.actor, found),
        "parts": parts_of(found),
        "lines": lines_of(found),
        "points": found.points.select_related("criterion").order_by("-round", "number"),
        "events": timeline_of(found, request.actor, everything=everything),
        "everything": everything,
        "may_discard": found.state == State.DRAFT and request.actor.may(DRAFT),
    }
    return render(request, "requests/request.html", context)


def _tasks(found: ConnectionRequest) -> list[dict[str, Any]]:
    complete = found.parts()
    tasks = [
        {"title": title, "url": f"phan/{slug}/", "state": "done" if complete[key] else _state(found, key)}
        for slug, (key, title, _form) in PARTS.items()
    ]
    if found.state == State.DRAFT:
        ready = all(complete.values())
        hint = _("Xem lại toàn bộ rồi chuyển đại diện cơ quan gửi") if ready else _("Mở khi sáu phần trên đã xong")
        state = "todo" if ready else "blocked"
        tasks.append({"title": _("Kiểm tra và gửi"), "url": "kiem-tra/", "state": state, "hint": hint})
    return tasks


def _state(found: ConnectionRequest, key: str) -> str:
    """Return "started" for a part with something in it, "todo" for an empty one."""
    begun = {
        "contacts": found.responsible_leader or found.technical_contact_id,
        "purpose": found.purpose_id or found.purpose_text or found.legal_basis,
        "scope": found.personal_data is not None or found.national_database is not None or found.lines.exists(),
        "technical": found.networks or found.daily_calls or found.peak_per_second,
        "plans": found.operation_plan or found.security_plan,
    }
    return "started" if begun.get(key) else "todo"
