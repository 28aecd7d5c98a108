"""A step of a dossier as a page: ask for what it needs, call one deed, show what it refused (decisions, 27)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from connections.admin.pages import dossier_of, keep_with, staff_page
from connections.admin.step_forms import StepForm
from connections.models import ConnectionRequest
from connections.selectors.desk import hindrance, label_of
from core.actor import Actor
from core.admin import BaseAdmin, acting
from core.problems import DomainError

Data = dict[str, Any]
WORKING_PAGE = "admin:connections_connectionrequest_change"


def nothing(dossier: ConnectionRequest) -> list[str]:
    """A step that needs no word of warning."""
    return []


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step as a page: *place* ends its address, *deed* is called once, *details* shows what it is about."""

    place: str
    deed: Callable[[Actor, ConnectionRequest, Data], Any]
    form: type[StepForm] = StepForm
    consequences: Callable[[ConnectionRequest], list[str]] = nothing
    danger: bool = False
    details: str = ""
    context: Callable[[Actor, ConnectionRequest], Mapping[str, Any]] | None = None


def step_view(admin: BaseAdmin, request: HttpRequest, object_id: int, action: str, page: StepPage) -> HttpResponse:
    """Ask for what a step needs and take it; what the deed refuses comes back with everything that was typed."""
    dossier, actor = dossier_of(request, object_id), acting(request)
    more = page.context(actor, dossier) if page.context else {}
    form = page.form(
        actor, dossier, request.POST if request.method == "POST" else None, initial=more.get("initial", {})
    )
    refusal, status = hindrance(actor, dossier, action), 200
    if request.method != "POST" and refusal is not None:
        raise refusal
    if request.method == "POST":
        refusal = refusal or take(form, lambda: page.deed(actor, dossier, form.cleaned_data))
        if refusal is None and form.is_valid():
            return taken(request, dossier, label_of(action))
        status = keep_with(form, dossier, refusal) if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/step.html",
        status=status,
        title=label_of(action),
        dossier=dossier,
        form=form,
        page=page,
        consequences=page.consequences(dossier),
        **more,
    )


def take(form: Any, deed: Callable[[], Any]) -> DomainError | None:
    """Call *deed* when the form has its shape; return what it refused for."""
    if form.is_valid():
        try:
            deed()
        except DomainError as refusal:
            return refusal
    return None


def taken(request: HttpRequest, dossier: ConnectionRequest, label: StrOrPromise) -> HttpResponse:
    """Say that it was done and lead back to the dossier."""
    messages.success(request, _("Đã thực hiện «%(step)s» với hồ sơ %(number)s.") % {"step": label, "number": dossier})
    return redirect(WORKING_PAGE, dossier.pk)
