"""OpenAPI descriptions of an agency's own versions: hand in, look at the difference, apply with a second press."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from catalog.choices import ServiceState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import ApiDescription
from catalog.selectors.elements import already_shared
from catalog.services import descriptions as deeds
from catalog.web.provider import refused
from catalog.web.provider_forms import DescriptionForm, SeenForm
from catalog.web.provider_versions import own_version_of
from core.problems import DomainError


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def hand_in_description(request: Any, code: str, name: str) -> HttpResponse:
    """Take a file and lead to its difference; nothing of the version changes."""
    version = own_version_of(request, code, name)
    form = DescriptionForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        try:
            made = deeds.hand_in(actor=request.actor, version=version, file=form.cleaned_data["file"])
        except DomainError as refusal:
            refused(form, refusal)
        else:
            return redirect("own_description", code=code, name=name, description=made.pk)
    context = {
        "form": form,
        "service": version.service,
        "version": version,
        "title": _("Gửi tệp mô tả"),
        "button": _("Xem khác biệt"),
        "files": True,
    }
    return render(request, "provider_services/part.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_description(request: Any, code: str, name: str, description: int) -> HttpResponse:
    """Show what a description would change; applied to a draft, or the next version made of it."""
    version = own_version_of(request, code, name)
    found = get_object_or_404(
        ApiDescription.objects.select_related("version__service"), version=version, pk=description
    )
    form = SeenForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            chosen = request.POST.getlist("reads")
            done = deeds.take_over(
                actor=request.actor, description=found, seen=form.cleaned_data["seen"], reads=chosen
            )
        except DomainError as refusal:
            refused(form, refusal)
        else:
            messages.success(request, _("Đã áp dụng mô tả vào phiên bản %(name)s.") % {"name": done.name})
            return redirect("own_version", code=code, name=done.name)
    return render(request, "provider_services/description.html", {**shown(found), "form": form})


def shown(description: ApiDescription) -> dict[str, Any]:
    """Return what a page of *description* shows."""
    version, found = description.version, deeds.read_again(description)
    told = [(item.name, item.label) for one in found.difference.added for item in one.shown.fields]
    draft = version.state == ServiceState.DRAFT
    return {
        "service": version.service,
        "version": version,
        "description": description,
        "said": found.said,
        "difference": found.difference,
        "readable": found.readable,
        "shared": already_shared(told, besides=version.service_id),
        "draft": draft,
        "may_apply": deeds.applicable(version, found),
    }
