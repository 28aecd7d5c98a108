"""Days off, make-up days, deadlines and periods of regulations: data with a source, edited by staff."""

from auditlog.registry import auditlog
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.choices import DayOffKind, TermUnit


class Day(models.Model):
    """What days off and make-up days share: a date, a name, where it comes from, whether it counts."""

    date = models.DateField(_("ngày"), unique=True)
    name = models.CharField(_("tên"), max_length=200)
    source = models.CharField(_("nguồn"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)
    from_seed = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name}"


class DayOff(Day):
    """A day on which public bodies do not work, besides weekends (decisions, 23)."""

    kind = models.CharField(_("loại"), max_length=16, choices=DayOffKind.choices, default=DayOffKind.PUBLIC_HOLIDAY)

    class Meta(Day.Meta):
        abstract = False
        verbose_name = _("ngày nghỉ")
        verbose_name_plural = _("ngày nghỉ")


class MakeUpDay(Day):
    """A weekend day worked in exchange for a day off."""

    class Meta(Day.Meta):
        abstract = False
        verbose_name = _("ngày làm bù")
        verbose_name_plural = _("ngày làm bù")


class OfficeHours(models.Model):
    """One session of a working day; terms in working hours run only while one is open."""

    name = models.CharField(_("buổi"), max_length=100)
    starts = models.TimeField(_("từ"))
    ends = models.TimeField(_("đến"))
    source = models.CharField(_("nguồn"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("giờ làm việc")
        verbose_name_plural = _("giờ làm việc")
        ordering = ["starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="office_hours_in_order",
                violation_error_message=_("Giờ kết thúc phải sau giờ bắt đầu"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts:%H:%M}–{self.ends:%H:%M}"


class _Period(Func):
    function = "daterange"
    output_field = DateRangeField()


def _no_overlap(field: str, name: str, text: StrOrPromise) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            (field, RangeOperators.EQUAL),
            (_Period("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
        ],
        violation_error_message=text,
    )


class DeadlinePolicy(models.Model):
    """One version of a deadline: so many units, on this basis, from a day (domain-vn §g).

    A change closes the version in force and opens a new one; a dossier keeps the version it was received under.
    ``statutory`` is true only where the law gives the number; everything else is shown as "hạn nội bộ".
    """

    code = models.CharField(_("mã"), max_length=40)
    name = models.CharField(_("việc"), max_length=200)
    amount = models.PositiveSmallIntegerField(_("số lượng"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("đơn vị"), max_length=16, choices=TermUnit.choices)
    statutory = models.BooleanField(_("do pháp luật quy định"), default=False)
    cutoff = models.TimeField(
        _("giờ chốt"),
        null=True,
        blank=True,
        help_text=_(
            "Việc đến sau giờ này, hoặc vào ngày nghỉ, tính là đến ngày làm việc kế tiếp. Để trống: không chốt."
        ),
    )
    basis = models.CharField(_("căn cứ"), max_length=300)
    clause = models.CharField(_("điều khoản"), max_length=16, blank=True)
    valid_from = models.DateField(_("áp dụng từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)

    class Meta:
        verbose_name = _("thời hạn")
        verbose_name_plural = _("thời hạn")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="deadline_dates_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
            _no_overlap("code", "deadline_one_version_a_day", _("Đã có thời hạn khác áp dụng trong khoảng ngày này")),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount} {self.get_unit_display()}"

    @property
    def label(self) -> str:
        """What is said beside the number wherever it is shown."""
        return str(_("Theo quy định") if self.statutory else _("Hạn nội bộ"))


class RegulationPeriod(models.Model):
    """When one of the two regulations is in force; no end means still."""

    regulation = models.CharField(
        _("quy chế"),
        max_length=8,
        choices=[("q50", _("Quyết định 50/2024/QĐ-UBND")), ("qc", _("Dự thảo Quy chế 2026"))],
    )
    valid_from = models.DateField(_("có hiệu lực từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("hết hiệu lực sau ngày"), null=True, blank=True)
    source = models.CharField(_("nguồn"), max_length=300)
    note = models.TextField(_("ghi chú"), blank=True)

    class Meta:
        verbose_name = _("thời kỳ hiệu lực")
        verbose_name_plural = _("thời kỳ hiệu lực")
        ordering = ["regulation", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["regulation"], name="regulation_one_period"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="regulation_dates_in_order",
                violation_error_message=_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_regulation_display())


for _model in (DayOff, MakeUpDay, OfficeHours, DeadlinePolicy, RegulationPeriod):
    auditlog.register(_model, mapping_fields={"from_seed": _("lấy từ danh sách nạp sẵn")})
