"""Own information systems: list, register, change, show, retire."""

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
from catalog.choices import SystemState
from catalog.guards import SYSTEM_EDIT_OWN, edits_system
from catalog.models import InformationSystem
from catalog.selectors.systems import history_of
from catalog.services.systems import change_system, move_system, register_system
from catalog.web.system_forms import ReasonForm, SystemForm, values_of
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from core.text import tidy
from core.transitions import offers

READ = ("system.view_own", "system.view_all")


@require_safe
@never_cache
@needs(*READ)
def systems(request: Any) -> HttpResponse:
    """List the systems the actor sees; retired ones only when asked."""
    words = tidy(request.GET.get("q", ""))[:100]
    retired = request.GET.get("retired") == "1"
    visible = InformationSystem.objects.visible_to(request.actor).matching(words).select_related("owner")
    found = visible.filter(state=SystemState.RETIRED) if retired else visible.exclude(state=SystemState.RETIRED)
    context = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "words": words,
        "retired": retired,
        "may_register": request.actor.may(SYSTEM_EDIT_OWN),
    }
    return render(request, "systems/systems.html", context)


def _visible(request: Any, code: str) -> InformationSystem:
    found = InformationSystem.objects.visible_to(request.actor).select_related("owner", "operating_unit")
    return get_object_or_404(found, code=code)


@require_safe
@never_cache
@needs(*READ)
def system(request: Any, code: str) -> HttpResponse:
    """Show one system, what may be done with it and what was done."""
    found = _visible(request, code)
    events = [
        {"when": fact.at, "what": label, "who": f"{fact.actor_name}, {fact.agency_name}", "detail": fact.reason}
        for fact, label in history_of(found)
    ]
    context = {
        "system": found,
        "offers": offers(found, request.actor),
        "may_change": edits_system(found, request.actor) and found.state != SystemState.RETIRED,
        "events": events,
    }
    return render(request, "systems/system.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SYSTEM_EDIT_OWN)
def register(request: Any) -> HttpResponse:
    """Register a system of the actor's own agency, or keep it as a draft."""
    agency = get_object_or_404(Agency, pk=request.actor.agency_id)
    draft = "draft" in request.POST
    form = SystemForm(request.POST or None, agency_id=agency.pk, draft=draft, initial={"operating_unit": agency.pk})
    if form.is_bound and form.is_valid():
        try:
            made = register_system(actor=request.actor, owner=agency, draft=draft, **_told(form))
        except InvalidInput as refusal:
            _show(form, refusal)
        else:
            text = _("Đã lưu bản nháp %(name)s.") if draft else _("Đã đăng ký %(name)s.")
            messages.success(request, text % {"name": made})
            return redirect("system", code=made.code)
    return render(request, "systems/form.html", {"form": form, "agency": agency})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SYSTEM_EDIT_OWN, "system.manage")
def change(request: Any, code: str) -> HttpResponse:
    """Change a system; when somebody was faster, say what they changed and keep what was typed."""
    found = _visible(request, code)
    if not edits_system(found, request.actor):
        raise Http404
    draft = found.state == SystemState.DRAFT
    form = SystemForm(request.POST or None, agency_id=found.owner_id, draft=draft, initial=values_of(found))
    now: list[tuple[str, Any]] = []
    if form.is_bound and form.is_valid():
        try:
            change_system(
                actor=request.actor, system=found, revision=form.cleaned_data["revision"] or 0, **_told(form)
            )
        except InvalidInput as refusal:
            _show(form, refusal)
        except StateRefused as refusal:
            form.add_error(None, str(refusal.detail))
            now = _differences(form, found)
        else:
            messages.success(request, _("Đã lưu thay đổi."))
            return redirect("system", code=found.code)
    return render(request, "systems/form.html", {"form": form, "system": found, "agency": found.owner, "now": now})


def _differences(form: SystemForm, found: InformationSystem) -> list[tuple[str, Any]]:
    """Return what is stored now where it differs from what was typed, and let the form be sent again over it."""
    data: Any = form.data
    data = data.copy()
    data["revision"] = str(found.revision)
    form.data = data
    stored = values_of(found)
    typed = {**form.cleaned_data, "operating_unit": getattr(form.cleaned_data["operating_unit"], "pk", None)}
    shown = {"operating_unit": found.operating_unit.name, "environments": ", ".join(found.environment_labels)}
    shown["networks"] = ", ".join(found.networks)
    names = [name for name in stored if name != "revision" and stored[name] != typed.get(name)]
    return [(str(form.fields[name].label), shown.get(name, stored[name])) for name in names]


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SYSTEM_EDIT_OWN, "system.manage")
def step(request: Any, code: str, name: str) -> HttpResponse:
    """Confirm one step of a system's life: registering a draft, retiring."""
    found = _visible(request, code)
    offer = next((item for item in offers(found, request.actor) if item.name == name), None)
    form = ReasonForm(request.POST or None) if offer is None or offer.reason_required else None
    if request.method == "POST":
        reason = str(request.POST.get("reason", ""))
        try:
            move_system(actor=request.actor, system=found, step=name, reason=reason)
        except InvalidInput as refusal:
            if form is None or form.is_valid():
                raise
            _show(form, refusal)
        except PermissionRefused:
            raise Http404 from None
        else:
            messages.success(request, _("Đã thực hiện: %(deed)s.") % {"deed": offer.label if offer else name})
            return redirect("system", code=found.code)
    if offer is None:
        raise Http404
    return render(request, "systems/step.html", {"form": form, "system": found, "offer": offer})


def _told(form: SystemForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "revision"}


def _show(form: Any, refusal: DomainError) -> None:
    for name, texts in getattr(refusal, "errors", {}).items():
        for text in texts:
            if text not in form.errors.get(name, []):
                form.add_error(name if name in form.fields else None, text)
