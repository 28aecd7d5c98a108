"""Filling and sending the basket of a connected system (ux.md A5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web.access import needs
from catalog.models import DataService
from connections.choices import AccessState
from connections.guards.access import FILL, SEND
from connections.models import AccessLine, AccessRequest, Grant
from connections.selectors.access import asked_or_held, systems_to_use
from connections.selectors.offered import offered_by, repeated_fields
from connections.services import baskets as deeds
from connections.web.access_forms import BasketForm, SendForm
from connections.web.part_forms import LineForm
from connections.web.sending import ReasonForm
from core.choices import Environment
from core.forms import show_refusal
from core.problems import DomainError, InvalidInput, StateRefused
from core.transitions import offers


def own_basket(request: Any, pk: int) -> AccessRequest:
    """Return a request for use of the actor's own agency; another agency's is not found."""
    found = AccessRequest.objects.visible_to(request.actor).filter(agency_id=request.actor.agency_id or 0)
    return get_object_or_404(found.select_related("agency", "system", "purpose"), pk=pk)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(FILL, SEND)
def add(request: Any, code: str) -> HttpResponse:
    """Choose the system that will call a service, and put the service into its basket."""
    service = get_object_or_404(DataService.objects.published().select_related("provider"), code=code)
    if request.method == "POST":
        system = get_object_or_404(systems_to_use(request.actor), code=request.POST.get("system", "")[:60])
        basket = deeds.add_to_basket(actor=request.actor, system=system, service=service)
        messages.success(request, _("Dịch vụ «%(title)s» nằm trong giỏ đề nghị.") % {"title": service.title})
        return redirect("access_line", pk=basket.pk, code=service.code)
    rows = asked_or_held(request.actor, service)
    return render(request, "access/add.html", {"service": service, "rows": rows})


@require_POST
@needs(FILL, SEND)
def renew(request: Any, code: str) -> HttpResponse:
    """Put the service of a grant into the basket of its system, with what the grant holds."""
    own = Grant.objects.visible_to(request.actor).filter(system__owner_id=request.actor.agency_id or 0)
    grant = get_object_or_404(own.filter(environment=Environment.LIVE).select_related("system", "service"), code=code)
    basket = deeds.add_to_basket(actor=request.actor, system=grant.system, service=grant.service)
    return redirect("access", pk=basket.pk)


def save_basket(request: Any, access: AccessRequest) -> tuple[BasketForm, HttpResponse | None]:
    """Return the form of a basket, and where to go when it was sent and kept."""
    posted, saving = request.POST if request.method == "POST" else None, request.POST.get("do") != "send"
    form = BasketForm(posted, initial=BasketForm.read(access), saving=posted is not None and saving)
    if form.is_bound and form.is_valid():
        try:
            deeds.set_basket(actor=request.actor, access=access, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            if request.POST.get("do") == "send":
                return form, redirect("access_send", pk=access.pk)
            messages.success(request, _("Đã lưu giỏ đề nghị."))
            return form, redirect("access", pk=access.pk)
    return form, None


@require_http_methods(["GET", "POST"])
@never_cache
@needs(FILL, SEND)
def line(request: Any, pk: int, code: str) -> HttpResponse:
    """Say which operations and fields of a service are needed, and how often."""
    access = own_basket(request, pk)
    found = get_object_or_404(AccessLine.objects.filter(access=access).select_related("service"), service__code=code)
    service, offered = found.service, offered_by(found.service)
    initial = {"operations": found.operations, "fields_wanted": found.fields, "daily_quota": found.daily_quota}
    form = LineForm(request.POST or None, initial=initial)
    form.fields["operations"].choices = offered.operations  # type: ignore[attr-defined]
    form.fields["fields_wanted"].choices = offered.fields  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            deeds.set_basket_line(
                actor=request.actor,
                access=access,
                service=service,
                operations=given["operations"],
                fields=given["fields_wanted"],
                daily_quota=given["daily_quota"],
            )
        except (InvalidInput, StateRefused) as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("Đã lưu dịch vụ «%(title)s».") % {"title": service.title})
            return redirect("access", pk=access.pk)
    context = {"access": access, "service": service, "line": found, "form": form}
    shared = repeated_fields(service, access.system, access.lines.values_list("service_id", flat=True))
    return render(request, "access/line.html", {**context, "shared": shared})


@require_POST
@needs(FILL, SEND)
def drop(request: Any, pk: int, code: str) -> HttpResponse:
    """Take a service out of the basket; the answer to a second press is the same."""
    access, service = own_basket(request, pk), get_object_or_404(DataService, code=code)
    deeds.drop_from_basket(actor=request.actor, access=access, service=service)
    messages.success(request, _("Đã bỏ dịch vụ «%(title)s» khỏi giỏ.") % {"title": service.title})
    return redirect("access", pk=access.pk)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SEND)
def send(request: Any, pk: int) -> HttpResponse:
    """Show what will be sent and send it; what still hinders is said before the button is pressed."""
    access = own_basket(request, pk)
    if access.state != AccessState.DRAFT:
        messages.info(request, _("Đề nghị %(code)s đã gửi.") % {"code": access})
        return redirect("access", pk=access.pk)
    form = SendForm(request.POST if request.method == "POST" else None, initial={"version": access.version})
    if form.is_bound and form.is_valid():
        try:
            sent = deeds.send_basket(actor=request.actor, access=access, version=form.cleaned_data["version"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã gửi đề nghị khai thác %(code)s.") % {"code": sent})
            return redirect("access", pk=access.pk)
    missing = next((offer.missing for offer in offers(access, request.actor) if offer.name == "send"), ())
    lines = access.lines.select_related("service__provider")
    return render(request, "access/send.html", {"access": access, "form": form, "missing": missing, "lines": lines})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(FILL, SEND)
def withdraw(request: Any, pk: int) -> HttpResponse:
    """Take a request back, having said why."""
    access, form = own_basket(request, pk), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            deeds.withdraw_access(actor=request.actor, access=access, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã rút đề nghị khai thác."))
            return redirect("accesses")
    return render(request, "access/withdraw.html", {"access": access, "form": form})
