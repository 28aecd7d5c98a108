"""The sandbox for developers: open access oneself, see what is open, end it (ux.md C1; decisions, 14)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from catalog.relayed import SAMPLES
from catalog.selectors.sandbox import Answerer, answerer_of, demanded_in, versions_to_try
from connections.models import EnvironmentTerms
from connections.selectors.sandbox import opened_of, rooms_of, sandbox_grants, systems_to_try
from connections.services.keys import MANAGE_OWN
from connections.services.sandbox import SandboxAccess, end_sandbox_access, start_trial
from connections.services.trying import PLACE
from connections.web.requests import READ
from connections.web.sandbox_forms import WITH_BODY, StartForm
from connections.web.sandbox_try import snippets_of
from core.choices import Environment
from core.forms import show_refusal
from core.problems import DomainError


@require_safe
@never_cache
@needs(*READ)
def sandbox(request: Any) -> HttpResponse:
    """Show what the systems of the agency may call in the sandbox, and how much of it is used today."""
    context = {"rooms": rooms_of(request.actor), "may_manage": request.actor.may(MANAGE_OWN)}
    return render(request, "sandbox/sandbox.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def start(request: Any) -> HttpResponse:
    """Open access to one service; the answer to this POST shows a new secret the one time it is shown."""
    versions, systems = versions_to_try(), list(systems_to_try(request.actor)[:50])
    wanted = request.GET.get("service", "")
    chosen = versions.filter(service__code=wanted).first() if wanted else None
    posted = request.POST if request.method == "POST" else None
    form = StartForm(versions, systems, posted, initial={"version": chosen})
    if form.is_bound and form.is_valid():
        try:
            access = start_trial(actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _opened(request, access, form.cleaned_data["version"])
    terms = EnvironmentTerms.objects.filter(environment=Environment.SANDBOX).first()
    return render(request, "sandbox/start.html", {"form": form, "terms": terms, "chosen": chosen})


def _opened(request: Any, access: SandboxAccess, version: Any) -> HttpResponse:
    """Show key, secret and commands; whoever reloads this page opens nothing new and sees no secret."""
    opened = opened_of([access.grant])[0]
    operations = [item for item in opened.operations if item.version_id == version.pk]
    first = min(operations, key=lambda item: (item.method != "GET", item.template.count("{")), default=None)
    snippets = []
    if first is not None:
        path, body = PLACE.sub("1", first.template), "{}" if first.method in WITH_BODY else ""
        named = {what: SAMPLES[what] for what in demanded_in(version, Environment.SANDBOX)}
        snippets = snippets_of(access.grant, access.key, first, path, body, named)
    context = {
        "access": access,
        "version": version,
        "operations": operations,
        "first": first,
        "snippets": snippets,
        "from_examples": answerer_of(version) == Answerer.EXAMPLES,
    }
    return render(request, "sandbox/opened.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(MANAGE_OWN)
def end(request: Any, code: str) -> HttpResponse:
    """End what was opened for a trial."""
    grant = get_object_or_404(sandbox_grants(request.actor), code=code)
    if request.method == "POST":
        try:
            end_sandbox_access(actor=request.actor, grant=grant)
        except DomainError as refusal:
            messages.error(request, str(refusal.detail))
        else:
            messages.success(request, _("Đã thu hồi quyền gọi thử %(code)s.") % {"code": grant})
        return redirect("sandbox")
    return render(request, "sandbox/end.html", {"grant": grant})
