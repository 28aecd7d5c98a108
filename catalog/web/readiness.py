"""Coming to the platform on the portal: the list, one entry, its deeds, who declared nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from accounts.web.access import needs
from catalog.choices import PlanState
from catalog.guards import SYSTEM_EDIT_OWN, may_edit_systems_of
from catalog.models import ConnectionPlan, ReadinessCriterion
from catalog.selectors import readiness as read
from catalog.services import readiness as deeds
from catalog.services.readiness_export import export_plans
from catalog.web.readiness_forms import AssessForm, PlanForm, RevisedForm, plan_values
from catalog.web.system_forms import ReasonForm
from catalog.web.system_list import READ
from core import clock
from core.forms import show_refusal
from core.problems import DomainError
from core.sheets import XLSX
from core.text import tidy
from core.web.downloads import name_download

EDIT = (SYSTEM_EDIT_OWN, "system.manage")
PAGE_SIZE = 50


def _wanted(request: Any) -> read.PlansWanted:
    given = request.GET
    states = tuple(state for state in PlanState.values if state in given.getlist("state"))
    words, agency = tidy(given.get("q", ""))[:100], tidy(given.get("agency", ""))[:35]
    return read.PlansWanted(words, agency, states, given.get("overdue") == "1")


@require_safe
@never_cache
@needs(*READ)
def plans(request: Any) -> HttpResponse:
    """List what must connect, how ready it is, by when, and what is past its day."""
    wanted, staff = _wanted(request), request.actor.may("system.view_all")
    counts = read.state_counts(request.actor, wanted)
    options = [{"value": v, "label": t, "count": n, "selected": v in wanted.states} for v, t, n in counts]
    late = read.overdue_count(request.actor)
    overdue = [{"value": "1", "label": _("Quá ngày dự kiến"), "count": late, "selected": wanted.overdue}]
    context = {
        "page": Paginator(read.plans_found(request.actor, wanted), PAGE_SIZE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "facets": [
            {"name": "state", "label": _("Tình trạng"), "options": options},
            {"name": "overdue", "label": _("Thời hạn"), "options": overdue},
        ],
        "agencies": read.agencies_planning(request.actor) if staff else [],
        "asked": read.questions_asked(),
        "today": clock.today(),
        "staff": staff,
        "query": request.GET.urlencode(),
        "may_enter": request.actor.may(SYSTEM_EDIT_OWN),
    }
    return render(request, "readiness/plans.html", context)


@require_safe
@never_cache
@needs(*READ)
def export(request: Any) -> HttpResponse:
    """Send what the list shows, all its pages."""
    name, content = export_plans(read.plans_found(request.actor, _wanted(request)))
    return name_download(HttpResponse(content, content_type=XLSX), name)


@require_safe
@never_cache
@needs("system.view_all")
def silent(request: Any) -> HttpResponse:
    """List the agencies that declared no system yet."""
    words = tidy(request.GET.get("q", ""))[:100]
    page = Paginator(read.agencies_silent(words), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "readiness/silent.html", {"page": page, "words": words})


def _visible(request: Any, pk: int) -> ConnectionPlan:
    found = ConnectionPlan.objects.visible_to(request.actor).select_related("agency", "system")
    return get_object_or_404(found, pk=pk)


def _editable(request: Any, pk: int) -> ConnectionPlan:
    found = _visible(request, pk)
    if not may_edit_systems_of(request.actor, found.agency_id):
        raise Http404
    return found


@require_safe
@never_cache
@needs(*READ)
def plan(request: Any, pk: int) -> HttpResponse:
    """Show one entry: how ready, what is lacking, by when, what was done."""
    found = _visible(request, pk)
    events = [
        {"when": fact.at, "what": label, "who": fact.who, "detail": fact.reason}
        for fact, label in read.history_of_plan(found)
    ]
    may_edit = may_edit_systems_of(request.actor, found.agency_id) and found.state != PlanState.DROPPED
    context = {
        "plan": found,
        "readiness": read.readiness_of(found),
        "late": bool(found.due and found.due < clock.today() and not found.is_done),
        "may_edit": may_edit,
        "events": events,
    }
    return render(request, "readiness/plan.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SYSTEM_EDIT_OWN)
def enter(request: Any) -> HttpResponse:
    """Put a system of the actor's own agency into the plan."""
    agency = get_object_or_404(Agency, pk=request.actor.agency_id)
    form = PlanForm(request.POST or None, agency_id=agency.pk)

    def save(**fields: Any) -> ConnectionPlan:
        fields.pop("revision", None)
        return deeds.enter_plan(actor=request.actor, agency=agency, **fields)

    context = {"title": _("Đưa hệ thống vào kế hoạch kết nối"), "agency": agency}
    return _page(request, form, save, "readiness/form.html", **context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def change(request: Any, pk: int) -> HttpResponse:
    """Change an entry."""
    found = _editable(request, pk)
    form = PlanForm(request.POST or None, agency_id=found.agency_id, plan=found, initial=plan_values(found))

    def save(**fields: Any) -> ConnectionPlan:
        return deeds.change_plan(actor=request.actor, plan=found, **fields)

    context = {"title": _("Sửa kế hoạch kết nối"), "agency": found.agency, "plan": found}
    return _page(request, form, save, "readiness/form.html", **context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def revise(request: Any, pk: int) -> HttpResponse:
    """Put the day off, or bring it forward, with the reason."""
    found = _editable(request, pk)
    form = RevisedForm(request.POST or None, initial={"revision": found.revision})

    def save(**fields: Any) -> ConnectionPlan:
        return deeds.revise_day(actor=request.actor, plan=found, **fields)

    context = {"title": _("Đổi ngày dự kiến kết nối"), "agency": found.agency, "plan": found}
    return _page(request, form, save, "readiness/form.html", **context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def assess(request: Any, pk: int) -> HttpResponse:
    """Answer the questions of the self-assessment."""
    found = _editable(request, pk)
    criteria = list(ReadinessCriterion.objects.filter(active=True))
    answers = {item.criterion_id: item for item in found.answers.filter(criterion__active=True)}
    initial = {"revision": found.revision}
    form = AssessForm(request.POST or None, criteria=criteria, answers=answers, initial=initial)

    def save(**fields: Any) -> ConnectionPlan:
        revision = fields.get("revision")
        return deeds.assess(actor=request.actor, plan=found, answers=form.answers(), revision=revision)

    context = {"title": _("Tự đánh giá mức sẵn sàng"), "agency": found.agency, "plan": found, "criteria": criteria}
    return _page(request, form, save, "readiness/assess.html", **context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*EDIT)
def drop(request: Any, pk: int) -> HttpResponse:
    """Take an entry out of the plan."""
    found = _editable(request, pk)
    form = ReasonForm(request.POST or None)

    def save(**fields: Any) -> ConnectionPlan:
        return deeds.drop_plan(actor=request.actor, plan=found, **fields)

    context = {"title": _("Đưa ra khỏi kế hoạch kết nối"), "agency": found.agency, "plan": found}
    return _page(request, form, save, "readiness/form.html", **context)


def _page(request: Any, form: Any, save: Callable[..., ConnectionPlan], template: str, **context: Any) -> HttpResponse:
    """Draw a form of one deed; what it refuses comes back with everything that was typed."""
    if form.is_bound and form.is_valid():
        try:
            done = save(**form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã lưu thay đổi."))
            return redirect("plan", pk=done.pk)
    return render(request, template, {"form": form, **context})
