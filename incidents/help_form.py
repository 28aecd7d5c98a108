"""The forms of help requests, the same in the portal and at the desk: shape only; the deeds judge."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core.files import MEDIA, Upload, check_upload
from core.forms import PortalForm

_ACCEPT = ",".join(f".{ending}" for ending in MEDIA)
_OLD = _("Biểu mẫu đã cũ; tải lại trang rồi gửi lại")


class EntryForm(PortalForm):
    """One entry, with a file if need be."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _OLD, "invalid": _OLD})
    text = forms.CharField(
        label=_("Nội dung"),
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Không ghi mật khẩu, khóa bí mật, dữ liệu cá nhân."),
    )
    file = forms.FileField(
        label=_("Tệp kèm theo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": _ACCEPT}),
        help_text=_("PDF, DOCX hoặc XLSX"),
    )

    def __init__(self, *args: Any, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": uuid4(), **(initial or {})}, **kwargs)

    def given(self) -> dict[str, Any]:
        """Return what the deed takes, the file checked. Raises InvalidInput for a file that is not taken."""
        data = dict(self.cleaned_data)
        file = data.pop("file")
        upload: Upload | None = check_upload(file) if file else None
        return {**data, "upload": upload}


class AskForm(EntryForm):
    """A new request; the page it is asked from comes along."""

    field_order = ("subject", "text", "file")
    subject = forms.CharField(
        label=_("Cần hỗ trợ việc gì"), max_length=200, help_text=_("Một câu, ví dụ: Không gửi được hồ sơ kết nối")
    )
    page = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    page_request = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
