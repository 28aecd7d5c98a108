"""Trying an operation in the browser: the portal sends the call with the system's own sandbox key (ux.md C3).

The broker treats it like any call of the system: same signature, quota, fields, and a row in the log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record_fact
from catalog.models import Operation
from connections.models import Credential, Grant
from connections.models.credentials import keyring
from connections.services.keys import is_technician
from connections.services.sandbox import signing_key
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.crypto import SealBroken
from core.http import OwnAnswer, Unreachable, call_own
from core.problems import DomainError, InvalidInput, PermissionRefused, StateRefused
from core.tries import take_try

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAMED = re.compile(r"[A-Za-z0-9._@-]{1,64}")
ROOM, SECONDS = "try-it", 60
# The longest call, and a little more.
PATIENCE_SECONDS = 35.0
MOST_SHOWN = 65_536


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to send: values of the path by name, the query as it is written, and a JSON body.

    ``named`` are administrative procedure and officer, by ``catalog.relayed``, where the source system demands them.
    """

    path: Mapping[str, str]
    query: str = ""
    body: str = ""
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """A call that was sent: where (``path`` behind service and version), with which key, and what came back."""

    path: str
    body: str
    key: Credential
    answer: OwnAnswer
    request_id: str
    named: Mapping[str, str] = field(default_factory=dict)


def try_operation(*, actor: Actor, grant: Grant, operation: Operation, wish: Wish) -> Tried:
    """Send one call of *operation* under a sandbox *grant*, signed with the system's own key.

    By whoever may manage the keys of the system, for only they may use its secret; each try is a fact and counted.
    The call itself obeys the rules of the broker, which writes it into the log.
    Raises PermissionRefused, StateRefused, InvalidInput by field, TooMany, DomainError when the broker cannot be had.
    """
    if actor.user_id is None or not is_technician(actor, grant.system):
        raise PermissionRefused(_("Gọi thử bằng khóa của hệ thống thuộc Cán bộ kỹ thuật của cơ quan quản lý."))
    key = _judge(grant)
    path = path_of(operation, wish)
    count_try(actor)
    tried = send_try(key, grant, operation, path, wish)
    with transaction.atomic():  # not around the call: no lock waits for the network
        record_fact(actor=actor, deed="sandbox.tried", subject=grant, after=told_of(tried, operation), clause="QC10.3")
    return tried


def count_try(actor: Actor) -> None:
    """Count one try of a person. Raises TooMany."""
    take_try(ROOM, [str(actor.user_id)], limit=settings.TRIES_PER_MINUTE, seconds=SECONDS, guessing=False)


def told_of(tried: Tried, operation: Operation) -> dict[str, Any]:
    """Return what a fact keeps of a try: no value that was typed and nothing that came back."""
    status, request_id = tried.answer.status, tried.request_id
    return {"key": tried.key.access_key, "operation": operation.code, "status": status, "request_id": request_id}


def send_try(key: Credential, grant: Grant, operation: Operation, path: str, wish: Wish) -> Tried:
    """Sign one call and send it to the broker. Raises StateRefused, DomainError when the broker cannot be had."""
    target = f"/api/data/{operation.version.service.code}/{operation.version.name}{path}"
    body = wish.body.encode()
    headers = _signed(key, grant, operation.method, target, body, wish.named)
    try:
        answer = call_own(
            operation.method,
            f"{settings.DATA_URL}{target}",
            headers=headers,
            body=body,
            timeout=PATIENCE_SECONDS,
            max_bytes=MOST_SHOWN,
        )
    except Unreachable as error:
        text = _("Bộ trung gian chưa trả lời. Thử lại sau ít phút; nếu vẫn vậy, báo đơn vị vận hành.")
        raise DomainError(text, code="unavailable") from error
    request_id = next((value for name, value in answer.headers if name.lower() == "x-request-id"), "")
    return Tried(path, wish.body, key, answer, request_id, wish.named)


def _judge(grant: Grant) -> Credential:
    """Return the key that signs. Raises StateRefused where nothing may be tried."""
    if grant.environment != Environment.SANDBOX:
        raise StateRefused(_("Chỉ gọi thử trên trang này được trong môi trường thử nghiệm."))
    if grant.revoked_at is not None or (grant.valid_to is not None and grant.valid_to < clock.today()):
        raise StateRefused(_("Quyền %(code)s đã thu hồi hoặc hết hạn; mở lại quyền gọi thử.") % {"code": grant})
    key = signing_key(grant.system)
    if key is None:
        raise StateRefused(_("Hệ thống không có khóa thử nghiệm HMAC-SHA256 nào đang dùng; mở lại quyền gọi thử."))
    return key


def path_of(operation: Operation, wish: Wish) -> str:
    """Return path and query behind the version, as they are sent. Raises InvalidInput naming what cannot be."""
    errors: dict[str, list[str]] = {}
    for name in PLACE.findall(operation.template):
        value = wish.path.get(name, "")
        if not value or not value.isprintable() or value in (".", ".."):
            errors[f"path_{name}"] = [_("Nhập %(name)s: chữ, số, không có ký tự điều khiển") % {"name": name}]
    if not wish.query.isprintable():
        errors["query"] = [_("Tham số truy vấn không có ký tự điều khiển")]
    if _CONTROL.search(wish.body):
        errors["body"] = [_("Nội dung có ký tự điều khiển; xóa ký tự đó rồi gửi lại")]
    for what, value in wish.named.items():
        if not _NAMED.fullmatch(value):
            errors[what] = [_("Mã dài 1 đến 64 ký tự: chữ không dấu, số và các dấu . _ - (mã cán bộ có thể có @)")]
    if errors:
        raise InvalidInput(errors)
    path = PLACE.sub(lambda match: quote(wish.path[match[1]], safe=""), operation.template)
    query = quote(_LONE_PERCENT.sub("%25", wish.query), safe="=&%+,:;@/?-._~")
    return f"{path}?{query}" if query else path


def _signed(
    key: Credential, grant: Grant, method: str, target: str, body: bytes, named: Mapping[str, str]
) -> dict[str, str]:
    try:
        secret = key.verifier(keyring(settings.FIELD_KEYS)).decode()
    except SealBroken as error:
        raise StateRefused(
            _("Khóa %(key)s không mở được nữa; thu hồi khóa rồi tạo khóa khác.") % {"key": key}
        ) from error
    signing = import_module(settings.CALL_SIGNING)
    held = signing.Credentials(key.access_key, secret, grant.code, grant.purpose.code)
    created, authority = int(clock.now().timestamp()), settings.DATA_URL.partition("://")[2]
    headers: dict[str, str] = signing.sign(
        held, method=method, authority=authority, target=target, created=created, body=body, **named
    )
    return {**headers, **({"Content-Type": "application/json"} if body else {})}
