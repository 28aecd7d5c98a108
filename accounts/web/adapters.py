"""What django-allauth asks the product: texts, letters, who may do what, how secrets are kept."""

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from accounts import roles
from accounts.models import User
from accounts.selectors.actors import standings_of
from accounts.services.letters import send_letter
from core.crypto import Keyring
from core.web.addresses import client_address

_TOTP = "totp"
_WRONG_PAIR = _("Thư điện tử hoặc mật khẩu không đúng.")
_WEAK: Mapping[str, Any] = {
    "password_too_short": _("Mật khẩu cần ít nhất 12 ký tự"),
    "password_too_similar": _("Mật khẩu giống họ tên hoặc thư điện tử của bạn; chọn mật khẩu khác"),
    "password_too_common": _("Mật khẩu này nhiều người dùng, dễ đoán; chọn mật khẩu khác"),
    "password_entirely_numeric": _("Mật khẩu không được chỉ gồm chữ số"),
}


class PortalAccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations; letters go through the outbox; wrong pairs get one answer."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _WRONG_PAIR,
        "email_password_mismatch": _WRONG_PAIR,
        "invalid_login": _WRONG_PAIR,
        "username_password_mismatch": _WRONG_PAIR,
        "no_role": _("Tài khoản không còn vai trò nào đang hiệu lực. Liên hệ quản trị cơ quan."),
        "enter_current_password": _("Mật khẩu hiện tại không đúng."),
        "incorrect_password": _("Mật khẩu không đúng."),
        "incorrect_code": _("Mã không đúng hoặc đã được dùng."),
        "invalid_password_reset": _("Liên kết đặt mật khẩu không còn hiệu lực."),
        "too_many_login_attempts": _("Thử quá nhiều lần. Chờ ít phút rồi thử lại."),
        "rate_limited": _("Thực hiện quá nhanh. Chờ ít phút rồi thử lại."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up; an agency invites."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages only: allauth's second, JSON face stays shut."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Return whether *url* stays on the host this request came to."""
        request = allauth_context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the caller's address as the rest of the product sees it."""
        return client_address(request) or super().get_client_ip(request)

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Check the password of a signed-in person, through axes."""
        found = self.authenticate(allauth_context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def clean_password(self, password: str, user: Any = None) -> str:
        """Refuse weak passwords, saying in Vietnamese what is weak."""
        try:
            return super().clean_password(password, user=user)
        except ValidationError as error:
            texts = [_WEAK.get(item.code or "", item.message) for item in error.error_list]
            raise ValidationError(texts) from error

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to the person's account."""
        return reverse("profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of the letter under the address we are published at, whatever host the request named."""
        uid, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.PUBLIC_URL.rstrip('/')}{path}"

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Send to the address we hold, not to the one that was typed."""
        self.send_mail("account/email/password_reset_key", user.email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the letter into the outbox."""
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        body = render_to_string(f"{template_prefix}_message.txt", context).strip()
        send_letter(to=email, subject=f"{settings.EMAIL_SUBJECT_PREFIX}{subject}", body=f"{body}\n")


@lru_cache(maxsize=4)
def _keyring(text: str) -> Keyring:
    return Keyring.parse(text)


def requires_second_step(user: User) -> bool:
    """Return whether a role *user* holds today asks for a second step."""
    return any(roles.ROLES[code].second_step for item in standings_of(user) for code in item.role_codes)


class PortalMFAAdapter(DefaultMFAAdapter):
    """Seals the secrets of the second step and keeps it on where a role requires it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Vai trò của bạn yêu cầu xác thực hai bước nên không tắt được."),
        "cannot_generate_recovery_codes": _("Thiết lập xác thực hai bước trước khi tạo mã dự phòng."),
        "incorrect_code": _("Mã không đúng hoặc đã được dùng."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret with the newest field key."""
        return _keyring(settings.FIELD_KEYS).seal(text, place=_TOTP)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret. Raises ``core.crypto.SealBroken``."""
        return _keyring(settings.FIELD_KEYS).open(encrypted_text, place=_TOTP)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether the person may turn the second step off."""
        return not requires_second_step(authenticator.user)

    def build_totp_svg(self, url: str) -> str:
        """Draw the code on white, so that it can be scanned in the dark theme too."""
        buffer = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(buffer)
        return buffer.getvalue().decode()
