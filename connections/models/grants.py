"""Grants: what a system may call, for which purpose, how much, until when (QC4.6, QC8.3, QC11.3)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalog.models import DataService, InformationSystem, Purpose
from connections.models.access import AccessLine
from connections.models.connections import Connection
from connections.models.requests import ConnectionRequest
from core.choices import Environment

if TYPE_CHECKING:
    from core.actor import Actor

MOST_PER_SECOND, MOST_PER_MINUTE = 10_000, 600_000


class GrantQuerySet(models.QuerySet["Grant"]):
    """Reading grants."""

    def visible_to(self, actor: "Actor") -> "GrantQuerySet":
        """Return all to SKHCN's readers; to people of an agency those it holds and those on services it provides."""
        if actor.may("request.view_all"):
            return self
        if actor.may("request.view_own") or actor.may("grant.advise"):
            own = actor.agency_id or 0
            return self.filter(Q(system__owner_id=own) | Q(service__provider_id=own))
        return self.none()

    def approved(self) -> "GrantQuerySet":
        """Return grants that come from a dossier or a request for use, not from a technician's own trial."""
        return self.filter(request__isnull=False)

    def open(self) -> "GrantQuerySet":
        """Return grants that nobody revoked; validity is a matter of days and judged by the broker."""
        return self.filter(revoked_at__isnull=True)


class Grant(models.Model):
    """The right of one system to call one service in one environment (decisions, 21).

    It is made from an approved dossier or an approved request for use, never typed, and has one gate that counts its
    quota and stops it exactly.
    The broker refuses what lies outside its operations, fields, purpose, networks, days and hours of the week
    (``hours`` as ``core.hours`` says; none: always), and what comes faster than its rates (None: no such limit).
    SKHCN may narrow it with a reason, hours and rates included; more needs a request of its own. A decision about a
    violation may suspend it for a time (``suspended_at``), apart from holds of the whole connection.
    In the sandbox a technician makes one without a dossier, for a trial (decisions, 14): it has neither connection nor
    request, has a last day, and reaches the sandbox address of the service or the example server, nothing else.
    It ends by its last day or by revocation with a reason; a revoked grant stays as evidence.
    """

    code = models.CharField(_("mã quyền khai thác"), max_length=24, unique=True)
    connection = models.ForeignKey(
        Connection, models.PROTECT, null=True, related_name="grants", verbose_name=_("kết nối")
    )
    request = models.ForeignKey(
        ConnectionRequest, models.PROTECT, null=True, related_name="grants", verbose_name=_("hồ sơ")
    )
    access_line = models.ForeignKey(
        AccessLine, models.PROTECT, null=True, related_name="grants", verbose_name=_("theo đề nghị khai thác")
    )
    narrowed_at = models.DateTimeField(_("thu hẹp lúc"), null=True)
    narrow_reason = models.TextField(_("lý do thu hẹp"), blank=True)
    suspended_at = models.DateTimeField(_("tạm ngưng lúc"), null=True)
    suspend_reason = models.TextField(_("lý do tạm ngưng"), blank=True)
    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="grants", verbose_name=_("hệ thống thông tin")
    )
    service = models.ForeignKey(DataService, models.PROTECT, related_name="grants", verbose_name=_("dịch vụ dữ liệu"))
    environment = models.CharField(_("môi trường"), max_length=8, choices=Environment.choices)
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name=_("mục đích"))
    operations = models.JSONField(_("thao tác"), default=list)
    fields = models.JSONField(_("trường dữ liệu"), null=True, blank=True)
    networks = models.JSONField(_("địa chỉ mạng được phép"), default=list)
    daily_quota = models.PositiveIntegerField(
        _("hạn mức mỗi ngày"), validators=[MinValueValidator(1), MaxValueValidator(10_000_000)]
    )
    hours = models.JSONField(_("khung giờ"), default=list, blank=True)
    rate_per_second = models.PositiveIntegerField(
        _("số lượt tối đa mỗi giây"), null=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_SECOND)]
    )
    rate_per_minute = models.PositiveIntegerField(
        _("số lượt tối đa mỗi phút"), null=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_MINUTE)]
    )
    valid_from = models.DateField(_("có hiệu lực từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    gate_id = models.BigIntegerField(_("cổng hạn mức"), unique=True)
    opened_at = models.DateTimeField(_("cấp lúc"))
    revoked_at = models.DateTimeField(_("thu hồi lúc"), null=True)
    revoke_reason = models.TextField(_("lý do thu hồi"), blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("quyền khai thác")
        verbose_name_plural = _("quyền khai thác")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "service", "environment"],
                condition=Q(revoked_at__isnull=True),
                name="grant_one_open",
                violation_error_message=_("Hệ thống đã có quyền khai thác dịch vụ này"),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="grant_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(connection__isnull=False, request__isnull=False)
                | Q(
                    connection__isnull=True,
                    request__isnull=True,
                    access_line__isnull=True,
                    environment=Environment.SANDBOX,
                    valid_to__isnull=False,
                ),
                name="grant_approved_or_trial",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "environment"], name="grant_service"),
            models.Index(fields=["valid_to"], condition=Q(revoked_at__isnull=True), name="grant_last_day"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_trial(self) -> bool:
        """Return whether a technician made it without a dossier, to try a service in the sandbox."""
        return self.request_id is None


auditlog.register(Grant)
