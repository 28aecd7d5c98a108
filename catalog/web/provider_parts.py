"""Parts of a draft version: operations with their fields, addresses of the source system."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from catalog.elements import Field
from catalog.form_fields import ask_again
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import Operation, ServiceVersion, Upstream
from catalog.selectors.elements import already_shared
from catalog.services.operations import fields_of, remove_operation, set_operation
from catalog.services.upstreams import set_upstream
from catalog.web.provider import refused
from catalog.web.provider_forms import OperationForm, UpstreamForm, values_of_operation, values_of_upstream
from catalog.web.provider_versions import own_version_of
from catalog.web.soap_forms import SoapForm, values_of_soap
from core.problems import DomainError


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_operation(request: Any, code: str, name: str, operation: str = "") -> HttpResponse:
    """Enter or change an operation; fields that others already share are pointed to before it is kept (QC4.4)."""
    version = own_version_of(request, code, name)
    found = get_object_or_404(Operation, version=version, code=operation) if operation else None
    form = OperationForm(request.POST or None, initial=_initial(found))
    if form.is_bound and form.is_valid() and "look" not in request.POST:
        try:
            set_operation(actor=request.actor, version=version, operation=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Đã lưu thao tác."))
            return redirect("own_version", code=code, name=name)
    context = {
        "form": form,
        "service": version.service,
        "version": version,
        "operation": found,
        "title": _("Sửa thao tác") if found else _("Thêm thao tác"),
        "shared": _shared(form, version, found),
        "looked": "look" in request.POST,
        "may_look": True,
    }
    return render(request, "provider_services/part.html", context)


def _initial(operation: Operation | None) -> dict[str, Any]:
    if operation is None:
        return {"method": "GET"}
    return {**values_of_operation(operation), "elements": fields_of(operation)}


def _shared(form: OperationForm, version: ServiceVersion, operation: Operation | None) -> list[Any]:
    """Return what others share of the fields typed, or of those kept."""
    told: list[Field] = []
    if form.is_bound:
        told = form.cleaned_data.get("elements", []) if form.is_valid() else []
    elif operation is not None:
        told = fields_of(operation)
    return already_shared([(item.name, item.label) for item in told], besides=version.service_id)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_operation_soap(request: Any, code: str, name: str, operation: str) -> HttpResponse:
    """Say how the source system answers an operation by SOAP, or that it does not."""
    version = own_version_of(request, code, name)
    found = get_object_or_404(Operation, version=version, code=operation)
    form = SoapForm(request.POST or None, initial=values_of_soap(found))
    if form.is_bound and form.is_valid():
        try:
            given = {"elements": fields_of(found), **form.cleaned_data}
            set_operation(actor=request.actor, version=version, operation=found, **given)
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Đã lưu thao tác."))
            return redirect("own_version", code=code, name=name)
    title = _("Hệ thống nguồn trả lời bằng SOAP")
    context = {"form": form, "service": version.service, "version": version, "title": title, "lead": str(found)}
    return render(request, "provider_services/part.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def remove_own_operation(request: Any, code: str, name: str, operation: str) -> HttpResponse:
    """Confirm the removal of an operation from a draft."""
    version = own_version_of(request, code, name)
    found = get_object_or_404(Operation, version=version, code=operation)
    if request.method == "POST":
        remove_operation(actor=request.actor, operation=found)
        messages.success(request, _("Đã gỡ thao tác."))
        return redirect("own_version", code=code, name=name)
    context = {
        "title": _("Gỡ thao tác"),
        "lead": str(found),
        "consequences": [_("Thao tác và danh sách trường của nó được gỡ khỏi bản nháp.")],
        "action_label": _("Gỡ thao tác"),
        "danger": True,
        "cancel_url": reverse("own_version", args=[code, name]),
    }
    return render(request, "provider_services/confirm.html", context)


@sensitive_post_parameters("client_key", "client_secret")
@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_upstream(request: Any, code: str, name: str, upstream: int = 0) -> HttpResponse:
    """Enter or change an address of the source system while the version is a draft."""
    version = own_version_of(request, code, name)
    found = get_object_or_404(Upstream, version=version, pk=upstream) if upstream else None
    form = UpstreamForm(request.POST or None, initial=values_of_upstream(found) if found else None)
    if form.is_bound and form.is_valid():
        try:
            set_upstream(actor=request.actor, version=version, upstream=found, **form.cleaned_data)
        except DomainError as refusal:
            refused(form, refusal)
            ask_again(form)
        else:
            messages.success(request, _("Đã lưu địa chỉ hệ thống nguồn."))
            return redirect("own_version", code=code, name=name)
    title = _("Sửa địa chỉ hệ thống nguồn") if found else _("Thêm địa chỉ hệ thống nguồn")
    context = {"form": form, "service": version.service, "version": version, "title": title, "upstream": found}
    return render(request, "provider_services/part.html", context)
