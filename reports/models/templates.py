"""What reports of a kind are made by: schedule, letterhead, legal basis."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.choices import Kind
from reports.models.closing import ClosingRule
from reports.periods import Schedule

_DAY = [MinValueValidator(1), MaxValueValidator(28)]


class ReportTemplate(models.Model):
    """How reports of one kind are made: when, by when sent, to whom, on which basis; data, edited by staff.

    Days and hour are ours unless ``statutory``; reports already written keep what they were made with.
    """

    kind = models.CharField(_("loại kỳ"), max_length=16, choices=Kind.choices, unique=True)
    closing_rule = models.ForeignKey(
        ClosingRule,
        models.PROTECT,
        to_field="code",
        db_column="closing_rule",
        related_name="+",
        verbose_name=_("cách chốt kỳ"),
    )
    due_day = models.PositiveSmallIntegerField(
        _("tự lập vào ngày"), validators=_DAY, help_text=_("Ngày đầu tiên mang số này sau khi kỳ kết thúc")
    )
    due_hour = models.PositiveSmallIntegerField(_("lúc (giờ)"), validators=[MaxValueValidator(23)])
    send_by_day = models.PositiveSmallIntegerField(
        _("gửi chậm nhất ngày"),
        validators=_DAY,
        default=5,
        help_text=_("Ngày đầu tiên mang số này sau khi kỳ kết thúc"),
    )
    least_working_days = models.PositiveSmallIntegerField(
        _("số ngày làm việc tối thiểu từ khi chốt đến hạn gửi"),
        validators=[MaxValueValidator(30)],
        default=1,
        help_text=_("Nghị định 09/2019/NĐ-CP, Điều 8 khoản 5: ít nhất 01 ngày làm việc"),
    )
    workday_shift = models.BooleanField(_("trùng ngày nghỉ thì chuyển sang ngày làm việc tiếp theo"), default=True)
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
                condition=Q(due_day__range=(1, 28), due_hour__range=(0, 23), send_by_day__range=(1, 28)),
                name="report_template_time",
            ),
            models.CheckConstraint(
                condition=Q(active=False) | ~Q(kind=Kind.AD_HOC), name="report_template_ad_hoc_by_hand"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Báo cáo %(kind)s") % {"kind": str(self.get_kind_display()).lower()})

    @property
    def schedule(self) -> Schedule:
        """When reports of this kind are drawn up and sent."""
        return Schedule(self.due_day, self.due_hour, self.send_by_day, self.least_working_days, self.workday_shift)


auditlog.register(ReportTemplate)
