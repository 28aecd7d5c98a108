"""An agency's own data services: list, register, show, change (ux.md A6)."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from accounts.web.access import needs
from catalog.choices import CALLABLE, ServiceState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DataService
from catalog.selectors.provided import gaps_of, history_of, services_of, shown
from catalog.services.data_services import change_service, create_service
from catalog.web.provider_forms import NewServiceForm, ServiceForm, values_of
from core.forms import show_refusal
from core.problems import DomainError, PermissionRefused
from core.text import tidy

CHOSEN = ("sharing_method", "sharing_class", "importance", "personal_data", "data_layer")


@require_safe
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_services(request: Any) -> HttpResponse:
    """List the services of the actor's agency with the state of their versions and what they lack."""
    words = tidy(request.GET.get("q", ""))[:100]
    page = Paginator(services_of(request.actor, words), 50).get_page(request.GET.get("page"))
    return render(
        request,
        "provider_services/services.html",
        {"page": page, "rows": [shown(item) for item in page], "words": words},
    )


def own(request: Any, code: str) -> DataService:
    """Return the service of the actor's agency; 404 for what is another's."""
    return get_object_or_404(services_of(request.actor), code=code)


@require_safe
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_service(request: Any, code: str) -> HttpResponse:
    """Show one service: what the catalogue says, what it lacks, its versions and what was done."""
    found = own(request, code)
    states = {item.state for item in found.versions.all()}
    context = {
        "service": found,
        "versions": list(found.versions.all()),
        "gaps": gaps_of(found),
        "may_change": not states & {ServiceState.AWAITING, *CALLABLE},
        "published": bool(states & set(CALLABLE)),
        "events": [
            {"when": fact.at, "what": label, "who": f"{fact.actor_name}, {fact.agency_name}", "detail": fact.reason}
            for fact, label in history_of(found)
        ],
    }
    return render(request, "provider_services/service.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def register_service(request: Any) -> HttpResponse:
    """Enter a service of the actor's own agency; gaps may stay until publication is asked for."""
    agency = get_object_or_404(Agency, pk=request.actor.agency_id)
    form = NewServiceForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = create_service(actor=request.actor, provider=agency, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Đã đăng ký %(name)s. Tiếp theo: lập phiên bản.") % {"name": made.title})
            return redirect("own_service", code=made.code)
    return render(request, "provider_services/form.html", {"form": form, "agency": agency})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def change_own_service(request: Any, code: str) -> HttpResponse:
    """Change what the catalogue says of a service; when somebody was faster, say so and keep what was typed."""
    found = own(request, code)
    form = ServiceForm(request.POST or None, initial=values_of(found), chosen=found.sector_id)
    now: list[tuple[str, Any]] = []
    if form.is_bound and form.is_valid():
        try:
            change_service(actor=request.actor, service=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
            now = differences(form, found)
        else:
            messages.success(request, _("Đã lưu thay đổi."))
            return redirect("own_service", code=found.code)
    context = {"form": form, "service": found, "agency": found.provider, "now": now}
    return render(request, "provider_services/form.html", context)


def differences(form: ServiceForm, found: DataService) -> list[tuple[str, Any]]:
    """Return what is stored now where it differs from what was typed over an older state; it may be sent again."""
    if form.cleaned_data.get("revision") == found.revision:
        return []
    let_again(form, found.revision)
    changed = [name for name, value in values_of(found).items() if value != form.cleaned_data.get(name)]
    shown = {name: getattr(found, f"get_{name}_display")() for name in CHOSEN}
    return [
        (str(form.fields[name].label), shown.get(name, getattr(found, name))) for name in changed if name != "revision"
    ]


def refused(form: Any, refusal: DomainError) -> None:
    """Show *refusal* on *form*; what the person may not do at all is a page of its own."""
    if isinstance(refusal, PermissionRefused):
        raise refusal
    show_refusal(form, refusal)


def let_again(form: Any, revision: int) -> None:
    """Let what was typed be sent once more, now over *revision*, which the person has been told of."""
    data = form.data.copy()
    data["revision"] = str(revision)
    form.data = data
