"""Signing in at a source system outside of the broker: the trial of staff, and the checks of health.

The broker has tokens of its own; what is got here is kept in this process alone, until shortly before its end.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.record import record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import Upstream
from catalog.models.upstreams import keyring
from core.actor import Actor
from core.client_credentials import Account, LoginRefused, LoginUnavailable, Token, read_answer, request_of
from core.crypto import SealBroken
from core.http import Unreachable, ask
from core.problems import PermissionRefused, StateRefused
from core.tls import context_of

# No answer of a token endpoint is waited for longer (seconds), and no token used in the last of its life.
PATIENCE, RESERVE_SECONDS = 10.0, 10.0
_MOST_KEPT = 500
_REASONS = {
    "refused-address": gettext_lazy("địa chỉ nằm ngoài phạm vi nền tảng được gọi"),
    "no-such-host": gettext_lazy("không phân giải được tên máy chủ"),
    "no-connection": gettext_lazy("không kết nối được, hoặc chứng thư TLS không được tin cậy"),
    "timeout": gettext_lazy("quá thời gian chờ"),
    "broken-answer": gettext_lazy("câu trả lời không đọc được"),
}
_kept: dict[Account, tuple[Token, float]] = {}


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of signing in; ``told`` says it to people. ``seconds`` is the term of the token, 0 without one."""

    ok: bool
    told: str
    seconds: int = 0
    elapsed_ms: int = 0


def try_login(*, actor: Actor, upstream: Upstream) -> Trial:
    """Sign in at the token address of *upstream* now and say how it went; the token is not kept.

    The fact says who tried and whether it went well. Raises PermissionRefused, StateRefused where there is no account.
    """
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    if not upstream.token_url:
        raise StateRefused(_("Địa chỉ này không dùng tài khoản đăng nhập."))
    trial = _tried(upstream)
    after = {"ok": trial.ok, "result": trial.told}
    with transaction.atomic():  # the answer is waited for outside: no row is changed, no lock held meanwhile
        record_fact(actor=actor, deed="upstream.login_tried", subject=upstream, after=after)
    return trial


def _tried(upstream: Upstream) -> Trial:
    begun = time.monotonic()
    try:
        account = upstream.account(keyring(settings.FIELD_KEYS))
        assert account is not None  # noqa: S101
        token = log_in(account)
    except SealBroken:
        return Trial(False, _("Không mở được mật khẩu đã lưu. Nhập lại mật khẩu tài khoản rồi thử lại."))
    except LoginRefused as refused:
        told = _("Bị từ chối (%(why)s). Kiểm tra mã tài khoản, mật khẩu và phạm vi; nhập lại mật khẩu nếu đã đổi.")
        return Trial(False, told % {"why": refused})
    except LoginUnavailable as failed:
        told = _("Chưa lấy được mã truy cập: %(why)s. Kiểm tra địa chỉ cấp mã truy cập và mục TLS rồi thử lại.")
        return Trial(False, told % {"why": why_of(failed)})
    elapsed = int((time.monotonic() - begun) * 1000)
    told = _("Đăng nhập được sau %(ms)s ms; mã truy cập có hạn %(n)s giây.") % {"ms": elapsed, "n": token.seconds}
    return Trial(True, told, token.seconds, elapsed)


def why_of(failed: LoginUnavailable) -> str:
    """Return in words why there was no usable answer."""
    code = str(failed)
    if code.startswith("not a"):
        code = "broken-answer"
    return str(_REASONS.get(code, code))


def log_in(account: Account, timeout: float = PATIENCE) -> Token:
    """Return a new token. Raises LoginRefused, LoginUnavailable (its text: a status, or a reason of ``core.http``)."""
    headers, body = request_of(account)
    tls = context_of(account.tls) if account.tls is not None else None
    try:
        answer = ask(account.token_url, "", timeout=timeout, tls=tls, more=headers, content=body)
    except Unreachable as failed:
        raise LoginUnavailable(failed.reason) from None
    return read_answer(answer.status, answer.content)


def token_for(account: Account, timeout: float, *, fresh: bool = False) -> str:
    """Return a token that is good now, a new one if asked for a *fresh* one. Raises as :func:`log_in`."""
    found = _kept.pop(account, None)
    if found is not None and not fresh and time.monotonic() < found[1]:
        _kept[account] = found
        return found[0].text
    begun = time.monotonic()
    token = log_in(account, timeout)
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[account] = (token, begun + max(0.0, token.seconds - RESERVE_SECONDS))
    return token.text
