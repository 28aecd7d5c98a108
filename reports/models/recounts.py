"""What the figures of a report would be now: rows that came or were corrected after closing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.runs import ReportRun


class Recount(models.Model):
    """One outcome of counting the figures of a written report again; the report itself never changes.

    ``differences`` lists the figures that differ: code, label, unit, frozen, now. While counting gives the same
    again, ``last_at`` moves on; another outcome is another row, so that it is kept when a difference was first seen.
    Both moments are those at which counting began.
    """

    run = models.ForeignKey(ReportRun, models.PROTECT, related_name="recounts", verbose_name=_("báo cáo"))
    first_at = models.DateTimeField(_("thấy lần đầu lúc"))
    last_at = models.DateTimeField(_("đối chiếu gần nhất lúc"))
    differences = models.JSONField(_("số liệu khác với khi chốt"))

    class Meta:
        verbose_name = _("lần đối chiếu số liệu")
        verbose_name_plural = _("lần đối chiếu số liệu")
        ordering = ["run", "-id"]

    def __str__(self) -> str:
        return f"{self.run} {self.last_at:%d/%m/%Y}"
