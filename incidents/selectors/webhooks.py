"""Reading webhooks, what was sent to them, and what a person may do."""

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.transitions import Offer
from incidents.alert_choices import WebhookState
from incidents.models import Webhook, WebhookAttempt, WebhookDelivery
from incidents.models.webhooks import MANAGE_OWN

MANAGE = "alert.manage"
CLAUSE = "QC14.3"
KINDS = {
    WebhookState.ACTIVE: "live",
    WebhookState.PAUSED: "quiet",
    WebhookState.RESTED: "wrong",
    WebhookState.ENDED: "quiet",
}
TEST, PAUSE, RESUME, ROTATE, END = "test", "pause", "resume", "rotate", "end"


def own_webhooks(actor: Actor) -> QuerySet[Webhook]:
    """Return the webhooks of the actor's agency, with how many messages wait and were given up."""
    waits = Q(deliveries__delivered_at=None, deliveries__given_up_at=None) & ~Q(deliveries=None)
    found = Webhook.objects.visible_to(actor).open().filter(agency_id=actor.agency_id or 0)
    return found.annotate(
        waiting=Count("deliveries", filter=waits),
        lost=Count("deliveries", filter=Q(deliveries__given_up_at__isnull=False)),
    ).order_by("name", "pk")


def manages(actor: Actor, webhook: Webhook) -> bool:
    """Return whether *webhook* is the actor's to set up: of the own agency, with the right for it."""
    return webhook.agency_id == actor.agency_id and (actor.may(MANAGE_OWN) or actor.may(MANAGE))


def watches(actor: Actor, webhook: Webhook) -> bool:
    """Return whether the actor stops it, lets it go on and sends again: who sets it up, and SKHCN's staff."""
    return manages(actor, webhook) or actor.may(MANAGE)


def webhook_offers(webhook: Webhook, actor: Actor) -> list[Offer]:
    """Return what *actor* may do with *webhook* now."""
    if webhook.state == WebhookState.ENDED or not watches(actor, webhook):
        return []
    active = webhook.state == WebhookState.ACTIVE
    found = [Offer(TEST, _("Gửi thử"), CLAUSE, False, ())] if active and manages(actor, webhook) else []
    if active:
        found.append(Offer(PAUSE, _("Tạm dừng"), CLAUSE, True, ()))
    else:
        found.append(Offer(RESUME, _("Cho gửi lại"), CLAUSE, False, ()))
    if manages(actor, webhook):
        found.append(Offer(ROTATE, _("Đổi khóa bí mật"), CLAUSE, False, ()))
        found.append(Offer(END, _("Gỡ điểm nhận tin"), CLAUSE, True, ()))
    return found


def deliveries_of(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return what was sent to *webhook*, newest first, each with its last try as ``last_attempts``."""
    last = WebhookAttempt.objects.order_by("delivery_id", "-id").distinct("delivery_id")
    return webhook.deliveries.order_by("-id").prefetch_related(Prefetch("attempts", last, to_attr="last_attempts"))


def standing_of(delivery: WebhookDelivery) -> tuple[str, str]:
    """Return how a message stands, in words and as the kind of its tag."""
    if delivery.delivered_at:
        return str(_("Đã nhận")), "live"
    if delivery.given_up_at:
        return str(_("Không gửi được")), "wrong"
    return (str(_("Sẽ gửi lại")), "progress") if delivery.tries else (str(_("Chờ gửi")), "quiet")
