"""Figures of the machine, minute by minute: disk, processor, oldest transaction, sealing, letters."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.alert_choices import Detector

MEASURED = (Detector.DISK, Detector.CPU, Detector.SNAPSHOT, Detector.SEALING, Detector.LETTERS)


class Measure(models.Model):
    """One figure of one machine at one moment, kept as long as results of checks.

    ``busy`` and ``total`` are the processor's counters since the machine started, from which the next figure is made.
    """

    at = models.DateTimeField(_("lúc"))
    host = models.CharField(_("máy chủ"), max_length=80)
    name = models.CharField(_("số đo"), max_length=16, choices=[(item.value, item.label) for item in MEASURED])
    value = models.FloatField(_("giá trị"), null=True)
    busy = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("số đo của nền tảng")
        verbose_name_plural = _("số đo của nền tảng")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["name", "host", "-at"], name="measure_name"),
            models.Index(fields=["at"], name="measure_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {self.value}"
