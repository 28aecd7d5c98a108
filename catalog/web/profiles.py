"""Structures of messages on the portal: a version's own page for its provider, the file for everybody (QC4.9)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.choices import ProfileForm, ServiceState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import MessageProfile
from catalog.profile_form import UseForm
from catalog.selectors.profiles import last_use, places_of, public_profiles
from catalog.services.profile_uses import set_profile_use
from catalog.web.provider import refused
from catalog.web.provider_versions import own_version_of
from core.problems import DomainError
from core.web.downloads import name_download

KINDS = {ProfileForm.JSON_SCHEMA: ("application/schema+json", "json"), ProfileForm.XSD: ("application/xml", "xsd")}


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SERVICE_EDIT_OWN)
def own_messages(request: Any, code: str, name: str) -> HttpResponse:
    """Show which structure each message of a version follows; set another while it is a draft."""
    version = own_version_of(request, code, name)
    places = places_of(version)
    form: Any = UseForm(request.POST or None, version=version, places=places)
    if form.is_bound and form.is_valid():
        try:
            made = set_profile_use(actor=request.actor, **form.given())
        except DomainError as refusal:
            refused(form, refusal)
            form.data = form.data.copy()
            form.data["seen"] = str(last_use(version))
        else:
            messages.success(request, _("Đã đặt: %(use)s.") % {"use": made})
            return redirect("own_messages", code=code, name=name)
    context = {
        "service": version.service,
        "version": version,
        "places": places,
        "form": form,
        "draft": version.state == ServiceState.DRAFT,
    }
    return render(request, "provider_services/messages.html", context)


@require_safe
def profile_file(request: Any, pk: int) -> HttpResponse:
    """Give the text of a structure that a published version follows; any structure to who keeps the catalogue."""
    seen = MessageProfile.objects.all() if request.actor.may("service.view_all") else public_profiles()
    found = get_object_or_404(seen, pk=pk)
    kind, ending = KINDS[ProfileForm(found.form)]
    answer = HttpResponse(found.content, content_type=f"{kind}; charset=utf-8")
    return name_download(answer, f"{found.code}-{found.version}.{ending}")
