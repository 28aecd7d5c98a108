"""Closing rules: on which day of a month the accounts of a period close (Nghị định 09/2019/NĐ-CP, Điều 12)."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.periods import Closing


class ClosingRule(models.Model):
    """One way of closing periods; data, edited by staff, with its basis.

    ``closing_day`` is the last day of a period, none the last day of the month. A rule of ``own_days`` closes nothing
    by itself: who asks for the report says from which day to which. Reports keep the days they were made for, so a
    rule that changes later touches only periods to come. A rule is never deleted, it is no longer offered.
    """

    code = models.SlugField(_("mã"), max_length=16, unique=True)
    name = models.CharField(_("tên"), max_length=120)
    closing_day = models.PositiveSmallIntegerField(
        _("ngày chốt"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("Ngày cuối của kỳ trong tháng cuối kỳ; để trống: ngày cuối tháng. Tháng thiếu ngày: ngày cuối."),
    )
    own_days = models.BooleanField(_("từ ngày đến ngày do người lập chọn"), default=False)
    statutory = models.BooleanField(_("do pháp luật quy định"), default=False)
    basis = models.CharField(_("căn cứ"), max_length=300)
    active = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        verbose_name = _("cách chốt kỳ báo cáo")
        verbose_name_plural = _("cách chốt kỳ báo cáo")
        ordering = ["-active", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closing_day__isnull=True) | Q(closing_day__range=(1, 31), own_days=False),
                name="report_closing_day",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def closing(self) -> Closing:
        """The rule as arithmetic."""
        return Closing(self.code, self.closing_day or 0)


auditlog.register(ClosingRule)
