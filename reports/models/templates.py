"""What reports of a kind are made by: schedule, letterhead, legal basis."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.choices import ClosingRule, Kind


class ReportTemplate(models.Model):
    """How reports of one kind are made: when, to whom, on which basis; data, edited by staff.

    Day and hour are ours unless ``statutory``; reports already written keep what they were made with.
    """

    kind = models.CharField(_("loại kỳ"), max_length=16, choices=Kind.choices, unique=True)
    closing_rule = models.CharField(_("cách chốt kỳ"), max_length=16, choices=ClosingRule.choices)
    due_day = models.PositiveSmallIntegerField(
        _("tự lập vào ngày"), validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    due_hour = models.PositiveSmallIntegerField(_("lúc (giờ)"), validators=[MaxValueValidator(23)])
    active = models.BooleanField(_("tự lập theo lịch"), default=True)
    starts_on = models.DateField(_("tự lập cho các kỳ kết thúc từ ngày"))
    statutory = models.BooleanField(_("do pháp luật quy định"), default=False)
    basis = models.CharField(_("căn cứ của lịch"), max_length=300)
    addressee = models.CharField(_("nơi nhận báo cáo"), max_length=200)
    place = models.CharField(_("địa danh"), max_length=100)
    subject = models.CharField(_("trích yếu"), max_length=300)
    legal_bases = models.TextField(_("căn cứ pháp lý"), help_text=_("Mỗi dòng một căn cứ"))
    recipients = models.TextField(_("nơi nhận"), help_text=_("Mỗi dòng một nơi nhận"))
    signer = models.CharField(_("chức vụ người ký"), max_length=100)

    class Meta:
        verbose_name = _("mẫu báo cáo")
        verbose_name_plural = _("mẫu báo cáo")
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_day__range=(1, 28), due_hour__range=(0, 23)), name="report_template_time"
            )
        ]

    def __str__(self) -> str:
        return str(_("Báo cáo %(kind)s") % {"kind": str(self.get_kind_display()).lower()})


auditlog.register(ReportTemplate)
