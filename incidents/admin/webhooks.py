"""Staff pages of webhooks: whose, how they stand, what was sent; stopped, let go on, sent again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core import clock
from core.actor import Actor
from core.admin_steps import StepsAdmin
from core.problems import StateRefused
from core.text import fold
from core.transitions import Offer
from incidents.alert_choices import WebhookState
from incidents.models import Webhook, WebhookDelivery
from incidents.models.alerts import VIEW_ALL
from incidents.selectors.webhooks import CLAUSE, PAUSE, RESUME, standing_of, watches, webhook_offers
from incidents.services import webhooks as deeds

REPLAY = "replay"
_COLOURS = {"live": "success", "wrong": "danger", "progress": "warning", "quiet": "info"}


@admin.register(Webhook)
class WebhookAdmin(StepsAdmin):
    """Webhooks of every agency; who set one up keeps it in the portal, staff stops it and lets it go on."""

    empty_text = gettext_lazy("Chưa cơ quan nào khai báo điểm nhận tin.")
    view_permission = VIEW_ALL
    list_display = ("name", "agency", "url", "floor", "state_shown", "faults")
    list_filter = ("state", "floor")
    list_select_related = ("agency",)
    search_fields = ("agency__search", "url")
    fields = (
        "name",
        "agency",
        "url",
        "floor",
        "state",
        "state_reason",
        "faults",
        "created_at",
        "signs_since",
        "old_until",
    )

    @display(
        description=gettext_lazy("Tình trạng"),
        ordering="state",
        label={"active": "success", "paused": "info", "rested": "danger", "ended": "info"},
    )
    def state_shown(self, obj: Webhook) -> tuple[str, str]:
        """Say whether it sends."""
        return obj.state, str(WebhookState(obj.state).label)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def steps(self, obj: Webhook, actor: Actor) -> list[Offer]:
        """Return what staff may do; the rest is the agency's, in the portal."""
        return [offer for offer in webhook_offers(obj, actor) if offer.name in (PAUSE, RESUME)]

    def move(self, actor: Actor, obj: Webhook, step: str, reason: str) -> None:
        """Stop it, or let it go on."""
        if step == PAUSE:
            deeds.pause_webhook(actor=actor, webhook=obj, reason=reason)
        elif step == RESUME:
            deeds.resume_webhook(actor=actor, webhook=obj)
        else:
            raise StateRefused(_("Việc này thuộc cơ quan có điểm nhận tin, trên cổng."))

    def consequences(self, obj: Webhook, step: str) -> list[str]:
        """Say what follows."""
        if step == PAUSE:
            return [_("Cảnh báo xảy ra trong lúc tạm dừng không gửi bù; tin đang chờ thì đợi.")]
        return [_("Tin đang chờ được gửi tiếp; cảnh báo mới được gửi như thường.")]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(StepsAdmin):
    """What was sent, newest first; contents are the agency's to read, in the portal."""

    empty_text = gettext_lazy("Chưa gửi tin đã gửi nào.")
    view_permission = VIEW_ALL
    list_display = ("message_id", "webhook_shown", "event", "standing", "tries", "created_at", "next_try_at")
    list_filter = (("given_up_at", admin.EmptyFieldListFilter), ("delivered_at", admin.EmptyFieldListFilter))
    list_select_related = ("webhook__agency",)
    search_fields = ("message_id", "webhook__agency__search")
    fields = (
        "message_id",
        "webhook",
        "event",
        "tries",
        "tries_shown",
        "created_at",
        "next_try_at",
        "expires_at",
        "delivered_at",
        "given_up_at",
    )
    readonly_fields = ("tries_shown",)

    @admin.display(description=gettext_lazy("Điểm nhận tin"))
    def webhook_shown(self, obj: WebhookDelivery) -> str:
        """Name it with its agency."""
        return f"{obj.webhook}, {obj.webhook.agency}"

    @display(description=gettext_lazy("Tình trạng"), label=_COLOURS)
    def standing(self, obj: WebhookDelivery) -> tuple[str, str]:
        """Say whether somebody took it."""
        text, kind = standing_of(obj)
        return kind, text

    @admin.display(description=gettext_lazy("Các lần gửi"))
    def tries_shown(self, obj: WebhookDelivery) -> str:
        """Say how each try went, the last first."""
        lines = []
        for item in obj.attempts.order_by("-id")[:20]:
            at = f"{item.at.astimezone(clock.VIETNAM):%H:%M:%S %d/%m/%Y}"
            lines.append(f"{at}: HTTP {item.status}" if item.status else f"{at}: {item.error}")
        return "\n".join(lines) or _("Chưa gửi lần nào")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def steps(self, obj: WebhookDelivery, actor: Actor) -> list[Offer]:
        """Offer to send again what is done with."""
        done = obj.delivered_at is not None or obj.given_up_at is not None
        if not (done and watches(actor, obj.webhook) and obj.webhook.state == WebhookState.ACTIVE):
            return []
        return [Offer(REPLAY, _("Gửi lại"), CLAUSE, False, ())]

    def move(self, actor: Actor, obj: WebhookDelivery, step: str, reason: str) -> None:
        """Send it again."""
        if step != REPLAY:
            raise StateRefused(_("Tin này không có việc đó."))
        deeds.replay(actor=actor, delivery=obj)

    def consequences(self, obj: WebhookDelivery, step: str) -> list[str]:
        """Say what follows."""
        return [_("Tin được gửi lại với mã tin cũ; nơi nhận làm đúng thì bỏ qua nếu đã nhận.")]
