"""Checking, sending, answering, withdrawing a dossier (ux.md A1, A3)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web.access import needs
from connections.choices import State
from connections.models import CompletionPoint, ConnectionRequest
from connections.selectors.answers import lines_of, parts_of
from connections.services.drafts import DRAFT, discard_draft
from connections.services.sending import answer_completion, answer_point, submit, withdraw
from connections.web.part_forms import PARTS
from connections.web.requests import READ, own
from core.forms import PortalForm, show_refusal
from core.problems import DomainError, StateRefused

SEND = "request.send"
_SLUGS = {key: slug for slug, (key, _title, _form) in PARTS.items()}


class SubmitForm(PortalForm):
    """The declaration of Điều 5."""

    committed = forms.BooleanField(
        label=gettext_lazy(
            "Cơ quan cam kết khai thác dữ liệu đúng mục đích, đúng phạm vi, không tiết lộ, không làm sai lệch dữ liệu "
            "và chịu trách nhiệm về an toàn thông tin của hệ thống mình"
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReasonForm(PortalForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(PortalForm):
    """One answer a point; the field of a point is ``point-<id>``."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, points: list[CompletionPoint], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for point in points:
            self.fields[f"point-{point.pk}"] = forms.CharField(
                label=_("Nội dung %(n)s: đã hoàn thiện thế nào") % {"n": point.number},
                required=False,
                max_length=4000,
                initial=point.answer,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def answers(self) -> dict[int, str]:
        """Return the answers by point id."""
        return {
            int(name.removeprefix("point-")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("point-")
        }


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def check(request: Any, pk: int) -> HttpResponse:
    """Show everything the dossier says; the representative sends it from here."""
    found = own(request, pk)
    if found.state != State.DRAFT:
        return redirect("request", pk=found.pk)
    form = SubmitForm(request.POST or None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        try:
            submit(actor=request.actor, request=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("request_sent", pk=found.pk)
    sections = [
        {"title": part.title, "facts": part.facts, "change_url": f"../phan/{_SLUGS[part.key]}/"}
        for part in parts_of(found)
    ]
    context = {
        "dossier": found,
        "form": form,
        "sections": sections,
        "lines": lines_of(found),
        "missing": [PARTS[_SLUGS[key]][1] for key in found.missing_parts()],
        "may_send": request.actor.may(SEND),
    }
    return render(request, "requests/check.html", context)


@require_safe
@never_cache
@needs(*READ)
def sent(request: Any, pk: int) -> HttpResponse:
    """Confirm that the dossier was sent; survives being kept as a bookmark."""
    found = own(request, pk)
    if not found.number:
        return redirect("request", pk=found.pk)
    return render(request, "requests/sent.html", {"dossier": found})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SEND)
def withdraw_request(request: Any, pk: int) -> HttpResponse:
    """Take a dossier back before a decision."""
    found, form = own(request, pk), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            withdraw(actor=request.actor, request=found, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Đã rút hồ sơ %(number)s.") % {"number": found})
            return redirect("request", pk=found.pk)
    return render(request, "requests/withdraw.html", {"dossier": found, "form": form})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(DRAFT)
def discard(request: Any, pk: int) -> HttpResponse:
    """Put a draft away after asking once."""
    found = own(request, pk)
    if request.method == "POST":
        discard_draft(actor=request.actor, request=found)
        messages.success(request, _("Đã xóa bản nháp."))
        return redirect("requests")
    return render(request, "requests/discard.html", {"dossier": found})


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SEND, DRAFT)
def answer(request: Any, pk: int) -> HttpResponse:
    """Answer a completion request point by point; the representative sends it back."""
    found = own(request, pk)
    points = list(found.points.filter(resolved_at__isnull=True).select_related("criterion").order_by("number"))
    if found.state != State.COMPLETION_REQUESTED:
        raise StateRefused(_("Hồ sơ không có nội dung nào đang chờ hoàn thiện."))
    form = AnswerForm(points, request.POST or None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        try:
            _keep_or_send(request, found, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("request", pk=found.pk)
    context = {"dossier": found, "form": form, "points": points, "may_send": request.actor.may(SEND)}
    return render(request, "requests/answer.html", context)


def _keep_or_send(request: Any, found: ConnectionRequest, form: AnswerForm) -> None:
    """Send the completed dossier, or keep the answers for the representative."""
    if "send" in request.POST:
        version = form.cleaned_data["version"]
        answer_completion(actor=request.actor, request=found, version=version, answers=form.answers())
        messages.success(request, _("Đã gửi hoàn thiện hồ sơ %(number)s.") % {"number": found})
        return
    for point in found.points.filter(pk__in=form.answers()):
        answer_point(actor=request.actor, point=point, text=form.answers()[point.pk])
    messages.success(request, _("Đã lưu các câu trả lời."))
