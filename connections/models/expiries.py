"""Telling before grants and keys come to their last day: when, as data; and what was told."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.choices import Ending


class ExpiryRule(models.Model):
    """So many days before the last day of a grant or key, both sides are told (ux.md §4.1).

    The numbers are ours, shown as "hạn nội bộ", and edited by staff with a reason.
    """

    subject = models.CharField(_("đối tượng"), max_length=8, choices=Ending.choices)
    days_before = models.PositiveSmallIntegerField(
        _("số ngày trước ngày cuối"), validators=[MaxValueValidator(365)], help_text=_("0: đúng ngày cuối")
    )
    basis = models.CharField(_("căn cứ"), max_length=300)
    active = models.BooleanField(_("đang áp dụng"), default=True)

    class Meta:
        verbose_name = _("quy tắc báo sắp hết hạn")
        verbose_name_plural = _("quy tắc báo sắp hết hạn")
        ordering = ["subject", "-days_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "days_before"],
                name="expiry_rule_once",
                violation_error_message=_("Đã có quy tắc báo đối tượng này trước số ngày đó"),
            )
        ]

    def __str__(self) -> str:
        return str(_("%(subject)s, trước %(n)s ngày") % {"subject": self.get_subject_display(), "n": self.days_before})


class ExpiryNotice(models.Model):
    """A notice that was given; the constraint keeps it one when jobs run twice. Another last day is another notice."""

    subject = models.CharField(_("đối tượng"), max_length=8, choices=Ending.choices)
    subject_id = models.BigIntegerField(_("số của đối tượng"))
    last_day = models.DateField(_("ngày cuối"))
    days_before = models.PositiveSmallIntegerField(_("số ngày trước ngày cuối"))
    given_at = models.DateTimeField(_("báo lúc"))

    class Meta:
        verbose_name = _("lần báo sắp hết hạn")
        verbose_name_plural = _("lần báo sắp hết hạn")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "last_day", "days_before"], name="expiry_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} {self.last_day}"


auditlog.register(ExpiryRule)
