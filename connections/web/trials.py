"""The test record as the agency reads, measures and confirms it (ux.md A4)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.web.access import needs
from accounts.web.signoff import SignOffForm
from connections.choices import State
from connections.models import ConnectionRequest
from connections.selectors.trials import TrialBoard, tested_scope, trial_board
from connections.services.confirmation import confirm
from connections.services.keys import MANAGE_OWN
from connections.services.trials import measure
from connections.web.requests import READ, own
from core.forms import show_refusal
from core.problems import DomainError


class ConfirmForm(SignOffForm):
    """One side's word on the record that was read, by who proves again who they are."""

    content_hash = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    remark = forms.CharField(
        label=gettext_lazy("Ý kiến"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Bắt buộc khi không nhất trí"),
    )

    def __init__(self, signer: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_again(signer)

    def clean(self) -> dict[str, Any]:
        """Read which button was pressed; neither says nothing."""
        pressed = self.data.get("decision")
        if pressed not in ("agree", "disagree"):
            raise forms.ValidationError(_("Chọn Nhất trí hoặc Không nhất trí"))
        if pressed == "disagree" and not self.cleaned_data.get("remark"):
            self.add_error("remark", _("Nêu nội dung không nhất trí"))
        return {**super().clean(), "agreed": pressed == "agree"}


@require_http_methods(["GET", "POST"])
@never_cache
@needs(*READ)
def trial(request: Any, pk: int) -> HttpResponse:
    """Show the record; results are read from the sandbox's log again on request, and the side says its word."""
    found = own(request, pk)
    board = trial_board(request.actor, found)
    if board is None:
        raise Http404
    if request.method == "POST" and "measure" in request.POST:
        return _measure(request, found, board)
    confirming = request.method == "POST" and "decision" in request.POST
    initial = {"content_hash": board.trial.content_hash}
    form = ConfirmForm(request.user, request.POST if confirming else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            done = confirm(actor=request.actor, request=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _told(done, agreed=form.cleaned_data["agreed"]))
            return redirect("request", pk=found.pk)
    context = {"dossier": found, "board": board, "form": form, "scope": tested_scope(found)}
    context["may_measure"] = found.state == State.TESTING and request.actor.may(MANAGE_OWN)
    return render(request, "requests/trial.html", context)


def _measure(request: Any, found: ConnectionRequest, board: TrialBoard) -> HttpResponse:
    measure(actor=request.actor, trial=board.trial)
    messages.success(request, _("Đã lấy kết quả từ nhật ký của nền tảng thử nghiệm."))
    return redirect("trial", pk=found.pk)


def _told(done: ConnectionRequest, *, agreed: bool) -> str:
    if not agreed:
        return _("Đã ghi ý kiến không nhất trí; hồ sơ quay lại kiểm thử.")
    if done.state == State.READY:
        return _("Hai bên đã xác nhận; hồ sơ đủ điều kiện vận hành.")
    return _("Đã xác nhận biên bản; chờ bên còn lại.")
