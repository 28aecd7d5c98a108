"""Reports of wrong data: the list, a new one, and one with what either side may do (QC4.5, QC11.4, QC15.2)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.selectors.calendar import work_calendar
from accounts.web.access import needs
from catalog.duty_choices import ErrorState
from catalog.guards import SERVICE_EDIT_OWN
from catalog.models import DataErrorReport
from catalog.models.data_errors import FILE, READ_OWN
from catalog.selectors.data_errors import days_left, error_list, prefill_from
from catalog.services import data_errors as deeds
from catalog.web.data_error_forms import AnswerForm, ErrorForm, TextForm
from core.forms import show_refusal
from core.problems import DomainError, InvalidInput, StateRefused
from core.text import tidy
from core.transitions import offers

READ = (*READ_OWN, "service.view_all")
PAGE_SIZE = 25
KINDS = {
    ErrorState.NEW: "progress",
    ErrorState.REOPENED: "progress",
    ErrorState.ANSWERED: "yours",
    ErrorState.CLOSED: "quiet",
}
DONE = {
    "answer_it": gettext_lazy("Đã gửi trả lời tới cơ quan báo."),
    "reopen": gettext_lazy("Đã mở lại; cơ quan cung cấp nhận thông báo và có hạn trả lời mới."),
    "close": gettext_lazy("Đã đóng phản ánh."),
}


@require_safe
@never_cache
@needs(*READ)
def data_errors(request: Any) -> HttpResponse:
    """List the reports the actor sees, what waits for an answer first."""
    tab, words = request.GET.get("tab", ""), tidy(request.GET.get("q", ""))[:100]
    page = Paginator(error_list(request.actor, tab=tab, words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    calendar = work_calendar()
    context = {
        "page": page,
        "rows": [(item, KINDS[ErrorState(item.state)], days_left(item, calendar)) for item in page],
        "tab": tab,
        "words": words,
        "may_file": any(map(request.actor.may, FILE)),
        "follows": any(map(request.actor.may, (SERVICE_EDIT_OWN, "service.view_all"))),
    }
    return render(request, "data_errors/data_errors.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*FILE)
def new(request: Any) -> HttpResponse:
    """Report wrong data; a service or a call in the address fills what is known of it."""
    form = ErrorForm(request.POST) if request.method == "POST" else ErrorForm(initial=_known(request))
    if form.is_bound and form.is_valid():
        try:
            made = deeds.file_error(actor=request.actor, **form.told())
        except DomainError as refusal:
            show_refusal(form, _by_field(refusal))
        else:
            messages.success(request, _("Đã gửi phản ánh %(code)s tới cơ quan cung cấp.") % {"code": made})
            return redirect("data_error", code=made.code)
    return render(request, "data_errors/new.html", {"form": form})


def _known(request: Any) -> dict[str, Any]:
    """Return what the address says: a service, and a call of the agency's own systems."""
    found: dict[str, Any] = {}
    if service := request.GET.get("dich-vu", "")[:64]:
        found["service"] = service
    try:
        call_id = UUID(request.GET.get("yeu-cau", ""))
    except ValueError:
        return found
    return {**found, **prefill_from(call_id, request.actor.agency_id or 0), "call_id": call_id}


def _by_field(refusal: DomainError) -> DomainError:
    """Name the form's field where the model's has a name that forms keep for themselves."""
    if isinstance(refusal, InvalidInput) and "fields" in refusal.errors:
        refusal.errors["fields_named"] = refusal.errors.pop("fields")
    return refusal


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def data_error(request: Any, code: str) -> HttpResponse:
    """Show a report and carry out the step whose form was sent."""
    seen = DataErrorReport.objects.visible_to(request.actor)
    found = get_object_or_404(seen.select_related("service__provider", "agency", "reporter"), code=code)
    pressed = request.POST.get("do", "")[:12]
    available = {offer.name: offer for offer in offers(found, request.actor)}
    shown = [(offer, _form(request, name, pressed)) for name, offer in available.items()]
    if request.method == "POST" and pressed in DEEDS:
        form = next((form for offer, form in shown if offer.name == pressed), None)
        if form is None or form.is_valid():
            try:
                DEEDS[pressed](actor=request.actor, report=found, **(form.cleaned_data if form else _nothing(pressed)))
            except InvalidInput as refusal:
                if form is None:
                    raise
                show_refusal(form, refusal)
            except StateRefused as refusal:
                messages.info(request, str(refusal.detail))
                return redirect("data_error", code=found.code)
            else:
                messages.success(request, str(DONE[pressed]))
                return redirect("data_error", code=found.code)
    context = {
        "report": found,
        "kind": KINDS[ErrorState(found.state)],
        "left": days_left(found),
        "entries": list(found.entries.select_related("agency", "author")),
        "forms": shown,
        "form": next((form for offer, form in shown if form.is_bound), None),
    }
    return render(request, "data_errors/data_error.html", context)


def _form(request: Any, name: str, pressed: str) -> forms.Form:
    given = request.POST if request.method == "POST" and pressed == name else None
    return FORMS.get(name, TextForm)(given, prefix=name)


def _nothing(pressed: str) -> dict[str, Any]:
    """Return empty values, so that the deed says why a step does not exist for this person now."""
    return {"answer": "", "text": ""} if pressed == "answer_it" else {"text": ""}


FORMS: dict[str, type[forms.Form]] = {"answer_it": AnswerForm}
DEEDS: dict[str, Callable[..., Any]] = {
    "answer_it": deeds.answer_error,
    "reopen": deeds.reopen_error,
    "close": deeds.close_error,
}
