"""The form of the thread, the same in the portal and at the desk: shape only; the deed judges."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import CompletionPoint, ConnectionRequest
from core.files import MEDIA, Upload, check_upload
from core.forms import PortalForm

_ACCEPT = ",".join(f".{ending}" for ending in MEDIA)


class ThreadForm(PortalForm):
    """One message to the other side."""

    form_token = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={name: _("Biểu mẫu đã cũ; tải lại trang rồi gửi lại") for name in ("required", "invalid")},
    )
    text = forms.CharField(
        label=_("Nội dung trao đổi"),
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Bên kia đọc được nguyên văn. Gửi rồi thì không sửa, không xóa; cần đính chính thì viết tiếp."),
    )
    point = forms.ModelChoiceField(
        label=_("Về nội dung cần hoàn thiện"),
        queryset=CompletionPoint.objects.none(),
        required=False,
        empty_label=_("Không về nội dung nào"),
    )
    file = forms.FileField(
        label=_("Tệp kèm theo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
        help_text=_("PDF, DOCX hoặc XLSX"),
    )

    def __init__(self, dossier: ConnectionRequest, *args: Any, point: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": uuid4(), "point": point}, **kwargs)
        points = dossier.points.order_by("-round", "number")
        self.fields["point"].queryset = points  # type: ignore[attr-defined]
        self.fields["point"].label_from_instance = _named  # type: ignore[attr-defined]
        if not points:
            del self.fields["point"]

    def given(self) -> dict[str, Any]:
        """Return what the deed takes, the file checked. Raises InvalidInput for a file that is not taken."""
        file = self.cleaned_data["file"]
        upload: Upload | None = check_upload(file) if file else None
        names = ("form_token", "text", "point")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data} | {"upload": upload}


def _named(point: CompletionPoint) -> str:
    text = _("Lần %(round)s, nội dung %(number)s: %(what)s")
    return str(text % {"round": point.round, "number": point.number, "what": point.what[:80]})
