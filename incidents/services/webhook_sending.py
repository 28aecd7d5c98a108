"""Carrying messages to webhooks: claimed, sent outside of any transaction, noted; again later when nobody took them.

The address is judged at each try (``core.http``): names are resolved once and inside addresses refused; redirects are
not followed; at most ``MOST_ANSWER`` bytes of an answer are read and none kept.
"""

from datetime import timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Topic
from accounts.selectors.people import holders_of
from accounts.services.notices import Message, post_notices
from audit.record import record_fact
from catalog.models.upstreams import keyring
from core import clock
from core.crypto import SealBroken
from core.http import Unreachable, ask
from core.webhooks import signed_headers
from incidents.alert_choices import WebhookState
from incidents.models import Webhook, WebhookAttempt, WebhookDelivery
from incidents.models.webhooks import MANAGE_OWN
from incidents.selectors.alert_policy import alert_policy
from incidents.selectors.webhooks import CLAUSE, MANAGE
from incidents.services.alerts import WATCH

# Pauses between tries; the last one is repeated until the time of the message is over.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18_000))
# Longer than a try may take, so that a claim never runs out under a worker still sending.
CLAIM = timedelta(minutes=2)
PATIENCE, LONGEST_RUN = 10, 40
MOST_ANSWER = 4096
GONE = 410
_REASONS = {
    "refused-address": gettext_lazy("Địa chỉ nằm ngoài phạm vi nền tảng được gọi"),
    "no-such-host": gettext_lazy("Không phân giải được tên máy chủ"),
    "no-connection": gettext_lazy("Không kết nối được"),
    "timeout": gettext_lazy("Quá thời gian chờ"),
    "broken-answer": gettext_lazy("Câu trả lời không đọc được"),
    "sealed": gettext_lazy("Không mở được khóa bí mật"),
}
log = structlog.get_logger("lgsp.webhooks")


def deliver_webhooks(*, limit: int = 200) -> int:
    """Try each due message once; return how many were taken. A webhook that fails waits for the next run."""
    taken, began, failing = 0, monotonic(), set[int]()
    for _turn in range(limit):
        delivery = _claim(failing) if monotonic() - began < LONGEST_RUN else None
        if delivery is None:
            break
        attempt = _send(delivery)
        good = _note(delivery, attempt)
        taken += good
        if not good:
            failing.add(delivery.webhook_id)
    return taken


@transaction.atomic
def _claim(failing: set[int]) -> WebhookDelivery | None:
    now = clock.now()
    due = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
        delivered_at__isnull=True,
        given_up_at__isnull=True,
        next_try_at__lte=now,
        webhook__state=WebhookState.ACTIVE,
    )
    found = due.exclude(webhook__in=failing).select_related("webhook").order_by("next_try_at", "id").first()
    if found is not None:
        found.claimed_until, found.tries = now + CLAIM, found.tries + 1
        found.save(update_fields=["claimed_until", "tries"])
    return found


def _send(delivery: WebhookDelivery) -> WebhookAttempt:
    """Send it once; what came back is an attempt, not saved yet."""
    webhook, now = delivery.webhook, clock.now()
    attempt = WebhookAttempt(delivery=delivery, at=now)
    try:
        body = delivery.body.encode()
        headers = signed_headers(_secrets(webhook), delivery.message_id, int(now.timestamp()), body)
        more = [("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "LGSP-Webhook/1"), *headers]
        slash = "/" if webhook.url.endswith("/") else ""
        answer = ask(webhook.url, slash, timeout=PATIENCE, max_bytes=MOST_ANSWER, more=more, content=body)
    except SealBroken:
        attempt.error = str(_REASONS["sealed"])
    except Unreachable as failed:
        attempt.error = str(_REASONS[failed.reason])
    else:
        attempt.status, attempt.elapsed_ms = answer.status, answer.elapsed_ms
    return attempt


def _secrets(webhook: Webhook) -> list[str]:
    """Return the secrets that sign now, the new one first. Raises SealBroken."""
    ring = keyring(settings.FIELD_KEYS)
    found = [ring.open(webhook.sealed_secret, place=webhook.place)]
    if webhook.sealed_old and webhook.old_until and webhook.old_until > clock.now():
        found.append(ring.open(webhook.sealed_old, place=webhook.place))
    return found


@transaction.atomic
def _note(delivery: WebhookDelivery, attempt: WebhookAttempt) -> bool:
    """Enter how a try went; return whether the receiver took it."""
    attempt.save()
    webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
    stored = WebhookDelivery.objects.select_for_update().get(pk=delivery.pk)
    now, good = clock.now(), attempt.status is not None and 200 <= attempt.status < 300
    stored.claimed_until = None
    if good:
        stored.delivered_at, webhook.faults = now, 0
    else:
        stored.next_try_at = now + PAUSES[min(stored.tries, len(PAUSES)) - 1]
        if stored.next_try_at > stored.expires_at and stored.given_up_at is None:
            stored.given_up_at, webhook.faults = now, webhook.faults + 1
    stored.save()
    webhook.save(update_fields=["faults"])
    if webhook.state == WebhookState.ACTIVE:
        if attempt.status == GONE:
            _rest(webhook, _("Nơi nhận trả lời 410: địa chỉ không còn dùng"))
        elif webhook.faults >= alert_policy().webhook_faults:
            _rest(webhook, _("%(n)s tin liên tiếp không gửi được") % {"n": webhook.faults})
    return good


def _rest(webhook: Webhook, why: str) -> None:
    """Stop by itself, and tell those who set it up."""
    webhook.state, webhook.state_reason = WebhookState.RESTED, why
    webhook.save(update_fields=["state", "state_reason"])
    record_fact(actor=WATCH, deed="webhook.rested", subject=webhook, reason=why, clause=CLAUSE)
    name = MANAGE if webhook.agency.is_operator else MANAGE_OWN
    subject = _("Điểm nhận tin «%(name)s» đã tự ngừng") % {"name": webhook.name}
    body = _("Lý do: %(why)s. Sửa nơi nhận rồi bấm «Cho gửi lại»; tin chưa gửi được có thể gửi lại từng tin.")
    link = reverse("webhook", args=[webhook.pk])
    message = Message("webhook.rested", Topic.ALERT, subject, body % {"why": why}, link)
    post_notices(message=message, agency=webhook.agency, people=holders_of(name, webhook.agency_id))


def forget_old() -> int:
    """Delete the log of messages older than the policy keeps, some thousand at a time; what waits stays."""
    oldest, gone = clock.now() - timedelta(days=alert_policy().webhook_keep_days), 0
    done = WebhookDelivery.objects.filter(created_at__lt=oldest).exclude(delivered_at=None, given_up_at=None)
    while ids := list(done.order_by("created_at").values_list("pk", flat=True)[:2000]):
        gone += WebhookDelivery.objects.filter(pk__in=ids).delete()[0]
    return gone
