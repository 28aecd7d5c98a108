"""Own information systems: register, change, show, retire."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from accounts.web.access import needs
from catalog.choices import ContactSide, SystemState
from catalog.guards import SYSTEM_EDIT_OWN, edits_system
from catalog.models import InformationSystem
from catalog.selectors.system_people import contacts_of
from catalog.selectors.systems import history_of
from catalog.services.system_people import may_name
from catalog.services.systems import change_system, move_system, register_system
from catalog.web.system_forms import ReasonForm, SystemForm, values_of
from catalog.web.system_list import READ
from catalog.web.system_people import visible_system
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from core.transitions import offers
from core.web.notes import notes_on


@require_safe
@never_cache
@needs(*READ)
def system(request: Any, code: str) -> HttpResponse:
    """Show one system, what may be done with it and what was done."""
    found = visible_system(request, code)
    if found.code != code:
        return redirect("system", code=found.code)
    events = [
        {"when": fact.at, "what": label, "who": fact.who, "detail": fact.reason} for fact, label in history_of(found)
    ]
    in_use = found.state != SystemState.RETIRED
    context = {
        "system": found,
        "offers": offers(found, request.actor),
        "may_change": edits_system(found, request.actor) and in_use,
        "events": events,
        "contacts": contacts_of(found),
        "dossiers": list(found.dossiers.select_related("added_by")),
        "sides": [
            (side, label) for side, label in ContactSide.choices if may_name(request.actor, found, side) and in_use
        ],
        "connections": notes_on("information_system", found.pk),
        "plans": list(found.plans.all()),
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
    found = visible_system(request, code)
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
    shown |= {name: ", ".join(getattr(found, name)) for name in ("networks", "sandbox_networks", "technologies")}
    shown["kind"] = str(found.get_kind_display())
    names = [name for name in stored if name != "revision" and stored[name] != typed.get(name)]
    return [(str(form.fields[name].label), shown.get(name, stored[name])) for name in names]


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SYSTEM_EDIT_OWN, "system.manage")
def step(request: Any, code: str, name: str) -> HttpResponse:
    """Confirm one step of a system's life: registering a draft, retiring."""
    found = visible_system(request, code)
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
