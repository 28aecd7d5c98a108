"""Forms of wishes for data: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from catalog.models import DataService
from catalog.wish_words import WishOutcome
from core import clock
from core.forms import PortalForm


def _text(label: Any, most: int, rows: int, hint: Any = "", *, required: bool = True) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, widget=area, help_text=hint, required=required)


class WishForm(PortalForm):
    """What data is needed, what for, on which basis."""

    title = forms.CharField(
        label=_("Dữ liệu cần"), max_length=300, help_text=_("Một dòng, ví dụ: Tình trạng nộp phí bảo vệ môi trường")
    )
    description = _text(_("Mô tả dữ liệu"), 2000, 5, _("Các trường cần, tra theo gì, phạm vi, tần suất."))
    purpose = _text(_("Mục đích sử dụng"), 2000, 4, _("Thủ tục hoặc nhiệm vụ nào sẽ dùng dữ liệu này."))
    legal_basis = _text(_("Căn cứ pháp lý, chức năng nhiệm vụ"), 1000, 3)
    wanted_provider = forms.ModelChoiceField(
        label=_("Cơ quan đang giữ dữ liệu"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=_("Chưa rõ"),
        help_text=_("Để «Chưa rõ» nếu không biết; Sở Khoa học và Công nghệ sẽ tìm."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider: Any = self.fields["wanted_provider"]
        provider.queryset = Agency.objects.in_force(clock.today())


class AnswerForm(PortalForm):
    """What SKHCN answers."""

    outcome = forms.ChoiceField(label=_("Kết quả"), choices=WishOutcome.choices, widget=forms.RadioSelect)
    service = forms.ModelChoiceField(
        label=_("Dịch vụ đáp ứng"),
        queryset=DataService.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.TextInput,
        help_text=_("Mã dịch vụ trong danh mục; chỉ khi đã có dịch vụ đáp ứng."),
        error_messages={"invalid_choice": _("Không có dịch vụ đã công bố mang mã này")},
    )
    planned_agency = forms.ModelChoiceField(
        label=_("Cơ quan sẽ xây dựng"), queryset=Agency.objects.none(), required=False, empty_label=_("Không chọn")
    )
    planned_on = forms.DateField(
        label=_("Dự kiến có từ ngày"), required=False, help_text=_("Ngày/tháng/năm, ví dụ 19/03/2027.")
    )
    answer = _text(_("Nội dung trả lời"), 2000, 4, required=False)
    answer_basis = _text(
        _("Căn cứ pháp lý"), 1000, 3, _("Bắt buộc khi chưa đáp ứng được, cùng lý do ở trên."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service: Any = self.fields["service"]
        service.queryset = DataService.objects.published()
        planned: Any = self.fields["planned_agency"]
        planned.queryset = Agency.objects.in_force(clock.today())
