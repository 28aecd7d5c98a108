"""The pages of a dossier's steps: what each asks for, and the one deed it calls (decisions, 27).

Address ``admin:connections_request_<action>``; every form also carries ``version``. Fields by action::

    receive: evaluator (may be empty)       assign: evaluator
    propose, approve: note (may be empty)   send_back, close, reopen_tests, start_over, terminate: reason
    return_parts, request_completion: points-<n>-what, -remedy, -clause, -criterion (and the formset's own fields)
    evaluate: result-<criterion>, remark-<criterion>, evidence-<criterion>, summary
    set_up: duty_contact                    measure, finish_tests, go_live: nothing
    judge_case: result, actual, evidence    confirm: content_hash, agreed, remark
    disagree: content_hash, remark          place_hold, lift_hold: reason
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from connections.admin import consequences as said
from connections.admin import step_forms as forms
from connections.admin.pages import dossier_of, keep_with, staff_page
from connections.models import ConnectionRequest
from connections.selectors.desk import hindrance, label_of
from connections.services import approval, intake
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
    form: type[forms.StepForm] = forms.StepForm
    consequences: Callable[[ConnectionRequest], list[str]] = nothing
    danger: bool = False
    details: str = ""
    context: Callable[[Actor, ConnectionRequest], Mapping[str, Any]] | None = None
    label: StrOrPromise = ""


STEPS: dict[str, StepPage] = {
    "receive": StepPage(
        "tiep-nhan",
        lambda actor, dossier, data: intake.receive(actor=actor, request=dossier, evaluator=data["evaluator"]),
        forms.ReceiveForm,
        said.of_receiving,
    ),
    "assign": StepPage(
        "phan-cong",
        lambda actor, dossier, data: intake.assign(actor=actor, request=dossier, evaluator=data["evaluator"]),
        forms.AssignForm,
    ),
    "close": StepPage(
        "dung-giai-quyet",
        lambda actor, dossier, data: intake.close(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_closing,
        danger=True,
    ),
    "propose": StepPage(
        "trinh-duyet",
        lambda actor, dossier, data: approval.propose(actor=actor, request=dossier, note=data["note"]),
        forms.NoteForm,
        said.of_proposing,
    ),
    "approve": StepPage(
        "chap-thuan",
        lambda actor, dossier, data: approval.approve(actor=actor, request=dossier, note=data["note"]),
        forms.NoteForm,
        said.of_approving,
    ),
    "send_back": StepPage(
        "tra-lai-tham-dinh",
        lambda actor, dossier, data: approval.send_back(actor=actor, request=dossier, reason=data["reason"]),
        forms.ReasonForm,
        said.of_sending_back,
    ),
}


def step_view(admin: BaseAdmin, request: HttpRequest, object_id: int, action: str) -> HttpResponse:
    """Ask for what a step needs and take it; what the deed refuses comes back with everything that was typed."""
    dossier, actor, page = dossier_of(request, object_id), acting(request), STEPS[action]
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
            return taken(request, dossier, page.label or label_of(action))
        status = keep_with(form, dossier, refusal) if refusal else 422
    return staff_page(
        admin,
        request,
        "admin/connections/step.html",
        status=status,
        title=page.label or label_of(action),
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
