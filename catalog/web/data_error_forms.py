"""Forms of reports of wrong data: shape only, the deeds judge."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.duty_choices import ErrorAnswer
from catalog.models import DataService
from core.forms import PortalForm


class ErrorForm(PortalForm):
    """What is wrong with which data."""

    service = forms.ModelChoiceField(
        DataService.objects.none(),
        label=_("Dịch vụ dữ liệu"),
        empty_label=_("Chọn dịch vụ"),
        to_field_name="code",
    )
    version = forms.CharField(label=_("Phiên bản"), max_length=4, required=False, help_text=_("Ví dụ v1"))
    operation = forms.CharField(label=_("Thao tác"), max_length=64, required=False)
    fields_named = forms.CharField(label=_("Trường dữ liệu sai"), max_length=300, required=False)
    call_id = forms.UUIDField(
        label=_("Mã yêu cầu của lượt gọi"),
        required=False,
        help_text=_("36 ký tự ở tiêu đề X-Request-Id của câu trả lời; chỉ lượt gọi của hệ thống thuộc cơ quan bạn."),
        error_messages={"invalid": _("Mã yêu cầu gồm 36 ký tự; chép lại cả mã")},
    )
    wrong = forms.CharField(label=_("Dữ liệu sai ở đâu"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    expected = forms.CharField(
        label=_("Dữ liệu đúng là gì"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    evidence = forms.CharField(
        label=_("Căn cứ để biết là sai"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ví dụ số quyết định, nguồn đối chiếu."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].queryset = DataService.objects.published()  # type: ignore[attr-defined]
        self.initial.setdefault("form_token", uuid4())

    def told(self) -> dict[str, Any]:
        """Return what the deed takes."""
        given = dict(self.cleaned_data)
        return {"fields": given.pop("fields_named"), **given}


class AnswerForm(PortalForm):
    """What the provider found."""

    answer = forms.ChoiceField(label=_("Kết quả"), choices=ErrorAnswer.choices, widget=forms.RadioSelect)
    corrected_on = forms.DateField(
        label=_("Ngày đã sửa dữ liệu"), required=False, help_text=_("Chỉ nhập khi đã sửa, ví dụ 19/03/2026")
    )
    text = forms.CharField(
        label=_("Nội dung trả lời"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Đã sửa những gì, vì sao dữ liệu không sai, hoặc cần biết thêm điều gì."),
    )


class TextForm(PortalForm):
    """A text that goes with a step."""

    text = forms.CharField(label=_("Nội dung"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
