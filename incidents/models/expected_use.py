"""What use a grant is expected to have: how often, how much."""

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Grant
from incidents.alert_choices import Cadence


class ExpectedUse(models.Model):
    """The cadence and the calls a day that the agency of a grant declares; nothing declared: nothing is expected.

    Silence longer than the cadence, and use far above the declared figure, are signs (QC7.5).
    """

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="expected_use", verbose_name=_("quyền khai thác"))
    cadence = models.CharField(_("nhịp khai thác"), max_length=8, choices=Cadence.choices, default=Cadence.NONE)
    daily_calls = models.PositiveIntegerField(
        _("số lượt dự kiến mỗi ngày"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
    )
    declared_at = models.DateTimeField(_("khai báo lúc"))

    class Meta:
        verbose_name = _("mức khai thác khai báo")
        verbose_name_plural = _("mức khai thác khai báo")

    def __str__(self) -> str:
        return str(self.grant)


auditlog.register(ExpectedUse)
