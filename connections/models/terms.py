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


auditlog.register(EnvironmentTerms)
