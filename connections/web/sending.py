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
from connections.choices import AttachmentKind, Part, State
from connections.models import ConnectionRequest
from connections.selectors.answers import lines_of, parts_of
from connections.selectors.files import files_of
from connections.selectors.requests import deadline_of
from connections.services.attachments import attach
from connections.services.drafts import DRAFT, discard_draft
from connections.services.moves import said_time
from connections.services.sending import submit, withdraw
from connections.web.attachments import take_out
from connections.web.part_forms import SLUGS, files_control
from connections.web.requests import READ, own
from core.forms import PortalForm, show_refusal
from core.problems import DomainError

SEND = "request.send"


class SubmitForm(PortalForm):
    """The declaration of Điều 5."""

    committed = forms.BooleanField(
        label=gettext_lazy(
            "Cơ quan cam kết khai thác dữ liệu đúng mục đích, đúng phạm vi, không tiết lộ, không làm sai lệch dữ liệu "
            "và chịu trách nhiệm về an toàn thông tin của hệ thống mình"
        ),
    )
    letter = files_control(
        gettext_lazy("Văn bản đề nghị (nếu có)"), gettext_lazy("Bản đã ký, PDF, DOCX hoặc XLSX, tối đa 20 MB mỗi tệp")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReasonForm(PortalForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Lý do"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def check(request: Any, pk: int) -> HttpResponse:
    """Show everything the dossier says; the representative sends it from here."""
    found = own(request, pk)
    if found.state != State.DRAFT:
        return _moved_on(request, found)
    form = SubmitForm(request.POST or None, request.FILES or None, initial={"version": found.version})
    if "letter_only" in request.POST or "remove" in request.POST:
        return _letters_only(request, found, form)
    if form.is_bound and form.is_valid():
        try:
            _send(request, found, form)
        except DomainError as refusal:
            fresh = own(request, pk)
            if fresh.state != State.DRAFT:
                return _moved_on(request, fresh)
            show_refusal(form, refusal)
        else:
            return redirect("request_sent", pk=found.pk)
    return _checked(request, found, form)


def _checked(request: Any, found: ConnectionRequest, form: SubmitForm) -> HttpResponse:
    sections = [
        {"title": part.title, "facts": part.facts, "change_url": f"../phan/{SLUGS[part.key]}/"}
        for part in parts_of(found)
    ]
    files = list(files_of(request.actor, found))
    context = {
        "dossier": found,
        "form": form,
        "sections": sections,
        "lines": lines_of(found),
        "files": [file for file in files if file.kind != AttachmentKind.LETTER],
        "letters": [file for file in files if file.kind == AttachmentKind.LETTER],
        "missing": [(Part(key).label, SLUGS[key]) for key in found.missing_parts()],
        "unseen": [(Part(key).label, SLUGS[key]) for key in found.prefilled],
        "may_send": request.actor.may(SEND),
        "may_write": request.actor.may(DRAFT),
    }
    return render(request, "requests/check.html", context)


def _send(request: Any, found: ConnectionRequest, form: SubmitForm) -> None:
    """Attach the letter that came along, then send; the letter changes the version that was read."""
    given = form.cleaned_data
    version = given["version"]
    if given["letter"] and version == found.version:
        _attach_letters(request, found, given["letter"])
        version = own(request, found.pk).version
    submit(actor=request.actor, request=found, version=version, committed=given["committed"])


def _attach_letters(request: Any, found: ConnectionRequest, letters: list[Any]) -> None:
    for file in letters:
        attach(actor=request.actor, request=found, file=file, kind=AttachmentKind.LETTER, field="letter")


def _letters_only(request: Any, found: ConnectionRequest, form: SubmitForm) -> HttpResponse:
    """Attach or take out the letter without sending: an officer prepares it for the representative."""
    form.fields["committed"].required = False
    form.is_valid()
    try:
        _attach_letters(request, found, form.cleaned_data.get("letter") or [])
        take_out(request, files_of(request.actor, found, kind=AttachmentKind.LETTER))
    except DomainError as refusal:
        show_refusal(form, refusal)
        return _checked(request, found, form)
    return redirect("check_request", pk=found.pk)


def _moved_on(request: Any, found: ConnectionRequest) -> HttpResponse:
    """Tell a person who sends twice, or comes back to an old page, what became of it."""
    if not found.number or found.submitted_at is None:
        return redirect("request", pk=found.pk)
    if request.method == "POST":
        text = _("Hồ sơ đã được gửi lúc %(time)s; không gửi thêm lần nữa.")
        messages.info(request, text % {"time": said_time(found.submitted_at)})
    return redirect("request_sent", pk=found.pk)


@require_safe
@never_cache
@needs(*READ)
def sent(request: Any, pk: int) -> HttpResponse:
    """Confirm that the dossier was sent; survives being kept as a bookmark."""
    found = own(request, pk)
    if not found.number:
        return redirect("request", pk=found.pk)
    return render(request, "requests/sent.html", {"dossier": found, "deadline": deadline_of(found)})


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
        if found.state != State.WITHDRAWN:
            discard_draft(actor=request.actor, request=found)
        messages.success(request, _("Đã xóa bản nháp."))
        return redirect("requests")
    return render(request, "requests/discard.html", {"dossier": found})
