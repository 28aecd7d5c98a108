"""Forms of the agency's side of incidents: shape only; the deeds judge."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import DataService
from core.actor import Actor
from core.forms import PortalForm
from incidents.register_choices import Impact


class ReportForm(PortalForm):
    """An incident an agency reports: one screen (ux.md A7)."""

    service = forms.ModelChoiceField(
        DataService.objects.none(),
        label=_("Dịch vụ"),
        required=False,
        to_field_name="code",
        empty_label=_("Không rõ, hoặc cả nền tảng"),
    )
    impact = forms.ChoiceField(label=_("Mức ảnh hưởng"), choices=Impact.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Cơ quan thấy gì"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Mô tả ngắn điều cơ quan thấy")},
        help_text=_("Ví dụ: từ 8 giờ gọi tra cứu luôn báo lỗi 504. Không ghi dữ liệu cá nhân."),
    )
    started_at = forms.DateTimeField(
        label=_("Xảy ra từ lúc"), required=False, help_text=_("Ví dụ 19/03/2026 08:30; để trống: vừa mới")
    )
    call_id = forms.UUIDField(
        label=_("Mã yêu cầu"),
        required=False,
        error_messages={"invalid": _("Chép lại cả mã yêu cầu, gồm 36 ký tự")},
        help_text=_("Có trong câu trả lời và nhật ký cuộc gọi"),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        kwargs["initial"] = {"form_token": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        shown = DataService.objects.visible_to(actor).order_by("sort_key", "pk")
        self.fields["service"].queryset = shown  # type: ignore[attr-defined]


class SayForm(PortalForm):
    """What an agency says about an incident that touches it."""

    text = forms.CharField(
        label=_("Ý kiến của cơ quan"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sở và các cơ quan liên quan đọc được. Không ghi dữ liệu cá nhân."),
    )


class ResultForm(PortalForm):
    """What came of a task given to the agency."""

    result = forms.CharField(label=_("Kết quả"), max_length=1000)
