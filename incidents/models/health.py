"""Health of the source systems: how it stands, how it was, how often it is asked."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Upstream
from incidents.choices import Health


class HealthPolicy(models.Model):
    """How often source systems are asked and how long results are kept: one row, ours, not the law's (QC7.5)."""

    interval_seconds = models.PositiveIntegerField(
        _("khoảng cách giữa hai lần kiểm tra (giây)"),
        default=60,
        validators=[MinValueValidator(30), MaxValueValidator(3600)],
    )
    slow_ms = models.PositiveIntegerField(
        _("coi là chậm khi vượt (ms)"),
        default=3000,
        validators=[MinValueValidator(100), MaxValueValidator(30_000)],
    )
    keep_days = models.PositiveIntegerField(
        _("giữ kết quả trong (ngày)"), default=90, validators=[MinValueValidator(1), MaxValueValidator(1095)]
    )
    outage_faults = models.PositiveSmallIntegerField(
        _("ghi sự cố khi số lượt gọi lỗi liên tiếp đạt"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(100)],
    )
    quiet_seconds = models.PositiveIntegerField(
        _("coi là đã nối lại khi không còn lỗi trong (giây)"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(3600)],
    )
    certificate_days = models.PositiveSmallIntegerField(
        _("nhắc chứng thư của nền tảng trước khi hết hạn (ngày)"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("quy tắc kiểm tra kết nối")
        verbose_name_plural = _("quy tắc kiểm tra kết nối")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="health_policy_one_row")]

    def __str__(self) -> str:
        return str(_("Quy tắc kiểm tra kết nối"))


class UpstreamHealth(models.Model):
    """How one source system stands: the last result, since when it is so, and when it is asked next.

    The row is made when the address is first due. A check that is due pushes the next one ahead before it is done, so
    however many workers there are, and however long they were away, an address is asked at most once an interval.
    ``checked_at`` shows the age of what we say: when no worker lives it grows, and pages say so. The check that ends
    such a time keeps it as a gap, so that it is told even when whoever tells was away too. ``server_valid_to`` is the
    end of the certificate the source system showed when it was looked at last.
    """

    upstream = models.OneToOneField(
        Upstream, models.CASCADE, related_name="health", verbose_name=_("địa chỉ hệ thống nguồn")
    )
    state = models.CharField(_("tình trạng"), max_length=8, choices=Health.choices, blank=True)
    since = models.DateTimeField(_("từ lúc"), null=True)
    checked_at = models.DateTimeField(_("số liệu đến"), null=True)
    last_up_at = models.DateTimeField(_("lần cuối hoạt động"), null=True)
    elapsed_ms = models.PositiveIntegerField(_("thời gian phản hồi (ms)"), null=True)
    detail = models.CharField(_("chi tiết"), max_length=100, blank=True)
    due_at = models.DateTimeField(_("kiểm tra tiếp lúc"))
    gap_from = models.DateTimeField(_("khoảng bỏ lỡ gần nhất từ"), null=True)
    gap_until = models.DateTimeField(_("khoảng bỏ lỡ gần nhất đến"), null=True)
    server_valid_to = models.DateTimeField(_("chứng thư của hệ thống nguồn hết hạn lúc"), null=True)
    server_seen_at = models.DateTimeField(_("xem chứng thư lúc"), null=True)

    class Meta:
        verbose_name = _("tình trạng kết nối")
        verbose_name_plural = _("tình trạng kết nối")
        ordering = ["upstream_id"]
        indexes = [models.Index(fields=["due_at"], name="health_due")]

    def __str__(self) -> str:
        return str(self.upstream)


class HealthCheck(models.Model):
    """One result, kept as long as the policy says."""

    upstream = models.ForeignKey(
        Upstream, models.CASCADE, related_name="health_checks", verbose_name=_("địa chỉ hệ thống nguồn")
    )
    at = models.DateTimeField(_("lúc"))
    state = models.CharField(_("tình trạng"), max_length=8, choices=Health.choices)
    elapsed_ms = models.PositiveIntegerField(_("thời gian phản hồi (ms)"), null=True)
    detail = models.CharField(_("chi tiết"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("kết quả kiểm tra kết nối")
        verbose_name_plural = _("kết quả kiểm tra kết nối")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["upstream", "-at"], name="health_check_upstream"),
            models.Index(fields=["at"], name="health_check_age"),
        ]

    def __str__(self) -> str:
        return f"{self.upstream}: {self.get_state_display()}"


auditlog.register(HealthPolicy)
