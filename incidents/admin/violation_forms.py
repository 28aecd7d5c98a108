"""Forms of the staff pages of violations: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from catalog.models import InformationSystem
from connections.models import Grant
from core.forms import PortalForm
from incidents.admin.working import SeenForm
from incidents.models import Incident
from incidents.register_choices import Act, AppealResult, Outcome
from incidents.selectors.violations import grants_of

_WHEN = _("Ví dụ 19/03/2026 08:30")


def _text(label: Any, help_text: Any = "", rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows})
    )


class OpenForm(PortalForm):
    """A violation opened by hand, from an alert or from nothing."""

    act = forms.ChoiceField(label=_("Hành vi bị nghiêm cấm (Điều 5)"), choices=Act.choices, widget=forms.RadioSelect)
    agency = forms.ModelChoiceField(
        Agency.objects.order_by("sort_key"), label=_("Cơ quan có hành vi"), empty_label=_("Chọn cơ quan")
    )
    system = forms.ModelChoiceField(
        InformationSystem.objects.order_by("sort_key"),
        label=_("Hệ thống thông tin"),
        required=False,
        empty_label=_("Không rõ"),
    )
    grant = forms.ModelChoiceField(
        Grant.objects.open().order_by("code"),
        label=_("Quyền khai thác"),
        required=False,
        to_field_name="code",
        empty_label=_("Không rõ"),
    )
    incident = forms.ModelChoiceField(
        Incident.objects.open(),
        label=_("Sự cố liên quan"),
        required=False,
        to_field_name="code",
        empty_label=_("Không có"),
    )
    facts = _text(_("Diễn biến hành vi"), _("Ai, việc gì, bằng chứng ở đâu; không ghi dữ liệu cá nhân"))
    from_at = forms.DateTimeField(label=_("Từ lúc"), help_text=_WHEN)
    until_at = forms.DateTimeField(label=_("Đến lúc"), required=False, help_text=_("Để trống: bây giờ"))


class AskForm(SeenForm):
    """What the agency is asked to explain."""

    text = _text(_("Nội dung cần giải trình"), _("Cơ quan đọc được"))


class DecideForm(SeenForm):
    """What is decided, why, on which basis, and with which effect."""

    outcome = forms.ChoiceField(label=_("Kết luận"), choices=Outcome.choices, widget=forms.RadioSelect)
    text = _text(_("Lý do"), _("Cơ quan đọc được"))
    legal_basis = forms.CharField(
        label=_("Căn cứ pháp lý"), max_length=300, required=False, help_text=_("Ví dụ khoản 3 Điều 5 Quy chế")
    )
    grant = forms.ModelChoiceField(
        Grant.objects.none(),
        label=_("Quyền bị tạm ngưng hoặc thu hồi"),
        required=False,
        to_field_name="code",
        empty_label=_("Theo vi phạm"),
        help_text=_("Có hiệu lực ngay ở lượt gọi tiếp theo; hai bên nhận thông báo"),
    )

    def __init__(self, *args: Any, case: Any, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["grant"].queryset = grants_of(case)  # type: ignore[attr-defined]


class AnswerForm(SeenForm):
    """What becomes of an appeal."""

    result = forms.ChoiceField(label=_("Kết quả"), choices=AppealResult.choices, widget=forms.RadioSelect)
    text = _text(_("Nội dung trả lời"), _("Cơ quan đọc được"))


class WhyForm(SeenForm):
    """A deed that needs a text."""

    text = _text(_("Lý do"), _("Cơ quan đọc được"), 2)


class EvidenceForm(SeenForm):
    """Which calls the evidence holds."""

    since = forms.DateTimeField(label=_("Từ lúc"), required=False, help_text=_("Để trống: thời gian của vi phạm"))
    until = forms.DateTimeField(label=_("Đến lúc"), required=False, help_text=_WHEN)
    only_refused = forms.BooleanField(label=_("Chỉ các lượt bị từ chối"), required=False)
