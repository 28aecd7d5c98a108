"""Forms of the second step. A wrong code counts like a wrong password; a code works once."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.web.lockout import count_failure, may_try
from core.forms import PortalForm


def code_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Return a field for a code, which phones may fill in and show figures for."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(label=label, help_text=help_text, max_length=32, widget=forms.TextInput(attrs=attrs))


def _spent_key(user: User, code: str) -> str:
    return f"second-step:spent:{user.pk}:{normalize_user_code(code)}"


def _spend(user: User, code: str) -> bool:
    """Mark *code* used for as long as it would be accepted, which allauth's own mark does not outlast."""
    seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(_spent_key(user, code), "1", timeout=seconds))


class CountedCodeForm(PortalForm):
    """Lets axes judge and count tries at a code."""

    user: User

    def clean_code(self) -> str:
        """Refuse while locked, a code used before, and a wrong code; count the last two."""
        request = context.request
        if not may_try(request, self.user.email):
            raise get_adapter().validation_error("incorrect_code")
        try:
            if cache.get(_spent_key(self.user, self.cleaned_data["code"])):
                raise get_adapter().validation_error("incorrect_code")
            code: str = super().clean_code()  # type: ignore[misc]
            if not _spend(self.user, code):
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            count_failure(request, self.user.email)
            raise
        return code


class SecondStepForm(CountedCodeForm, AuthenticateForm):
    """The second step of sign-in."""

    code = code_field(_("Mã xác thực"), _("Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng."))


class SecondStepAgainForm(CountedCodeForm, ReauthenticateForm):
    """The second step asked again before something sensitive."""

    code = code_field(_("Mã xác thực"), _("Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng."))


class ActivateTotpForm(PortalForm, ActivateTOTPForm):
    """Proves that the authenticator was set up; the code that proves it opens nothing else."""

    code = code_field(_("Mã xác thực"), _("Sáu chữ số ứng dụng vừa hiện."))

    def clean_code(self) -> str:
        """Refuse a wrong code."""
        code: str = super().clean_code()
        _spend(self.user, code)
        return code
