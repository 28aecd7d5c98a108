"""Forms of the staff pages of the register: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import Agency
from core import clock
from core.admin import DeedForm
from core.admin_import import ConfirmForm, FileForm
from core.forms import PortalForm


class AgencyForm(DeedForm):
    """An agency, with the version the person sees and why they change it."""

    reason = forms.CharField(
        label=_("Lý do"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Ví dụ số văn bản; bắt buộc khi sửa ngày kết thúc."),
    )
    seen_version = forms.IntegerField(label=_("Phiên bản"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version


class StaffForm(PortalForm):
    """A deed on one agency: why, and the version of it the person sees."""

    reason = forms.CharField(label=_("Lý do"), max_length=2000, widget=UnfoldAdminTextInputWidget)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplaceCodeForm(StaffForm):
    """The official code of an agency."""

    code = forms.CharField(
        label=_("Mã chính thức"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Ví dụ H60.02; giữ nguyên mã hiện tại nếu chỉ xác nhận mã đó là chính thức."),
    )
    field_order = ("code", "reason")


class SuccessorField(forms.ModelChoiceField):
    """A choice of agencies by name and code."""

    def label_from_instance(self, obj: Any) -> str:
        """Return name and code."""
        return f"{obj.name} ({obj.code})"


class EndForm(StaffForm):
    """When an agency ends, who takes over, and where its units go."""

    valid_to = forms.DateField(
        label=_("Ngày kết thúc"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Ngày hoạt động cuối cùng, theo dạng ngày/tháng/năm, ví dụ 30/06/2026."),
    )
    successor = SuccessorField(
        label=_("Cơ quan kế thừa"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=_("Không có"),
        widget=UnfoldAdminSelectWidget,
    )
    move_children = forms.BooleanField(
        label=_("Chuyển các đơn vị trực thuộc sang cơ quan kế thừa"), required=False, widget=UnfoldBooleanWidget
    )
    field_order = ("valid_to", "successor", "move_children", "reason")

    def __init__(self, agency: Agency, *args: Any, has_children: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_children:
            del self.fields["move_children"]
        living = Agency.objects.in_force(clock.today()).exclude(pk=agency.pk)
        self.fields["successor"].queryset = living.only("name", "code", "sort_key")  # type: ignore[attr-defined]


class AgencyFileForm(FileForm):
    """A file of agencies and where it comes from."""

    source = forms.CharField(
        label=_("Nguồn"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Văn bản hoặc nơi cung cấp danh sách; dùng cho cơ quan mới mà dòng của nó để trống cột Nguồn."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Tệp danh bạ")


class AgencyConfirmForm(ConfirmForm):
    """Why a previewed file is taken over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Ví dụ số văn bản gửi danh sách; được ghi vào nhật ký của từng cơ quan.")
