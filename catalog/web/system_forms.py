"""Forms of the register of systems: shape only, the deed judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from catalog.choices import SystemKind
from catalog.form_fields import LinesField, NetworksField
from catalog.models import InformationSystem
from catalog.selectors.systems import operating_unit_choices
from core.choices import Environment
from core.forms import PortalForm

LEVELS = [("", _("Chọn cấp độ")), *((str(n), _("Cấp độ %(n)s") % {"n": n}) for n in range(1, 6))]


class SystemForm(PortalForm):
    """What an agency says of its system; a draft may leave out what registering needs."""

    name = forms.CharField(label=_("Tên hệ thống thông tin"), max_length=300)
    operating_unit = forms.ModelChoiceField(
        label=_("Đơn vị vận hành"), queryset=Agency.objects.none(), help_text=_("Có thể là chính cơ quan chủ quản.")
    )
    kind = forms.ChoiceField(label=_("Loại hệ thống"), choices=SystemKind.choices, required=False)
    supplier = forms.CharField(label=_("Đơn vị cung cấp phần mềm"), max_length=300, required=False)
    technologies = LinesField(
        label=_("Công nghệ sử dụng"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Mỗi dòng một công nghệ, ví dụ ngôn ngữ, hệ quản trị cơ sở dữ liệu."),
    )
    hosting = forms.CharField(
        label=_("Nơi đặt hệ thống"),
        max_length=300,
        required=False,
        help_text=_("Ví dụ trung tâm dữ liệu của tỉnh, phòng máy của cơ quan, nhà cung cấp hạ tầng."),
    )
    purpose = forms.CharField(
        label=_("Mục đích sử dụng"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Hệ thống phục vụ việc gì, cho ai."),
    )
    security_level = forms.TypedChoiceField(
        label=_("Cấp độ an toàn hệ thống thông tin"), choices=LEVELS, coerce=int, empty_value=None
    )
    security_decision = forms.CharField(
        label=_("Số quyết định phê duyệt cấp độ"), max_length=100, required=False, help_text=_("Ví dụ 12/QĐ-UBND")
    )
    security_decided_on = forms.DateField(
        label=_("Ngày quyết định"), required=False, help_text=_("Ngày/tháng/năm, ví dụ 19/03/2026.")
    )
    environments = forms.MultipleChoiceField(
        label=_("Môi trường"),
        choices=Environment.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Hệ thống có những môi trường nào để kết nối."),
    )
    networks = NetworksField(
        label=_("Địa chỉ mạng"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Mỗi dòng một địa chỉ IP hoặc một dải, ví dụ 10.20.30.40 hoặc 10.20.30.0/24."),
    )
    sandbox_networks = NetworksField(
        label=_("Địa chỉ mạng thử nghiệm"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Chỉ khi môi trường thử nghiệm dùng địa chỉ khác địa chỉ ở trên."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def clean_kind(self) -> str:
        """Return the kind; software where an old form sent none."""
        return self.cleaned_data["kind"] or SystemKind.SOFTWARE

    def __init__(self, *args: Any, agency_id: int, draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("purpose", "security_level", "environments"):
            self.fields[name].required = not draft
        units: Any = self.fields["operating_unit"]
        units.queryset = Agency.objects.all()
        units.widget.choices = [("", _("Chọn đơn vị")), *operating_unit_choices(agency_id)]


def values_of(system: InformationSystem) -> dict[str, Any]:
    """Return what the form starts with."""
    names = [name for name in SystemForm.base_fields if name != "operating_unit"]
    return {name: getattr(system, name) for name in names} | {"operating_unit": system.operating_unit_id}


class ReasonForm(PortalForm):
    """Why."""

    reason = forms.CharField(label=_("Lý do"), max_length=300)
