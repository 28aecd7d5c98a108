"""Incidents in the portal: those of one's own agency, reporting one, answering one (ux.md A7)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.selectors.data_errors import prefill_from
from core import clock
from core.forms import show_refusal
from core.problems import DomainError, StateRefused
from core.text import tidy
from core.web.typed import sent_or_kept
from incidents.guards.incidents import REPORT, VIEW_ALL, VIEW_OWN
from incidents.models import Incident
from incidents.selectors.affected import services_of_party
from incidents.selectors.incidents import incident_list, timeline_of
from incidents.services.incident_parties import acknowledge_party
from incidents.services.incident_reports import report_incident
from incidents.services.incident_updates import answer_as_party
from incidents.services.incident_work import finish_task
from incidents.web.incident_forms import ReportForm, ResultForm, SayForm

READ = (VIEW_OWN, VIEW_ALL)
PAGE_SIZE = 25
KINDS = {"new": "progress", "received": "progress", "handling": "progress", "resolved": "live"}


@require_safe
@never_cache
@needs(*READ)
def incidents(request: Any) -> HttpResponse:
    """List the incidents the actor may see, open ones first."""
    words, tab = tidy(request.GET.get("q", ""))[:100], request.GET.get("tab", "")
    page = Paginator(incident_list(request.actor, words=words, tab=tab), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(item, KINDS.get(item.state, "quiet")) for item in page],
        "words": words,
        "tab": tab,
        "may_report": request.actor.may(REPORT),
        "now": clock.now(),
    }
    return render(request, "incidents/incidents.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(REPORT)
def report(request: Any) -> HttpResponse:
    """Report an incident; a service or a call in the address fills what is known."""
    actor = request.actor
    form = ReportForm(sent_or_kept(request), actor=actor, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = report_incident(actor=actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi báo sự cố %(code)s tới Sở Khoa học và Công nghệ.") % {"code": made})
            return redirect("incident", code=made.code)
    return render(request, "incidents/report.html", {"form": form})


def _known(request: Any) -> dict[str, Any]:
    """Return what the address says: a service, or a call of the agency's own systems."""
    found: dict[str, Any] = {}
    if service := request.GET.get("dich-vu", "")[:64]:
        found["service"] = service
    try:
        call_id = UUID(request.GET.get("yeu-cau", ""))
    except ValueError:
        return found
    seen = prefill_from(call_id, request.actor.agency_id or 0)
    return {**found, "service": seen["service"], "call_id": call_id} if seen else found


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def incident(request: Any, code: str) -> HttpResponse:
    """Show an incident as the agency may read it, and carry out what was pressed."""
    actor = request.actor
    seen = Incident.objects.visible_to(actor).select_related("agency", "reporter")
    found = get_object_or_404(seen, code=code)
    pressed, bound = request.POST.get("do", "")[:12], None
    if request.method == "POST" and pressed in DEEDS:
        bound = FORMS[pressed](request.POST) if pressed in FORMS else None
        if bound is None or bound.is_valid():
            try:
                DEEDS[pressed](request, found, bound.cleaned_data if bound else {})
            except StateRefused as refusal:
                messages.info(request, str(refusal.detail))
                if bound is None:
                    return redirect("incident", code=code)
                show_refusal(bound, refusal)
            except DomainError as refusal:
                if bound is None:
                    raise
                show_refusal(bound, refusal)
            else:
                messages.success(request, str(DONE[pressed]))
                return redirect("incident", code=code)
    return render(request, "incidents/incident.html", _shown(actor, found, pressed, bound))


def _shown(actor: Any, found: Incident, pressed: str, bound: Any) -> dict[str, Any]:
    party = found.parties.filter(agency_id=actor.agency_id or 0, told_at__isnull=False).first()
    own = party is not None or found.agency_id == actor.agency_id
    acts = party is not None and actor.may(REPORT)
    tasks = found.tasks.filter(agency_id=actor.agency_id or 0).select_related("done_by")
    return {
        "incident": found,
        "kind": KINDS.get(found.state, "quiet"),
        "party": party,
        "mine": found.agency_id is not None and found.agency_id == actor.agency_id,
        "services": services_of_party(found, actor.agency_id or 0) if own else [],
        "tasks": list(tasks),
        "entries": timeline_of(found, actor, all_of_it=False),
        "may_acknowledge": acts and party is not None and party.acknowledged_at is None,
        "may_say": acts and not found.is_ended,
        "say": bound if pressed == "say" and bound is not None else SayForm(),
        "result": bound if pressed == "done" and bound is not None else None,
        "pressed_task": pressed,
        "form": bound,
        "staff": actor.may(VIEW_ALL),
    }


def _acknowledge(request: Any, found: Incident, _data: dict[str, Any]) -> None:
    acknowledge_party(actor=request.actor, incident=found)


def _say(request: Any, found: Incident, data: dict[str, Any]) -> None:
    answer_as_party(actor=request.actor, incident=found, **data)


def _finish(request: Any, found: Incident, data: dict[str, Any]) -> None:
    typed = request.POST.get("task", "")
    known = int(typed) if typed.isdecimal() and len(typed) < 15 else 0
    task = get_object_or_404(found.tasks.select_related("incident"), pk=known, agency_id=request.actor.agency_id or 0)
    finish_task(actor=request.actor, task=task, **data)


FORMS: dict[str, Any] = {"say": SayForm, "done": ResultForm}
DEEDS: dict[str, Callable[[Any, Incident, dict[str, Any]], None]] = {
    "acknowledge": _acknowledge,
    "say": _say,
    "done": _finish,
}
DONE = {
    "acknowledge": gettext_lazy("Đã xác nhận; Sở Khoa học và Công nghệ biết cơ quan đã nắm được."),
    "say": gettext_lazy("Đã gửi ý kiến."),
    "done": gettext_lazy("Đã ghi việc là xong."),
}
