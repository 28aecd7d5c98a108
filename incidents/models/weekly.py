"""The weekly check for updates and maintenance of the platform (Q50-12.2b): what to look at, what was found."""

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.maintenance_words import Outcome


class CheckItem(models.Model):
    """One point of the check, as data: staff add, change and retire points; what was recorded keeps its words."""

    text = models.CharField(_("nội dung kiểm tra"), max_length=300, unique=True)
    hint = models.CharField(_("cách làm"), max_length=300, blank=True)
    basis = models.CharField(_("căn cứ"), max_length=300)
    place = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("nội dung kiểm tra hằng tuần")
        verbose_name_plural = _("nội dung kiểm tra hằng tuần")
        ordering = ["place", "id"]

    def __str__(self) -> str:
        return self.text


class WeeklyCheck(models.Model):
    """That somebody went through the points in the week that begins on ``week`` (a Monday); written once."""

    week = models.DateField(_("tuần từ ngày"))
    done_at = models.DateTimeField(_("ghi lúc"))
    done_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người kiểm tra"))
    problems = models.PositiveSmallIntegerField(_("số vấn đề"), default=0)
    note = models.TextField(_("ghi chú"), max_length=2000, blank=True)
    form_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("lần kiểm tra, bảo trì hằng tuần")
        verbose_name_plural = _("kiểm tra, bảo trì hằng tuần")
        ordering = ["-week", "-id"]

    def __str__(self) -> str:
        return gettext("Tuần từ %(day)s") % {"day": f"{self.week:%d/%m/%Y}"}


class WeeklyCheckLine(models.Model):
    """What one point came to; its words are copied, so that the record stays when the points change."""

    check_done = models.ForeignKey(WeeklyCheck, models.PROTECT, related_name="lines", verbose_name=_("lần kiểm tra"))
    text = models.CharField(_("nội dung kiểm tra"), max_length=300)
    outcome = models.CharField(_("kết quả"), max_length=16, choices=Outcome.choices)
    remark = models.CharField(_("ghi chú"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("kết quả kiểm tra hằng tuần")
        verbose_name_plural = _("kết quả kiểm tra hằng tuần")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.PROBLEM) | ~Q(remark=""), name="weekly_problem_says_what"
            )
        ]

    def __str__(self) -> str:
        return f"{self.text}: {self.get_outcome_display()}"


class WeeklyReminder(models.Model):
    """People were reminded that the week has no record yet; the constraint keeps it one."""

    week = models.DateField(_("tuần từ ngày"), unique=True)
    given_at = models.DateTimeField(_("nhắc lúc"))

    class Meta:
        verbose_name = _("lần nhắc kiểm tra hằng tuần")
        verbose_name_plural = _("lần nhắc kiểm tra hằng tuần")
        ordering = ["-week"]

    def __str__(self) -> str:
        return f"{self.week:%d/%m/%Y}"


for _model in (CheckItem, WeeklyCheck, WeeklyCheckLine):
    auditlog.register(_model)
