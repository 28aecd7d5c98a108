"""Terms of an environment: figures of ours that grants and keys are made with."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Environment


class EnvironmentTerms(models.Model):
    """What a grant and a key of one environment may have at most; data, edited by staff, each with its basis.

    A change holds for what is made from then on; grants and keys already made keep what they were given.
    """

    environment = models.CharField(_("môi trường"), max_length=8, choices=Environment.choices, unique=True)
    quota_limit = models.PositiveIntegerField(
        _("hạn mức mỗi ngày tối đa"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text=_("Để trống: theo hạn mức ghi trong hồ sơ"),
    )
    key_days = models.PositiveSmallIntegerField(
        _("số ngày dùng của một khóa"), validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    key_count = models.PositiveSmallIntegerField(
        _("số khóa dùng cùng lúc của một hệ thống"),
        default=2,
        validators=[MinValueValidator(2), MaxValueValidator(20)],
        help_text=_("Ít nhất 2, để thay khóa mà không gián đoạn"),
    )
    overlap_days = models.PositiveSmallIntegerField(
        _("số ngày khóa cũ còn dùng sau khi thay"), default=30, validators=[MaxValueValidator(365)]
    )
    rate_per_second = models.PositiveIntegerField(
        _("số lượt mỗi giây của một quyền khi không khai"),
        null=True,
        blank=True,
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(10_000)],
        help_text=_("Mức của nền tảng; để trống: không giới hạn. Hồ sơ có khai lượt mỗi giây thì theo hồ sơ"),
    )
    rate_per_minute = models.PositiveIntegerField(
        _("số lượt mỗi phút của một quyền khi không khai"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600_000)],
        help_text=_("Mức của nền tảng; để trống: không giới hạn"),
    )
    key_calls = models.PositiveSmallIntegerField(
        _("số lượt gọi cùng lúc của một khóa"),
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Mức của nền tảng, tính từ khóa tạo sau đó"),
    )
    trial_quota = models.PositiveIntegerField(
        _("số lượt mỗi ngày của một quyền tự mở để thử"),
        null=True,
        blank=True,
        default=1000,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text=_("Chỉ ở môi trường thử nghiệm. Để trống: không ai tự mở quyền thử"),
    )
    trial_days = models.PositiveSmallIntegerField(
        _("số ngày dùng của một quyền tự mở để thử"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )
    statutory = models.BooleanField(_("do pháp luật quy định"), default=False)
    basis = models.CharField(_("căn cứ"), max_length=300)

    class Meta:
        verbose_name = _("tham số môi trường")
        verbose_name_plural = _("tham số môi trường")
        ordering = ["-environment"]

    def __str__(self) -> str:
        return str(self.get_environment_display())

    def quota(self, declared: int) -> int:
        """Return the daily quota of a grant for which *declared* calls were asked."""
        return declared if self.quota_limit is None else min(declared, self.quota_limit)

    def rates(self, declared: int | None) -> "tuple[int | None, int | None]":
        """Return calls a second and a minute of a grant whose dossier declares *declared* a second at its peak.

        What was declared and approved is the limit, live. The sandbox allows twice as much or the platform's figure,
        whichever is more, for the trial has to show that the declared load is carried (QC10.4).
        """
        if declared is None:
            return self.rate_per_second, self.rate_per_minute
        if self.environment == Environment.SANDBOX:
            return self.rate_per_second and max(self.rate_per_second, 2 * declared), None
        return declared, None


auditlog.register(EnvironmentTerms)
