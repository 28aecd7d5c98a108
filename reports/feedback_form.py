"""The form of feedback: shape only; the deed judges (QC16)."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock, regulation
from core.actor import Actor
from core.files import MEDIA, Upload, check_upload
from core.forms import PortalForm
from incidents.models import HelpRequest
from reports.feedback_choices import FeedbackKind

_ACCEPT = ",".join(f".{ending}" for ending in MEDIA)
#: Requests for help of the last year may be named.
_RECENT = timedelta(days=365)
_OLD = _("Biểu mẫu đã cũ; tải lại trang rồi gửi lại")


def clause_choices() -> list[tuple[str, Any]]:
    """Return the clauses of both regulations, grouped by the book, headings that only hold others left out."""
    found: list[tuple[str, Any]] = [("", _("Không rõ hoặc nhiều điều khoản"))]
    for book in regulation.regulations():
        rows = [
            (item.id, f"{item.id} – {item.title}") for item in regulation.clauses(book.code) if not item.is_heading
        ]
        found.append((str(book.name), rows))
    return found


class FeedbackForm(PortalForm):
    """A difficulty or a proposal, in one short page; *actor* files it."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _OLD, "invalid": _OLD})
    kind = forms.ChoiceField(label=_("Loại"), choices=FeedbackKind.choices, widget=forms.RadioSelect)
    clause = forms.ChoiceField(label=_("Điều khoản liên quan"), choices=clause_choices, required=False)
    subject = forms.CharField(label=_("Tóm tắt"), max_length=200, help_text=_("Một câu nói được việc cần giải quyết"))
    text = forms.CharField(
        label=_("Nội dung"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Vướng ở đâu, đề xuất sửa thế nào, vì sao; không ghi dữ liệu cá nhân."),
    )
    file = forms.FileField(
        label=_("Tệp kèm theo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
        help_text=_("PDF, DOCX hoặc XLSX"),
    )
    help_request = forms.ModelChoiceField(
        HelpRequest.objects.none(),
        label=_("Từ yêu cầu hỗ trợ"),
        required=False,
        to_field_name="code",
        empty_label=_("Không liên quan yêu cầu nào"),
    )

    def __init__(self, *args: Any, actor: Actor, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": uuid4(), **(initial or {})}, **kwargs)
        own = HelpRequest.objects.filter(agency_id=actor.agency_id or 0, asked_at__gte=clock.now() - _RECENT)
        self.fields["help_request"].queryset = own  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what the deed takes, the file checked. Raises InvalidInput for a file that is not taken."""
        data = dict(self.cleaned_data)
        file = data.pop("file")
        upload: Upload | None = check_upload(file) if file else None
        return {**data, "upload": upload}
