"""Telling before grants, keys and versions end: when, as data; and what was told."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import ServiceVersion
from connections.choices import Ending, VersionNews


class ExpiryRule(models.Model):
    """So many days before the end of a grant, key or version, those concerned are told (ux.md §4.1).

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


class VersionNotice(models.Model):
    """News of the end of a version, given to its consumers once; the constraint keeps it one when jobs run twice.

    ``occasion`` is when that day was announced (or when it was withdrawn unannounced): an end that was moved, or taken
    back and announced anew, is another one. ``days_before`` is how many days were left, or the rule that was reached.
    """

    version = models.ForeignKey(ServiceVersion, models.PROTECT, related_name="notices", verbose_name=_("phiên bản"))
    occasion = models.DateTimeField(_("đợt báo ngừng"))
    day = models.DateField(_("ngày ngừng"))
    news = models.CharField(_("nội dung báo"), max_length=12, choices=VersionNews.choices)
    days_before = models.PositiveSmallIntegerField(_("số ngày trước ngày ngừng"), default=0)
    given_at = models.DateTimeField(_("báo lúc"))

    class Meta:
        verbose_name = _("lần báo phiên bản ngừng")
        verbose_name_plural = _("lần báo phiên bản ngừng")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "occasion", "news", "days_before"], name="version_notice_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.day} {self.news}"


auditlog.register(ExpiryRule)
