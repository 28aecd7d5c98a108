"""Alerts: what a rule found about one thing, from the first sign to the last, and what is told of it."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog.models import DataService, InformationSystem
from connections.models import Grant
from core.choices import Environment
from incidents.alert_choices import AlertState, News, Severity, SubjectKind
from incidents.models.alert_rules import AlertRule

if TYPE_CHECKING:
    from core.actor import Actor

VIEW_ALL, VIEW_OWN = "alert.view_all", "alert.view_own"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Reading alerts."""

    def visible_to(self, actor: "Actor") -> "AlertQuerySet":
        """Return all to SKHCN; to an agency what is about its systems or services, where the rule tells its side.

        What is about a service alone (its source does not answer) concerns everyone who may call it.
        """
        if actor.may(VIEW_ALL):
            return self
        if actor.may(VIEW_OWN) and actor.agency_id:
            own = actor.agency_id
            used = Grant.objects.open().filter(system__owner_id=own, environment=Environment.LIVE)
            return self.filter(
                Q(consumer_agency_id=own, rule__tells_consumer=True)
                | Q(consumer_agency=None, service__in=used.values("service_id"), rule__tells_consumer=True)
                | Q(service__provider_id=own, rule__tells_provider=True)
            )
        return self.none()

    def lasting(self) -> "AlertQuerySet":
        """Return those nobody closed, whether taken up or not."""
        return self.exclude(state=AlertState.CLOSED)


class Alert(models.Model):
    """One rule about one thing: findings of the same kind are counted here, not raised anew (``key``).

    It opens by itself, is taken up by a person of a side it concerns, and closes by a person with a reason or by
    itself when its signs are over. ``count`` is how many looks found something new, ``value`` the last one's figure.
    ``quiet``: it began in planned maintenance, nobody is told; it speaks up if it outlasts that. ``level`` is how
    often it was handed on to the next owner. The texts name nobody and hold no content of calls.
    """

    rule = models.ForeignKey(AlertRule, models.PROTECT, related_name="alerts", verbose_name=_("quy tắc"))
    key = models.CharField(_("dấu gộp"), max_length=160, editable=False)
    subject_kind = models.CharField(_("đối tượng"), max_length=8, choices=SubjectKind.choices)
    subject_id = models.CharField(_("mã đối tượng"), max_length=80, blank=True)
    label = models.CharField(_("tên đối tượng"), max_length=300, blank=True)
    service = models.ForeignKey(
        DataService, models.PROTECT, null=True, related_name="alerts", verbose_name=_("dịch vụ dữ liệu")
    )
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, null=True, related_name="alerts", verbose_name=_("hệ thống thông tin")
    )
    consumer_agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("cơ quan khai thác")
    )
    severity = models.CharField(_("mức"), max_length=8, choices=Severity.choices)
    state = models.CharField(_("tình trạng"), max_length=12, choices=AlertState.choices, default=AlertState.OPEN)
    first_at = models.DateTimeField(_("dấu hiệu đầu tiên"))
    last_at = models.DateTimeField(_("dấu hiệu gần nhất"))
    opened_at = models.DateTimeField(_("cảnh báo lúc"))
    count = models.PositiveIntegerField(_("số lần phát hiện"), default=1)
    value = models.FloatField(_("giá trị"), null=True)
    summary = models.CharField(_("nội dung"), max_length=500)
    samples = models.JSONField(_("lượt gọi mẫu"), default=list, blank=True)
    quiet = models.BooleanField(_("trong thời gian bảo trì"), default=False)
    level = models.PositiveSmallIntegerField(_("số lần chuyển cấp"), default=0)
    escalate_at = models.DateTimeField(_("chuyển cấp lúc"), null=True)
    acknowledged_at = models.DateTimeField(_("nhận xử lý lúc"), null=True)
    acknowledged_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("người nhận xử lý")
    )
    closed_at = models.DateTimeField(_("đóng lúc"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người đóng"))
    close_reason = models.CharField(_("lý do đóng"), max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("cảnh báo")
        verbose_name_plural = _("cảnh báo")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(state=AlertState.CLOSED), name="alert_lasting_once"),
            models.CheckConstraint(
                condition=Q(state=AlertState.CLOSED, closed_at__isnull=False)
                | (~Q(state=AlertState.CLOSED) & Q(closed_at__isnull=True)),
                name="alert_closed_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "-id"], name="alert_key"),
            models.Index(fields=["service", "-id"], name="alert_service"),
            models.Index(fields=["consumer_agency", "-id"], name="alert_consumer"),
            models.Index(fields=["state", "-id"], name="alert_state"),
            models.Index(
                fields=["escalate_at"],
                condition=Q(state=AlertState.OPEN, escalate_at__isnull=False),
                name="alert_escalates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.label}" if self.label else str(self.rule)


class AlertNews(models.Model):
    """Something of an alert that has to be told: an outbox row, written with what happened, told once.

    Notices, letters and webhook deliveries are made in the transaction that sets ``told_at``: a telling that dies told
    nobody and is done again.
    """

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="news", verbose_name=_("cảnh báo"))
    event = models.CharField(_("sự việc"), max_length=12, choices=News.choices)
    level = models.PositiveSmallIntegerField(_("lần chuyển cấp"), default=0)
    at = models.DateTimeField(_("lúc"))
    told_at = models.DateTimeField(_("báo lúc"), null=True)

    class Meta:
        verbose_name = _("tin của cảnh báo")
        verbose_name_plural = _("tin của cảnh báo")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["alert", "event", "level"], name="alert_news_once")]
        indexes = [models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="alert_news_untold")]

    def __str__(self) -> str:
        return f"{self.alert}: {self.get_event_display()}"


MEASURED = ("first_at", "last_at", "count", "value", "summary", "samples", "escalate_at")
auditlog.register(Alert, exclude_fields=list(MEASURED))
