"""Forms about people: shape only; services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.choices import ChangeKind
from core.forms import PortalForm
from core.problems import InvalidInput


def show_refusal(form: forms.Form, refusal: InvalidInput) -> None:
    """Put what a deed refused on the fields it names."""
    for name, texts in refusal.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))


class InviteForm(PortalForm):
    """Whom an administrator invites, and as what."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    email = forms.EmailField(label=_("Thư điện tử công vụ"), help_text=_("Ví dụ ten@tuyenquang.gov.vn"))
    role = forms.ChoiceField(label=_("Vai trò"))
    employer = forms.CharField(
        label=_("Đơn vị chủ quản của nhà thầu"), max_length=200, required=False, help_text=_("Chỉ nhập cho nhà thầu")
    )
    valid_to = forms.DateField(
        label=_("Vai trò đến hết ngày"), required=False, help_text=_("Bắt buộc với nhà thầu, ví dụ 31/12/2026")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Chọn vai trò")), *roles.choices("agency")]  # type: ignore[attr-defined]


class EndForm(PortalForm):
    """Why a role ends."""

    reason = forms.CharField(label=_("Lý do"), max_length=300)


class ExtendForm(PortalForm):
    """Until when a role goes on, and why."""

    valid_to = forms.DateField(label=_("Đến hết ngày"), help_text=_("Ví dụ 31/12/2026"))
    reason = forms.CharField(label=_("Lý do"), max_length=300)


class ProposeForm(PortalForm):
    """A role change at the operator."""

    kind = forms.ChoiceField(label=_("Nội dung"), choices=ChangeKind.choices)
    role = forms.ChoiceField(label=_("Vai trò"), choices=roles.choices("operator"))
    email = forms.EmailField(label=_("Thư điện tử công vụ"))
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=150, required=False, help_text=_("Nhập nếu người này chưa có tài khoản")
    )
    valid_to = forms.DateField(label=_("Vai trò đến hết ngày"), required=False)
    reason = forms.CharField(label=_("Lý do"), max_length=300)


class DecideForm(PortalForm):
    """A remark on a decision."""

    note = forms.CharField(label=_("Ý kiến"), max_length=300, required=False, help_text=_("Bắt buộc khi không duyệt"))

    def clean(self) -> dict[str, Any]:
        """Read which of the two buttons was pressed; neither decides nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        pressed = self.data.get("decision")
        if pressed not in ("approve", "return"):
            raise forms.ValidationError(_("Chọn Duyệt hoặc Không duyệt"))
        return {**cleaned, "approve": pressed == "approve"}


class AcceptForm(PortalForm):
    """What a person types to accept with an account they have."""

    code = forms.CharField(label=_("Mã người mời đọc cho bạn"), max_length=20, help_text=_("Gồm 8 ký tự"))


class AcceptNewForm(AcceptForm):
    """What a person without an account types."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    password = forms.CharField(
        label=_("Mật khẩu"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("Từ 12 ký tự, không phải mật khẩu thông dụng"),
        strip=False,
    )
