"""How alerts are told: the rules, and the one who tells."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AlertPolicy(models.Model):
    """How alerts are gathered when there are many, how long webhooks are tried: one row, ours, not the law's (QC14.3).

    After ``gather_from`` news within ``gather_minutes`` the next are told together once that time is over.
    A webhook is tried for ``webhook_hours`` and rests after ``webhook_faults`` deliveries in a row that failed for
    good; what was sent is kept for ``webhook_keep_days``.
    """

    gather_from = models.PositiveIntegerField(
        _("gộp tin khi số tin vừa báo đạt"), default=50, validators=[MinValueValidator(5), MaxValueValidator(10_000)]
    )
    gather_minutes = models.PositiveSmallIntegerField(
        _("khi gộp, báo cách nhau ít nhất (phút)"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    webhook_hours = models.PositiveSmallIntegerField(
        _("gửi lại điểm nhận tin trong (giờ)"), default=72, validators=[MinValueValidator(1), MaxValueValidator(240)]
    )
    webhook_faults = models.PositiveSmallIntegerField(
        _("ngừng điểm nhận tin sau số tin liên tiếp không gửi được"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    webhook_keep_days = models.PositiveSmallIntegerField(
        _("giữ nhật ký gửi điểm nhận tin trong (ngày)"),
        default=30,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
    )

    class Meta:
        verbose_name = _("quy tắc báo tin của cảnh báo")
        verbose_name_plural = _("quy tắc báo tin của cảnh báo")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="alert_policy_one_row")]

    def __str__(self) -> str:
        return str(_("Quy tắc báo tin của cảnh báo"))


class AlertTeller(models.Model):
    """Who tells: one row that is held while news are told, so that one worker tells at a time, and how much it was.

    ``count`` is how many news were told in a row without a pause.
    """

    told_at = models.DateTimeField(_("báo lúc"))
    count = models.PositiveIntegerField(_("số tin"), default=0)

    class Meta:
        verbose_name = _("lượt báo tin")
        verbose_name_plural = _("lượt báo tin")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="alert_teller_one_row")]

    def __str__(self) -> str:
        return str(_("Lượt báo tin"))


auditlog.register(AlertPolicy)
