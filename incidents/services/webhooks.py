"""Setting webhooks up: added, changed, their secret replaced, stopped, let go on, removed, tried, sent again."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from audit.record import changed, record_fact
from catalog.models.upstreams import keyring
from core import clock
from core.actor import Actor
from core.addresses import AddressRefused, Target
from core.http import address_rules
from core.ids import uuid7
from core.problems import InvalidInput, PermissionRefused, StateRefused, TooMany
from core.text import tidy
from core.webhooks import new_secret
from incidents.alert_choices import WebhookState
from incidents.models import Webhook, WebhookDelivery
from incidents.models.webhooks import MANAGE_OWN
from incidents.selectors.alert_policy import alert_policy
from incidents.selectors.webhooks import CLAUSE, MANAGE, manages, watches

FIELDS = ("name", "url", "floor")
# Webhooks of one agency, tests of one webhook that wait, hours an old secret may sign on.
MOST, MOST_TESTS, MOST_OVERLAP = 5, 3, 7 * 24


@dataclass(frozen=True, slots=True)
class Made:
    """A webhook and its secret, which is said here and nowhere again."""

    webhook: Webhook
    secret: str


@transaction.atomic
def add_webhook(*, actor: Actor, name: str, url: str, floor: str) -> Made:
    """Enter an address of the actor's agency. Raises PermissionRefused, InvalidInput by field, StateRefused (full)."""
    if not (actor.may(MANAGE_OWN) or actor.may(MANAGE)) or actor.agency_id is None:
        raise _refused()
    Agency.objects.select_for_update().get(pk=actor.agency_id)
    if Webhook.objects.open().filter(agency_id=actor.agency_id).count() >= MOST:
        raise StateRefused(_("Cơ quan đã có %(n)s điểm nhận tin; gỡ bớt trước khi khai báo thêm.") % {"n": MOST})
    now = clock.now()
    row = Webhook(agency_id=actor.agency_id, created_at=now, signs_since=now)
    _fill(row, {"name": name, "url": url, "floor": floor})
    row.save()
    secret = new_secret()
    row.sealed_secret = keyring(settings.FIELD_KEYS).seal(secret, place=row.place)
    row.save(update_fields=["sealed_secret"])
    after = {field: getattr(row, field) for field in FIELDS}
    record_fact(actor=actor, deed="webhook.added", subject=row, after=after, clause=CLAUSE)
    return Made(row, secret)


@transaction.atomic
def change_webhook(*, actor: Actor, webhook: Webhook, **fields: Any) -> Webhook:
    """Change name, address or severity; what waits goes to the new address. Raises as :func:`add_webhook`."""
    stored = _locked(webhook)
    if not manages(actor, stored):
        raise _refused()
    before = {field: getattr(stored, field) for field in FIELDS}
    _fill(stored, {name: value for name, value in fields.items() if name in FIELDS})
    old, new = changed(before, {field: getattr(stored, field) for field in FIELDS})
    if new:
        stored.save()
        record_fact(actor=actor, deed="webhook.changed", subject=stored, before=old, after=new, clause=CLAUSE)
    return stored


def _fill(row: Webhook, given: dict[str, Any]) -> None:
    for name, value in given.items():
        setattr(row, name, tidy(value))
    errors: dict[str, list[str]] = {}
    try:
        target = address_rules().check_url(row.url)
        if _in_the_clear(target):
            errors["url"] = [_("Tin được gửi qua https://; nhập địa chỉ bắt đầu bằng https://")]
    except AddressRefused as refused:
        errors["url"] = [str(refused.reason)]
    try:
        row.full_clean(exclude=["sealed_secret", "sealed_old"])
    except ValidationError as error:
        found = {("url" if name == "__all__" else name): list(texts) for name, texts in error.message_dict.items()}
        errors = {**found, **errors}
    if errors:
        raise InvalidInput(errors)


def _in_the_clear(target: Target) -> bool:
    """Return whether anybody on the way could read along; on this machine lie receivers of the demonstration only."""
    local = target.host in ("localhost", "::1") or target.host.startswith("127.")
    return target.scheme != "https" and not local


@transaction.atomic
def rotate_secret(*, actor: Actor, webhook: Webhook, overlap_hours: int) -> Made:
    """Replace the secret; the old one signs too for *overlap_hours* (0: no longer, when somebody else knows it)."""
    stored = _locked(webhook)
    if not manages(actor, stored):
        raise _refused()
    if not 0 <= overlap_hours <= MOST_OVERLAP:
        text = _("Số giờ từ 0 đến %(most)s") % {"most": MOST_OVERLAP}
        raise InvalidInput({"overlap_hours": [text]})
    now, secret = clock.now(), new_secret()
    stored.sealed_old = stored.sealed_secret if overlap_hours else ""
    stored.old_until = now + timedelta(hours=overlap_hours) if overlap_hours else None
    stored.sealed_secret = keyring(settings.FIELD_KEYS).seal(secret, place=stored.place)
    stored.signs_since = now
    stored.save()
    after = {"overlap_hours": overlap_hours}
    record_fact(actor=actor, deed="webhook.rotated", subject=stored, after=after, clause=CLAUSE)
    return Made(stored, secret)


@transaction.atomic
def pause_webhook(*, actor: Actor, webhook: Webhook, reason: str) -> Webhook:
    """Send nothing more for now; what happens meanwhile is not sent later, what waits does."""
    return _set_state(actor, webhook, WebhookState.PAUSED, "webhook.paused", _reason(reason))


@transaction.atomic
def resume_webhook(*, actor: Actor, webhook: Webhook) -> Webhook:
    """Let it go on."""
    return _set_state(actor, webhook, WebhookState.ACTIVE, "webhook.resumed", "")


@transaction.atomic
def end_webhook(*, actor: Actor, webhook: Webhook, reason: str) -> Webhook:
    """Remove it: its secrets are gone, what waits is given up; its log stays as long as logs do."""
    stored = _locked(webhook)
    if not manages(actor, stored):
        raise _refused()
    found = _set_state(actor, stored, WebhookState.ENDED, "webhook.ended", _reason(reason))
    found.sealed_secret = found.sealed_old = ""
    found.save()
    waiting = WebhookDelivery.objects.filter(webhook=found, delivered_at=None, given_up_at=None)
    waiting.update(given_up_at=clock.now())
    return found


def _reason(reason: str) -> str:
    if not tidy(reason):
        raise InvalidInput({"reason": [_("Nhập lý do")]})
    return tidy(reason)[:300]


def _set_state(actor: Actor, webhook: Webhook, state: WebhookState, deed: str, reason: str) -> Webhook:
    stored = _locked(webhook)
    if not watches(actor, stored):
        raise _refused()
    if stored.state == state:
        text = _("Điểm nhận tin đang ở tình trạng «%(state)s».") % {"state": stored.get_state_display()}
        raise StateRefused(text)
    stored.state, stored.state_reason, stored.faults = state, reason, 0
    stored.save()
    record_fact(actor=actor, deed=deed, subject=stored, reason=reason, clause=CLAUSE)
    return stored


@transaction.atomic
def send_test(*, actor: Actor, webhook: Webhook) -> WebhookDelivery:
    """Put a test message into the queue. Raises StateRefused unless it is sending, TooMany while tests wait."""
    stored = _locked(webhook)
    if not manages(actor, stored):
        raise _refused()
    if stored.state != WebhookState.ACTIVE:
        raise StateRefused(_("Điểm nhận tin đang không gửi; cho gửi lại trước khi gửi thử."))
    waiting = stored.deliveries.filter(event="webhook.test", delivered_at=None, given_up_at=None).count()
    if waiting >= MOST_TESTS:
        raise TooMany(_("Đang có %(n)s tin thử chờ gửi; đợi gửi xong.") % {"n": waiting}, retry_after=10)
    data = {"webhook": stored.name, "note": "Tin thử, không có cảnh báo nào."}
    made = WebhookDelivery.objects.create(**message_for(stored, "webhook.test", data))
    record_fact(actor=actor, deed="webhook.tested", subject=stored, after={"message": made.message_id}, clause=CLAUSE)
    return made


def message_for(webhook: Webhook, event: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a message to *webhook*, its bytes made once and for all."""
    now = clock.now()
    body = {"type": event, "timestamp": now.isoformat(), "data": data}
    return {
        "webhook": webhook,
        "message_id": f"msg_{uuid7().hex}",
        "event": event,
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "created_at": now,
        "next_try_at": now,
        "expires_at": now + timedelta(hours=alert_policy().webhook_hours),
    }


@transaction.atomic
def replay(*, actor: Actor, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a message again with the id it had. Raises StateRefused while it is being sent, or by an ended webhook."""
    stored = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=delivery.pk)
    if not watches(actor, stored.webhook):
        raise _refused()
    if stored.webhook.state != WebhookState.ACTIVE:
        raise StateRefused(_("Điểm nhận tin đang không gửi; cho gửi lại trước."))
    if stored.delivered_at is None and stored.given_up_at is None:
        raise StateRefused(_("Tin này đang chờ gửi; chưa cần gửi lại."))
    now = clock.now()
    stored.delivered_at = stored.given_up_at = stored.claimed_until = None
    stored.tries, stored.next_try_at, stored.expires_at = 0, now, now + timedelta(hours=alert_policy().webhook_hours)
    stored.save()
    after = {"message": stored.message_id}
    record_fact(actor=actor, deed="webhook.replayed", subject=stored.webhook, after=after, clause=CLAUSE)
    return stored


def _locked(webhook: Webhook) -> Webhook:
    stored = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if stored.state == WebhookState.ENDED:
        raise StateRefused(_("Điểm nhận tin này đã gỡ."))
    return stored


def _refused() -> PermissionRefused:
    return PermissionRefused(
        _("Điểm nhận tin của cơ quan thuộc vai trò Cán bộ kỹ thuật, hoặc Cán bộ vận hành của Sở.")
    )
