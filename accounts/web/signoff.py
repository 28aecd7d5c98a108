"""Who they are, asked again with a word that binds: the password, and a code where a second step is set up."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.web.mfa_forms import CountedCodeForm, code_field
from core.forms import PortalForm, name_the_errors


def password_field(**options: Any) -> forms.CharField:
    """Return a field for one's own password, which password managers may fill in."""
    options.setdefault("widget", forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    return forms.CharField(label=_("Mật khẩu của bạn"), strip=False, max_length=1000, **options)


class SignOffForm(PortalForm):
    """Adds ``password`` and, for who has one, ``code`` to a form whose ``signer`` is the person (decisions, 29).

    The password is never shown again. Wrong guesses count like those at sign-in; a code works once, and is not
    spent while the password is wrong.
    """

    def ask_again(self, signer: User) -> None:
        """Let the form ask; its constructor calls this last."""
        self.signer = signer
        self.fields["password"] = password_field(help_text=_("Nhập lại để xác nhận chính bạn là người ký"))
        if Authenticator.objects.filter(user=signer, type=Authenticator.Type.TOTP).exists():
            self.fields["code"] = code_field(_("Mã xác thực"), _("Sáu chữ số mới trong ứng dụng xác thực"))
        name_the_errors(self.fields)

    def clean_password(self) -> str:
        """Refuse a wrong password."""
        given: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.signer, given):
            raise forms.ValidationError(_("Mật khẩu không đúng"))
        return given

    def clean_code(self) -> str:
        """Refuse a wrong or used code; judged only after everything else was right."""
        return str(self.cleaned_data["code"])

    def clean(self) -> dict[str, Any]:
        """Spend the code last."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "code" in self.fields and not self.errors:
            asked = _Code({"code": cleaned.get("code", "")}, user=self.signer)
            if not asked.is_valid():
                self.add_error("code", _("Mã không đúng, đã dùng hoặc đã hết hạn; chờ mã mới rồi nhập lại"))
        return {name: value for name, value in cleaned.items() if name not in ("password", "code")}


class _Code(CountedCodeForm, BaseAuthenticateForm):
    code = code_field("")
