"""Planned maintenance: when which services rest, what was told of it, and our rules for telling (Q50-12.2b)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import DataService
from core import clock
from incidents.maintenance_words import Stage, Weekday, WindowState

if TYPE_CHECKING:
    from core.actor import Actor


class MaintenancePolicy(models.Model):
    """How long ahead maintenance is told, and when the weekly check is called for: one row, ours, not the law's."""

    first_hours = models.PositiveSmallIntegerField(
        _("báo trước lần đầu (giờ)"), default=72, validators=[MinValueValidator(2), MaxValueValidator(720)]
    )
    last_hours = models.PositiveSmallIntegerField(
        _("báo trước lần cuối (giờ)"), default=1, validators=[MinValueValidator(1), MaxValueValidator(72)]
    )
    remind_weekday = models.PositiveSmallIntegerField(
        _("nhắc kiểm tra hằng tuần vào thứ"),
        default=Weekday.FRIDAY,
        choices=Weekday.choices,
    )

    class Meta:
        verbose_name = _("quy tắc báo bảo trì")
        verbose_name_plural = _("quy tắc báo bảo trì")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="maintenance_policy_one_row"),
            models.CheckConstraint(
                condition=Q(first_hours__gt=F("last_hours")),
                name="maintenance_policy_in_order",
                violation_error_message=_("Lần báo đầu phải sớm hơn lần báo cuối"),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Quy tắc báo bảo trì"))


def known_to(actor: "Actor") -> "models.QuerySet[DataService]":
    """Return the services *actor* may know of; a visitor only those that pages for everybody may name."""
    services = DataService.objects
    return services.visible_to(actor) if actor.is_person or actor.kind == "system" else services.named_in_public()


class WindowQuerySet(models.QuerySet["MaintenanceWindow"]):
    """Reading windows."""

    def visible_to(self, actor: "Actor") -> "WindowQuerySet":
        """Return all to SKHCN; to others those of the whole platform or of a service they may know of."""
        if actor.may("service.view_all"):
            return self
        through = MaintenanceWindow.services.through.objects
        known = through.filter(maintenancewindow_id=OuterRef("pk"), dataservice_id__in=known_to(actor).values("pk"))
        return self.filter(Q(whole_platform=True) | Exists(known))

    def planned(self) -> "WindowQuerySet":
        """Return those nobody cancelled."""
        return self.filter(state=WindowState.PLANNED)

    def under_way(self, at: datetime) -> "WindowQuerySet":
        """Return those that last at the moment *at*."""
        return self.planned().filter(starts_at__lte=at, ends_at__gt=at)

    def touching(self, since: datetime, until: datetime) -> "WindowQuerySet":
        """Return those with a part in [*since*, *until*)."""
        return self.planned().filter(starts_at__lt=until, ends_at__gt=since)


class MaintenanceWindow(models.Model):
    """A time in which services, or the whole platform, are worked on; announced to who uses and follows them.

    Its times are decided ahead: it is never entered for the past, and once begun only its end moves. ``timed_at`` and
    ``timed_end`` say when the times were last set before the beginning, and which end was set then: only what was set
    ``last_hours`` before counts as announced, and only that is left out of the figures of availability. Each change
    makes a new ``revision``; what was told, was told of one revision.
    """

    code = models.CharField(_("mã"), max_length=24, unique=True, editable=False)
    whole_platform = models.BooleanField(_("toàn nền tảng"), default=False)
    services = models.ManyToManyField(
        DataService, blank=True, related_name="maintenance", verbose_name=_("dịch vụ bị ảnh hưởng")
    )
    starts_at = models.DateTimeField(_("từ lúc"))
    ends_at = models.DateTimeField(_("đến lúc"))
    reason = models.CharField(
        _("lý do, nội dung công việc"), max_length=300, help_text=_("Chỉ cán bộ của Sở và lịch sử thấy.")
    )
    public_text = models.TextField(
        _("nội dung công khai"),
        max_length=1000,
        help_text=_("Ghi trên trang trạng thái và trong thư: việc gì không dùng được, cơ quan cần chuẩn bị gì."),
    )
    state = models.CharField(
        _("quyết định"), max_length=12, choices=WindowState.choices, default=WindowState.PLANNED, editable=False
    )
    revision = models.PositiveSmallIntegerField(_("lần đổi"), default=1, editable=False)
    timed_at = models.DateTimeField(editable=False)
    timed_end = models.DateTimeField(editable=False)
    planned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("người lập")
    )
    planned_at = models.DateTimeField(_("lập lúc"), editable=False)
    changed_at = models.DateTimeField(_("sửa lần cuối lúc"), editable=False)
    change_reason = models.CharField(_("lý do đổi hoặc hủy"), max_length=300, blank=True, editable=False)

    objects = WindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("đợt bảo trì")
        verbose_name_plural = _("đợt bảo trì")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="maintenance_in_order",
                violation_error_message=_("Giờ kết thúc phải sau giờ bắt đầu"),
            )
        ]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="maintenance_times")]

    def __str__(self) -> str:
        return self.code

    @property
    def standing(self) -> str:
        """How it stands now: ahead, running, over or cancelled."""
        now = clock.now()
        if self.state == WindowState.CANCELLED:
            return "cancelled"
        return "ahead" if now < self.starts_at else "running" if now < self.ends_at else "over"

    def excused(self, policy: MaintenancePolicy) -> tuple[datetime, datetime] | None:
        """Return from when to when it is left out of availability; None for one set too late to be announced."""
        announced = self.timed_at <= self.starts_at - timedelta(hours=policy.last_hours)
        ends = min(self.ends_at, self.timed_end)
        return (self.starts_at, ends) if announced and ends > self.starts_at else None


class MaintenanceTelling(models.Model):
    """A stage of one revision was told, or (``covered``) need not be, because later news was told instead."""

    window = models.ForeignKey(MaintenanceWindow, models.CASCADE, related_name="tellings", verbose_name=_("đợt"))
    revision = models.PositiveSmallIntegerField(_("lần đổi"))
    stage = models.CharField(_("nội dung báo"), max_length=12, choices=Stage.choices)
    covered = models.BooleanField(_("gộp vào tin sau"), default=False)
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("lần báo bảo trì")
        verbose_name_plural = _("lần báo bảo trì")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["window", "revision", "stage"], name="maintenance_told_once")]

    def __str__(self) -> str:
        return f"{self.window} {self.get_stage_display()}"


auditlog.register(MaintenancePolicy)
auditlog.register(MaintenanceWindow, m2m_fields={"services"})
