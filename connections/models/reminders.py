"""When whom is reminded of a deadline, as data; and which reminders were given."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.choices import Chased
from connections.models.clocks import Clock


class ReminderRule(models.Model):
    """So many working days before (negative) or after the day a step is due, somebody is told (domain-vn §g).

    No text names these numbers: they are ours, shown as "hạn nội bộ", and edited by staff. After the day, rules for
    the head of division and then the leader pass the matter up.
    """

    offset = models.SmallIntegerField(
        _("ngày làm việc so với ngày đến hạn"),
        validators=[MinValueValidator(-60), MaxValueValidator(60)],
        help_text=_("Số âm: trước hạn. 0: đúng ngày đến hạn. Số dương: sau hạn."),
    )
    audience = models.CharField(_("nhắc ai"), max_length=16, choices=Chased.choices)
    basis = models.CharField(_("căn cứ"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("quy tắc nhắc hạn")
        verbose_name_plural = _("quy tắc nhắc hạn")
        ordering = ["offset", "audience"]
        constraints = [
            models.UniqueConstraint(
                fields=["offset", "audience"],
                name="reminder_rule_once",
                violation_error_message=_("Đã có quy tắc nhắc cùng đối tượng vào ngày này"),
            ),
            models.CheckConstraint(
                condition=Q(audience=Chased.HOLDER) | Q(offset__gt=0),
                name="reminder_rule_escalates_after",
                violation_error_message=_("Chỉ chuyển lên cấp trên sau ngày đến hạn: nhập số dương"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offset:+d} – {self.get_audience_display()}"


class Reminder(models.Model):
    """A reminder given for one deadline, kind and day; the constraint keeps it one when jobs run twice.

    ``day`` is the day the rule named, not the day it was given: a job that was down gives it late, and once.
    """

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="reminders", verbose_name=_("thời hạn"))
    audience = models.CharField(_("nhắc ai"), max_length=16, choices=Chased.choices)
    offset = models.SmallIntegerField(_("ngày làm việc so với ngày đến hạn"))
    day = models.DateField(_("ngày nhắc"))
    given_at = models.DateTimeField(_("nhắc lúc"))

    class Meta:
        verbose_name = _("lần nhắc hạn")
        verbose_name_plural = _("lần nhắc hạn")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "audience", "offset", "day"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.offset:+d}"


auditlog.register(ReminderRule)
