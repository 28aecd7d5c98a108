"""Answering a completion request point by point: text, file, or the part that was changed (QC10.2, ux.md A3)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.web.access import needs
from connections.choices import Part, State
from connections.models import CompletionPoint, ConnectionRequest
from connections.selectors.completion import AskedPoint, asked_points
from connections.selectors.files import files_of
from connections.services.answering import Answer, answer_points
from connections.services.attachments import attach
from connections.services.drafts import DRAFT
from connections.services.sending import answer_completion
from connections.web.attachments import take_out
from connections.web.autosave import told
from connections.web.part_forms import SLUGS, OpenForm, files_control
from connections.web.requests import own
from core.forms import show_refusal
from core.problems import DomainError, StateRefused
from core.web.typed import last_seen, new_form_id, sent_or_kept, wrote

SEND = "request.send"


class AnswerForm(OpenForm):
    """What answers each point: ``point-<id>`` text, ``part-<id>`` the part that was changed, ``file-<id>`` files."""

    def __init__(self, points: list[AskedPoint], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for asked in points:
            self._add(asked.point, asked.changed)

    def _add(self, point: CompletionPoint, changed: list[Part]) -> None:
        self.fields[f"point-{point.pk}"] = forms.CharField(
            label=_("Nội dung %(n)s: đã hoàn thiện thế nào") % {"n": point.number},
            required=False,
            max_length=4000,
            initial=point.answer,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        parts = [(part.value, part.label) for part in changed]
        if parts:
            self.fields[f"part-{point.pk}"] = forms.ChoiceField(
                label=_("Phần hồ sơ đã sửa cho nội dung này"),
                required=False,
                choices=[("", _("Không sửa phần nào")), *parts],
                initial=point.changed_part,
            )
        self.fields[f"point-{point.pk}"].one_of_several = True  # type: ignore[attr-defined]
        self.fields[f"file-{point.pk}"] = files_control(
            _("Tệp bổ sung"), _("PDF, DOCX hoặc XLSX, chọn được nhiều tệp")
        )

    def rows(self, points: list[AskedPoint]) -> list[tuple[AskedPoint, str, list[Any]]]:
        """Return each point with the address of the part it is about ("": any) and its controls."""
        return [(asked, SLUGS.get(asked.part or "", ""), self._controls(asked.point.pk)) for asked in points]

    def _controls(self, pk: int) -> list[Any]:
        names = [f"{kind}-{pk}" for kind in ("point", "part", "file")]
        return [self[name] for name in names if name in self.fields]

    def answers(self) -> dict[int, Answer]:
        """Return what was understood, by point id."""
        given = self.cleaned_data
        pks = [int(name.removeprefix("point-")) for name in self.fields if name.startswith("point-")]
        return {
            pk: Answer(given[f"point-{pk}"], given.get(f"part-{pk}") or "") for pk in pks if f"point-{pk}" in given
        }


@require_http_methods(["GET", "POST"])
@never_cache
@needs(SEND, DRAFT)
def answer(request: Any, pk: int) -> HttpResponse:
    """Answer a completion request point by point; the representative sends it back."""
    found = own(request, pk)
    if found.state != State.COMPLETION_REQUESTED:
        return _closed(request, found)
    points = asked_points(request.actor, found)
    initial = {"seen": str(found.version), "form_id": new_form_id()}
    form = AnswerForm(points, sent_or_kept(request), request.FILES or None, initial=initial)
    if "autosave" in request.POST:
        return _keep(request, found, form)
    if request.method == "POST" and _taken(request, found, form, points) and form.is_valid():
        try:
            _keep_or_send(request, found, form)
        except DomainError as refusal:
            if own(request, pk).state != State.COMPLETION_REQUESTED:
                return _closed(request, found)
            show_refusal(form, refusal)
        else:
            return redirect("answer_completion" if "remove" in request.POST else "request", pk=found.pk)
    if request.method == "POST":
        points = asked_points(request.actor, found)  # files may have come
    apart = ",".join(f"file-{asked.point.pk}" for asked in points)
    context = {
        "dossier": found,
        "form": form,
        "rows": form.rows(points),
        "may_send": request.actor.may(SEND),
        "files_apart": f"not {apart}",
    }
    return render(request, "requests/answer.html", context)


def _closed(request: Any, found: ConnectionRequest) -> HttpResponse:
    """Tell a person who sends twice, or comes back to an old page, how the dossier stands."""
    if request.method != "POST" or not found.number:
        raise StateRefused(_("Hồ sơ không có nội dung nào đang chờ hoàn thiện."))
    messages.info(request, _("Câu trả lời đã được gửi trước đó; hồ sơ không nhận thêm lần nữa."))
    return redirect("request", pk=found.pk)


def _taken(request: Any, found: ConnectionRequest, form: AnswerForm, points: list[AskedPoint]) -> bool:
    """Keep the files that are fit; return whether every file was, and every other answer is understood."""
    form.is_valid()
    good, place = True, f"answers:{found.pk}"
    known = last_seen(request, place, form.cleaned_data["seen"]) == str(found.version)
    for asked in points:
        name = f"file-{asked.point.pk}"
        for file in form.cleaned_data.get(name) or ():
            try:
                attach(actor=request.actor, request=found, file=file, point=asked.point, field=name)
            except DomainError as refusal:
                show_refusal(form, refusal)
                good = False
    if known:
        wrote(request, place, str(own(request, found.pk).version))
    return good


def _keep(request: Any, found: ConnectionRequest, form: AnswerForm) -> HttpResponse:
    form.is_valid()
    try:
        saved = answer_points(actor=request.actor, request=found, answers=form.answers())
    except DomainError as refusal:
        return told(request, refused=str(refusal.detail))
    wrote(request, f"answers:{found.pk}", str(saved.version))
    return told(request, wrong=len([name for name in form.errors if name.startswith("point-")]))


def _keep_or_send(request: Any, found: ConnectionRequest, form: AnswerForm) -> None:
    """Send the completed dossier, or keep the answers for the representative."""
    if "send" in request.POST:
        seen = last_seen(request, f"answers:{found.pk}", form.cleaned_data["seen"])
        version = int(seen) if seen.isdecimal() else None
        answer_completion(actor=request.actor, request=found, version=version, answers=form.answers())
        messages.success(request, _("Đã gửi hoàn thiện hồ sơ %(number)s.") % {"number": found})
        return
    saved = answer_points(actor=request.actor, request=found, answers=form.answers())
    take_out(request, files_of(request.actor, found, point__isnull=False))
    wrote(request, f"answers:{found.pk}", str(saved.version))
    messages.success(request, _("Đã lưu các câu trả lời."))
