"""Asking source systems how they are: claim what is due, ask one, forget what is old, set the rules."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.record import changed, record_fact
from catalog.models import Upstream
from catalog.models.upstreams import keyring
from catalog.services.provider_login import token_for, why_of
from core import clock
from core.actor import Actor
from core.client_credentials import Account, LoginRefused, LoginUnavailable
from core.crypto import SealBroken
from core.hours import is_open, next_opening, week_of
from core.http import Answer, Unreachable, ask
from core.problems import InvalidInput, PermissionRefused
from core.tls import context_of
from incidents.choices import CheckMethod, Health
from incidents.models import HealthCheck, HealthPolicy, HealthSetting, UpstreamHealth
from incidents.selectors.health import MISSED, Manner, health_policy, manner_of, missed, watched_upstreams

MANAGE = "service.manage"
FIELDS = ("interval_seconds", "slow_ms", "keep_days", "outage_faults", "quiet_seconds", "certificate_days")
MANNER = ("method", "interval_seconds", "hours", "statuses", "contains")
# After the first failed check the next one comes soon: two in a row are an outage.
SECOND_LOOK_SECONDS = 15
# No answer is waited for longer than this, whatever the address allows a call (seconds).
PATIENCE = 10
BATCH = 200
GOOD = (Health.UP, Health.SLOW)
_REASONS = {
    "refused-address": (Health.REFUSED, gettext_lazy("Địa chỉ nằm ngoài phạm vi nền tảng được gọi")),
    "no-such-host": (Health.DOWN, gettext_lazy("Không phân giải được tên máy chủ")),
    "no-connection": (Health.DOWN, gettext_lazy("Không kết nối được")),
    "timeout": (Health.DOWN, gettext_lazy("Quá thời gian chờ")),
    "broken-answer": (Health.WRONG, gettext_lazy("Câu trả lời không đọc được")),
}


@transaction.atomic
def claim_due() -> list[int]:
    """Return the ids of addresses to ask now, having pushed their next check one interval ahead.

    Rows another worker is claiming are passed over. What has never been asked is due at once.
    """
    now, policy = clock.now(), health_policy()
    for upstream in watched_upstreams().filter(health__isnull=True)[:BATCH]:
        UpstreamHealth.objects.get_or_create(upstream=upstream, defaults={"due_at": now})
    due = UpstreamHealth.objects.filter(due_at__lte=now, upstream__in=watched_upstreams())
    held = due.select_for_update(skip_locked=True, of=("self",)).select_related("upstream__health_setting")
    claimed = list(held.order_by("due_at", "id")[:BATCH])
    for row in claimed:
        manner = manner_of(row.upstream, policy)
        row.due_at = now + timedelta(seconds=manner.interval)
        if not is_open(manner.week, now):
            row.due_at = next_opening(manner.week, now)
        row.save(update_fields=["due_at"])
    return [row.upstream_id for row in claimed if is_open(manner_of(row.upstream, policy).week, now)]


def check_upstream(*, upstream_id: int) -> UpstreamHealth | None:
    """Ask one source system, outside of any transaction, and enter what it answered; None when it is gone."""
    upstream = watched_upstreams().select_related("health_setting").filter(pk=upstream_id).first()
    if upstream is None:
        return None
    state, elapsed_ms, detail = _ask(upstream, health_policy())
    return _enter(upstream, state, elapsed_ms, detail)


def _ask(upstream: Upstream, policy: HealthPolicy) -> tuple[Health, int | None, str]:
    ring = keyring(settings.FIELD_KEYS)
    try:
        profile, account = upstream.tls_profile(ring), upstream.account(ring)
    except SealBroken:
        return Health.REFUSED, None, _("Không mở được khóa riêng hoặc mật khẩu của nền tảng")
    tls = context_of(profile) if profile is not None else None
    timeout, manner = min(upstream.timeout_ms / 1000, PATIENCE), manner_of(upstream, policy)
    try:
        answer = _answer(upstream, account, timeout, tls, head=manner.method == CheckMethod.HEAD)
    except LoginRefused:
        return Health.WRONG, None, _("Từ chối tài khoản của nền tảng")
    except LoginUnavailable as failed:
        return Health.DOWN, None, _("Không lấy được mã truy cập: %(why)s") % {"why": why_of(failed)}
    except Unreachable as failed:
        state, why = _REASONS[failed.reason]
        return state, None, str(why)
    state, detail = _judged(answer, manner, policy)
    return state, answer.elapsed_ms, detail


def _answer(upstream: Upstream, account: Account | None, timeout: float, tls: Any, *, head: bool) -> Answer:
    """Ask, signed in where the source system wants that; a token that is not accepted is replaced once.

    Raises Unreachable, LoginRefused, LoginUnavailable.
    """
    if account is None:
        return ask(upstream.base_url, upstream.health_path, timeout=timeout, tls=tls, head=head)
    for fresh in (False, True):
        token = token_for(account, timeout, fresh=fresh)
        bearer = [("Authorization", f"Bearer {token}")]
        answer = ask(upstream.base_url, upstream.health_path, timeout=timeout, tls=tls, more=bearer, head=head)
        if answer.status != 401:
            break
    return answer


def _judged(answer: Answer, manner: Manner, policy: HealthPolicy) -> tuple[Health, str]:
    status = f"HTTP {answer.status}"
    if not manner.accepts(answer.status):
        return Health.WRONG, status
    if manner.contains and manner.contains.encode() not in answer.content:
        return Health.WRONG, _("%(status)s, thiếu nội dung phải có") % {"status": status}
    return Health.SLOW if answer.elapsed_ms > policy.slow_ms else Health.UP, status


@transaction.atomic
def _enter(upstream: Upstream, state: Health, elapsed_ms: int | None, detail: str) -> UpstreamHealth:
    now = clock.now()
    row, _made = UpstreamHealth.objects.select_for_update().get_or_create(upstream=upstream, defaults={"due_at": now})
    row.upstream = upstream
    if row.checked_at is not None and missed(row, health_policy(), now) > MISSED:
        row.gap_from, row.gap_until = row.checked_at, now
    if row.state != state:
        if row.state in GOOD and state not in GOOD:
            row.due_at = min(row.due_at, now + timedelta(seconds=SECOND_LOOK_SECONDS))
        row.state, row.since = state, now
    row.checked_at, row.elapsed_ms, row.detail = now, elapsed_ms, detail
    if state in GOOD:
        row.last_up_at = now
    row.save()
    HealthCheck.objects.create(upstream=upstream, at=now, state=state, elapsed_ms=elapsed_ms, detail=detail)
    return row


def forget_old() -> int:
    """Delete results older than the policy keeps, some thousand at a time; returns how many."""
    oldest, gone = clock.now() - timedelta(days=health_policy().keep_days), 0
    while ids := list(HealthCheck.objects.filter(at__lt=oldest).order_by("at").values_list("pk", flat=True)[:5000]):
        gone += HealthCheck.objects.filter(pk__in=ids).delete()[0]
    return gone


@transaction.atomic
def set_policy(*, actor: Actor, **fields: Any) -> HealthPolicy:
    """Change how often source systems are asked and how long results are kept. Raises InvalidInput."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    policy = HealthPolicy.objects.select_for_update().get_or_create(pk=1)[0]
    values = {name: value for name, value in fields.items() if name in FIELDS}
    old, new = changed({name: getattr(policy, name) for name in values}, values)
    for name, value in new.items():
        setattr(policy, name, value)
    try:
        policy.full_clean()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    if new:
        policy.save()
        record_fact(actor=actor, deed="health_policy.changed", subject=policy, before=old, after=new, clause="QC7.5")
    return policy


@transaction.atomic
def set_manner(*, actor: Actor, upstream: Upstream, **fields: Any) -> HealthSetting:
    """Change how one address is asked; made where it has no manner of its own yet. Raises InvalidInput by field."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    Upstream.objects.select_for_update().get(pk=upstream.pk)
    row = HealthSetting.objects.filter(upstream=upstream).first() or HealthSetting(upstream=upstream)
    values = {name: value for name, value in fields.items() if name in MANNER}
    old, new = changed({name: getattr(row, name) for name in values}, values)
    for name, value in new.items():
        setattr(row, name, value)
    errors: dict[str, list[str]] = {}
    try:
        week_of(row.hours)
    except (KeyError, TypeError, ValueError):
        errors["hours"] = [_("Khung giờ chưa đọc được. Ghi dạng T2-T6 07:00-17:30, mỗi khung một dòng")]
    try:
        row.full_clean()
    except ValidationError as error:
        errors |= {name: list(texts) for name, texts in error.message_dict.items()}
    if errors:
        raise InvalidInput(errors)
    if new or not row.pk:
        row.save()
        record_fact(actor=actor, deed="health_setting.changed", subject=row, before=old, after=new, clause="QC7.5")
    return row
