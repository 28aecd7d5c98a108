"""Webhooks: addresses of agencies at which they hear of alerts, what is sent there, and each try."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from incidents.alert_choices import MESSAGES, Severity, WebhookState
from incidents.models.alerts import VIEW_ALL, AlertNews

if TYPE_CHECKING:
    from core.actor import Actor

MANAGE_OWN = "webhook.manage_own"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Reading webhooks."""

    def visible_to(self, actor: "Actor") -> "WebhookQuerySet":
        """Return all to SKHCN, those of the own agency to its technicians."""
        if actor.may(VIEW_ALL):
            return self
        return self.filter(agency_id=actor.agency_id or 0) if actor.may(MANAGE_OWN) else self.none()

    def open(self) -> "WebhookQuerySet":
        """Return those nobody removed."""
        return self.exclude(state=WebhookState.ENDED)


class Webhook(models.Model):
    """One address at which an agency hears of alerts it is told of, from a severity on, signed.

    The secret is sealed and shown once. While it is being replaced, the old one signs too until ``old_until``. A
    webhook rests by itself when too many messages in a row could not be delivered; a person lets it go on.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="webhooks", verbose_name=_("cơ quan"))
    name = models.CharField(_("tên gợi nhớ"), max_length=80)
    url = models.CharField(_("địa chỉ nhận"), max_length=300)
    floor = models.CharField(_("nhận từ mức"), max_length=8, choices=Severity.choices, default=Severity.WARNING)
    state = models.CharField(_("tình trạng"), max_length=8, choices=WebhookState.choices, default=WebhookState.ACTIVE)
    state_reason = models.CharField(_("lý do"), max_length=300, blank=True)
    sealed_secret = models.TextField(_("khóa bí mật"), blank=True, editable=False)
    sealed_old = models.TextField(_("khóa bí mật cũ"), blank=True, editable=False)
    old_until = models.DateTimeField(_("khóa cũ còn ký đến"), null=True, blank=True)
    faults = models.PositiveIntegerField(_("số tin liên tiếp không gửi được"), default=0)
    created_at = models.DateTimeField(_("khai báo lúc"))
    signs_since = models.DateTimeField(_("khóa bí mật từ lúc"))

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("điểm nhận tin")
        verbose_name_plural = _("điểm nhận tin")
        ordering = ["agency", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "url"],
                condition=~Q(state=WebhookState.ENDED),
                name="webhook_url_once",
                violation_error_message=_("Cơ quan đã khai báo địa chỉ này"),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Return what its sealed secrets are bound to."""
        return f"webhook:{self.pk}"


class WebhookDelivery(models.Model):
    """One message to one webhook: its bytes are fixed, and so is its id, at every try and when it is sent again.

    A worker claims it, sends it outside of any transaction and notes how it went; one that dies leaves a claim that
    runs out. It is tried with growing pauses until somebody took it or its time is over.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("điểm nhận tin"))
    news = models.ForeignKey(AlertNews, models.SET_NULL, null=True, related_name="+", verbose_name=_("tin"))
    message_id = models.CharField(_("mã tin"), max_length=60, unique=True)
    event = models.CharField(_("sự kiện"), max_length=40)
    body = models.TextField(_("nội dung"))
    created_at = models.DateTimeField(_("lập lúc"))
    expires_at = models.DateTimeField(_("thử gửi đến"))
    next_try_at = models.DateTimeField(_("gửi lúc"))
    claimed_until = models.DateTimeField(_("đang gửi đến lúc"), null=True)
    tries = models.PositiveIntegerField(_("số lần gửi"), default=0)
    delivered_at = models.DateTimeField(_("đã nhận lúc"), null=True)
    given_up_at = models.DateTimeField(_("thôi gửi lúc"), null=True)

    class Meta:
        verbose_name = _("tin đã gửi")
        verbose_name_plural = _("tin đã gửi")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["webhook", "news"], name="webhook_news_once")]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="webhook_undelivered",
            ),
            models.Index(fields=["webhook", "-id"], name="webhook_log"),
            models.Index(fields=["created_at"], name="webhook_age"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def title(self) -> str:
        """What it tells of, in words."""
        return str(MESSAGES.get(self.event, self.event))


class WebhookAttempt(models.Model):
    """One try: when, what came back. Nothing of the answer's body is kept."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="attempts", verbose_name=_("tin"))
    at = models.DateTimeField(_("lúc"))
    status = models.PositiveSmallIntegerField(_("mã trạng thái"), null=True)
    error = models.CharField(_("lỗi"), max_length=100, blank=True)
    elapsed_ms = models.PositiveIntegerField(_("thời gian (ms)"), null=True)

    class Meta:
        verbose_name = _("lần gửi tin")
        verbose_name_plural = _("lần gửi tin")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.delivery} {self.status or self.error}"


auditlog.register(Webhook, exclude_fields=["sealed_secret", "sealed_old"])
