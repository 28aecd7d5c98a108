"""Forms about people: shape only; services judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.choices import ChangeKind
from accounts.models import Agency
from accounts.selectors.people import agencies_with_outside_roles
from core.forms import PortalForm
from core.problems import DomainError, InvalidInput


def show_refusal(form: forms.Form, refusal: InvalidInput) -> None:
    """Put what a deed refused on the fields it names."""
    for name, texts in refusal.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, str(text))


def told(form: forms.Form, refusal: DomainError) -> None:
    """Show on the form whatever a deed refused."""
    if isinstance(refusal, InvalidInput):
        show_refusal(form, refusal)
    else:
        form.add_error(None, str(refusal.detail))


class InviteForm(PortalForm):
    """Whom an administrator invites, and as what."""

    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    email = forms.EmailField(
        label=_("Thư điện tử công vụ"), max_length=254, help_text=_("Ví dụ ten@tuyenquang.gov.vn")
    )
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
    """A role given or ended: at the operator, of a leader of the province, of an inspector."""

    kind = forms.ChoiceField(
        label=_("Nội dung"), choices=[(kind.value, kind.label) for kind in (ChangeKind.GIVE, ChangeKind.END)]
    )
    role = forms.ChoiceField(
        label=_("Vai trò"),
        choices=[
            ("", _("Chọn vai trò")),
            (_("Của Sở Khoa học và Công nghệ"), roles.choices("operator")),
            (_("Của cơ quan khác"), roles.choices("leadership", "inspection")),
        ],
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=_("Cơ quan"),
        required=False,
        empty_label=_("Cơ quan của bạn"),
        help_text=_("Chọn cơ quan của lãnh đạo hoặc cán bộ kiểm tra; vai trò của Sở để nguyên"),
    )
    email = forms.EmailField(label=_("Thư điện tử công vụ"), max_length=254)
    full_name = forms.CharField(
        label=_("Họ và tên"), max_length=150, required=False, help_text=_("Nhập nếu người này chưa có tài khoản")
    )
    valid_to = forms.DateField(
        label=_("Vai trò đến hết ngày"),
        required=False,
        help_text=_("Bắt buộc với cán bộ kiểm tra, trong vòng %(n)s ngày (hạn nội bộ), ví dụ 31/12/2026")
        % {"n": roles.ROLES["inspector"].max_days},
    )
    reason = forms.CharField(label=_("Lý do"), max_length=300, help_text=_("Ví dụ số, ngày quyết định kiểm tra"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies_with_outside_roles()  # type: ignore[attr-defined]


class ResetForm(PortalForm):
    """Whose second step is lost, and why the two believe it."""

    email = forms.EmailField(label=_("Thư điện tử công vụ"), max_length=254)
    reason = forms.CharField(
        label=_("Lý do"), max_length=300, help_text=_("Ví dụ mất điện thoại; đã gặp trực tiếp để xác minh")
    )


class ResetOwnForm(PortalForm):
    """Why a second step of the own agency is voided."""

    reason = forms.CharField(
        label=_("Lý do"), max_length=300, help_text=_("Ví dụ mất điện thoại; đã gặp trực tiếp để xác minh")
    )


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
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("Từ 12 ký tự, không phải mật khẩu thông dụng"),
        strip=False,
    )
