"""Forms of sign-in and of the person's own account; allauth's, in Vietnamese and counted by axes."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField, PasswordField, SetPasswordField
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.selectors.actors import standings_of
from core.forms import PortalForm, name_the_errors
from core.problems import InvalidInput

PASSWORD_HELP = _("Ít nhất 12 ký tự, không chỉ gồm chữ số, không giống họ tên hoặc thư điện tử của bạn.")


class EntranceForm(PortalForm):
    """Drops the placeholders allauth repeats labels in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class NewPasswordTwice(EntranceForm):
    """Asks for a new password twice."""

    def clean(self) -> dict[str, Any]:
        """Refuse two different passwords."""
        cleaned = super(allauth.PasswordVerificationMixin, self).clean() or self.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("Hai lần nhập mật khẩu không giống nhau."))
        return dict(cleaned)


def _address_field() -> EmailField:
    attrs = {"type": "email", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
    return EmailField(label=_("Thư điện tử công vụ"), widget=forms.TextInput(attrs=attrs), max_length=254)


class SignInForm(EntranceForm, allauth.LoginForm):
    """Address and password. One answer for every wrong pair; the state of an account is told only to its owner."""

    password = PasswordField(label=_("Mật khẩu"), autocomplete="current-password", max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = _address_field()
        name_the_errors(self.fields)

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        if not self.user.is_active:
            raise get_adapter().validation_error("email_password_mismatch")
        if not standings_of(self.user):
            raise get_adapter().validation_error("no_role")
        return cleaned


class ResetPasswordForm(EntranceForm, allauth.ResetPasswordForm):
    """Asks where to send the link."""

    email = _address_field()


class NewPasswordForm(NewPasswordTwice, allauth.ResetPasswordKeyForm):
    """Sets a new password by the link of a letter."""

    password1 = SetPasswordField(label=_("Mật khẩu mới"), help_text=PASSWORD_HELP, max_length=1000)
    password2 = PasswordField(label=_("Nhập lại mật khẩu mới"), autocomplete="new-password", max_length=1000)


class ChangePasswordForm(NewPasswordTwice, allauth.ChangePasswordForm):
    """Changes one's own password; a wrong present password counts like a wrong sign-in."""

    oldpassword = PasswordField(label=_("Mật khẩu hiện tại"), autocomplete="current-password", max_length=1000)
    password1 = SetPasswordField(label=_("Mật khẩu mới"), help_text=PASSWORD_HELP, max_length=1000)
    password2 = PasswordField(label=_("Nhập lại mật khẩu mới"), autocomplete="new-password", max_length=1000)

    def clean_oldpassword(self) -> str:
        """Refuse a wrong present password."""
        given: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given


class ReauthenticateForm(EntranceForm, allauth.ReauthenticateForm):
    """Asks for the password again before something sensitive; counted like a sign-in by the adapter."""

    password = PasswordField(label=_("Mật khẩu"), autocomplete="current-password", max_length=1000)


class ProfileForm(PortalForm):
    """What a person may change about themselves."""

    phone = forms.CharField(
        label=_("Điện thoại"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        validators=[
            RegexValidator(r"^\+?[0-9 .]{8,20}$", _("Số điện thoại gồm 8 đến 15 chữ số, ví dụ 0207 382 1234"))
        ],
    )
    position = forms.CharField(
        label=_("Chức vụ"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )

    def refuse(self, refusal: InvalidInput) -> None:
        """Show what the deed refused at the fields it names."""
        for name, texts in refusal.errors.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
