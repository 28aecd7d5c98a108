"""Forms of the library: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.duty_choices import DocumentLevel
from catalog.models import DataService
from core.forms import PortalForm

LEVELS = [("", _("Chọn mức")), *((item.value, item.label) for item in DocumentLevel if item != DocumentLevel.INTERNAL)]


class VersionForm(PortalForm):
    """One file under its label."""

    label = forms.CharField(label=_("Phiên bản"), max_length=20, help_text=_("Ví dụ 1.0"))
    changes = forms.CharField(
        label=_("Nội dung thay đổi"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Với phiên bản đầu tiên: tài liệu gồm những gì."),
    )
    file = forms.FileField(label=_("Tệp"), help_text=_("Tệp PDF, DOCX hoặc XLSX."))


class DocumentForm(VersionForm):
    """A provider's document about one of its services, with its first file."""

    title = forms.CharField(label=_("Tên tài liệu"), max_length=300)
    summary = forms.CharField(
        label=_("Nội dung chính"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    service = forms.ModelChoiceField(
        DataService.objects.none(), label=_("Dịch vụ dữ liệu"), empty_label=_("Chọn dịch vụ")
    )
    level = forms.ChoiceField(
        label=_("Mức tài liệu"),
        choices=LEVELS,
        help_text=_("Công khai: ai cũng đọc được. Hạn chế: chỉ cơ quan đã được chấp thuận kết nối."),
    )
    field_order = ("service", "title", "summary", "level", "label", "changes", "file")

    def __init__(self, *args: Any, agency_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = DataService.objects.filter(provider_id=agency_id)  # type: ignore[attr-defined]
