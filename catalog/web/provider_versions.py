"""Versions of an agency's own services: make, show, bound, ask for publication and take it back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.choices import ServiceState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import ServiceVersion
from catalog.selectors.elements import already_shared
from catalog.selectors.history import last_fact_of
from catalog.selectors.provided import parts_of
from catalog.services.versions import DEEDS, FIELDS, change_version, create_version, move_version, next_name
from catalog.web.provider import let_again, own, refused
from catalog.web.provider_forms import NewVersionForm, VersionForm
from core.problems import DomainError, PermissionRefused
from core.transitions import offers

# What each step of the provider does, told before it is confirmed.
SAID = {
    "ask": (
        gettext_lazy("Sở Khoa học và Công nghệ xem và công bố, hoặc trả lại kèm lý do."),
        gettext_lazy("Trong lúc chờ, dịch vụ và phiên bản giữ nguyên; muốn sửa thì rút đề nghị."),
    ),
    "recall": (gettext_lazy("Phiên bản trở lại bản nháp để sửa; sửa xong đề nghị công bố lại."),),
}


def own_version_of(request: Any, code: str, name: str) -> ServiceVersion:
    """Return a version of a service of the actor's agency; 404 for what is another's."""
    service = own(request, code)
    return get_object_or_404(ServiceVersion.objects.select_related("service__provider"), service=service, name=name)


@require_safe
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_version(request: Any, code: str, name: str) -> HttpResponse:
    """Show a version: what it waits for, its operations with classed fields, its addresses, its descriptions."""
    found = own_version_of(request, code, name)
    operations, upstreams, descriptions = parts_of(found)
    returned = last_fact_of(found)
    told = [(item.name, item.label) for operation in operations for item in operation.elements.all()]
    context = {
        "service": found.service,
        "version": found,
        "offers": offers(found, request.actor),
        "operations": operations,
        "upstreams": upstreams,
        "descriptions": descriptions,
        "returned": returned.reason if returned and returned.deed == DEEDS["give_back"] else "",
        "draft": found.state == ServiceState.DRAFT,
        "open": found.state != ServiceState.WITHDRAWN,
        "shared": already_shared(told, besides=found.service_id) if found.state == ServiceState.DRAFT else [],
    }
    return render(request, "provider_services/version.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def new_own_version(request: Any, code: str) -> HttpResponse:
    """Make a draft version."""
    service = own(request, code)
    initial = {"name": next_name(service), "max_request_bytes": 1_048_576, "max_answer_bytes": 104_857_600}
    form = NewVersionForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = create_version(actor=request.actor, service=service, **form.given())
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Đã lập %(name)s. Tiếp theo: nhập thao tác.") % {"name": made.name})
            return redirect("own_version", code=code, name=made.name)
    context = {"form": form, "service": service, "title": _("Lập phiên bản"), "button": _("Lập phiên bản")}
    return render(request, "provider_services/part.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def change_own_version(request: Any, code: str, name: str) -> HttpResponse:
    """Change the bounds and the form of messages of a draft."""
    found = own_version_of(request, code, name)
    initial = {name: getattr(found, name) for name in (*FIELDS, "revision")}
    form = VersionForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            change_version(actor=request.actor, version=found, **form.given())
        except DomainError as refusal:
            refused(form, refusal)
            let_again(form, found.revision)
        else:
            messages.success(request, _("Đã lưu thay đổi."))
            return redirect("own_version", code=code, name=name)
    context = {"form": form, "service": found.service, "version": found, "title": _("Giới hạn và dạng dữ liệu")}
    return render(request, "provider_services/part.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_version_step(request: Any, code: str, name: str, step: str) -> HttpResponse:
    """Confirm one step: asking for publication, taking it back."""
    found = own_version_of(request, code, name)
    offer = next((item for item in offers(found, request.actor) if item.name == step), None)
    if request.method == "POST":
        try:
            move_version(actor=request.actor, version=found, step=step)
        except PermissionRefused:
            raise Http404 from None
        messages.success(request, _("Đã thực hiện: %(deed)s.") % {"deed": offer.label if offer else step})
        return redirect("own_version", code=code, name=name)
    if offer is None:
        raise Http404
    context = {"service": found.service, "version": found, "offer": offer, "said": SAID.get(step, ())}
    return render(request, "provider_services/step.html", context)
