"""The platform's account at one source system, and what that system wants to hear of each call: judged and sealed."""

import re
from collections.abc import Mapping
from contextlib import suppress

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.models import Upstream
from catalog.models.upstreams import keyring
from catalog.services.judging import Errors
from core.addresses import AddressRefused, Target
from core.client_credentials import place_of
from core.crypto import SealBroken
from core.http import address_rules

ACCOUNT = ("token_url", "client_id", "token_scope")
HEADERS = ("procedure_header", "agency_header", "officer_header")
MOST_SECRET = 500
_CLIENT_ID = re.compile(r"[!-9;-~]{1,200}\Z")  # no colon: it ends the id (RFC 7617 §2)
_SECRET = re.compile(r"[ -~]+\Z")
_SCOPE = re.compile(r"[!#-\[\]-~]+(?: [!#-\[\]-~]+)*\Z")  # RFC 6749 §3.3
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
# What the platform or the wire itself sends; nobody else's words go under these names.
_OURS = re.compile(
    r"accept(-encoding|-language)?|authorization|connection|content-(digest|encoding|language|length|type)|cookie2?"
    r"|date|expect|forwarded|host|idempotency-key|if-(match|modified-since|none-match|range|unmodified-since)"
    r"|keep-alive|origin|proxy-.*|range|referer|sec-.*|signature(-input)?|te|traceparent|tracestate|trailer"
    r"|transfer-encoding|upgrade|user-agent|via|x-forwarded-.*|x-lgsp-.*|x-real-ip"
)


def set_account(upstream: Upstream, before: Mapping[str, str], client_secret: str) -> Errors:
    """Judge the account and the headers now in *upstream*, seal the secret; return what is wrong, by field.

    *before* holds ``token_url`` and ``client_id`` as they were: who changes one of them enters the secret again, so
    that nobody has a secret he does not know sent to an address of his own.
    """
    errors = Errors()
    if not upstream.token_url:
        _require_none(upstream, client_secret, errors)
    else:
        _judge_address(upstream, errors)
        _judge_names(upstream, errors)
        _set_secret(upstream, before, client_secret, errors)
    _judge_headers(upstream, errors)
    return errors


def _require_none(upstream: Upstream, client_secret: str, errors: Errors) -> None:
    upstream.sealed_client_secret = ""
    if upstream.client_id or upstream.token_scope or client_secret.strip():
        errors["token_url"] = [_("Nhập địa chỉ cấp mã truy cập, hoặc xóa trắng cả tài khoản và phạm vi")]


def _judge_address(upstream: Upstream, errors: Errors) -> None:
    try:
        if _in_the_clear(address_rules().check_url(upstream.token_url)):
            told = _("Mật khẩu tài khoản chỉ được gửi qua https://; nhập địa chỉ bắt đầu bằng https://")
            errors["token_url"] = [told]
    except AddressRefused as refused:
        errors["token_url"] = [str(refused.reason)]
    # A base address that is none is told by who judges addresses.
    with suppress(AddressRefused):
        if _in_the_clear(address_rules().check_url(upstream.base_url)):
            told = _("Mã truy cập chỉ được gửi qua https://; nhập địa chỉ gốc bắt đầu bằng https://")
            errors["base_url"] = [told]


def _in_the_clear(target: Target) -> bool:
    """Return whether anybody on the way could read along; on this machine lie systems of the demonstration only."""
    if target.scheme == "https":
        return False
    return not (target.host in ("localhost", "::1") or target.host.startswith("127."))


def _judge_names(upstream: Upstream, errors: Errors) -> None:
    if not _CLIENT_ID.match(upstream.client_id):
        errors["client_id"] = [
            _("Nhập mã tài khoản (client_id) được cấp: chữ không dấu, không có dấu cách, dấu hai chấm")
        ]
    if upstream.token_scope and not _SCOPE.match(upstream.token_scope):
        errors["token_scope"] = [
            _("Các phạm vi cách nhau một dấu cách, chỉ gồm chữ không dấu và số; để trống nếu không dùng")
        ]


def _set_secret(upstream: Upstream, before: Mapping[str, str], client_secret: str, errors: Errors) -> None:
    secret = client_secret.strip()
    if not secret:
        moved = any(before[name] != getattr(upstream, name) for name in ("token_url", "client_id"))
        if moved or not upstream.sealed_client_secret:
            errors["client_secret"] = [
                _("Nhập mật khẩu tài khoản; đổi địa chỉ hoặc mã tài khoản thì nhập lại mật khẩu")
            ]
        return
    if len(secret) > MOST_SECRET or not _SECRET.match(secret):
        errors["client_secret"] = [
            _("Mật khẩu tài khoản gồm tối đa %(n)s ký tự không dấu, trên một dòng") % {"n": MOST_SECRET}
        ]
        return
    place = place_of(upstream.token_url, upstream.client_id)
    ring = keyring(settings.FIELD_KEYS)
    if not before["token_url"] or secret != _opened(upstream, before):
        upstream.sealed_client_secret = ring.seal(secret, place=place)


def _opened(upstream: Upstream, before: Mapping[str, str]) -> str:
    """Return the secret kept until now; "" when it is to be sealed anew whatever it was."""
    if any(before[name] != getattr(upstream, name) for name in ("token_url", "client_id")):
        return ""
    try:
        return open_client_secret(upstream)
    except SealBroken:
        return ""


def _judge_headers(upstream: Upstream, errors: Errors) -> None:
    seen: dict[str, str] = {}
    for name in HEADERS:
        header = getattr(upstream, name)
        lower = header.lower()
        if not header:
            continue
        if not _HEADER.match(header):
            errors[name] = [_("Tên tiêu đề gồm chữ không dấu, số và gạch nối, bắt đầu bằng chữ, ví dụ MaCanBo")]
        elif _OURS.fullmatch(lower):
            errors[name] = [_("Tiêu đề này do nền tảng tự gửi; chọn tên khác, ví dụ MaCanBo")]
        elif lower in seen:
            errors[name] = [_("Mỗi nội dung cần một tiêu đề riêng")]
        seen[lower] = name


def open_client_secret(upstream: Upstream) -> str:
    """Return the secret kept at *upstream*, "" without one. Raises SealBroken."""
    account = upstream.account(keyring(settings.FIELD_KEYS))
    return account.secret if account is not None else ""
