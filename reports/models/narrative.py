"""What a report says in words: drafted from its figures, edited by staff, every version kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reports.choices import TextOrigin
from reports.models.runs import ReportRun


class NarrativeVersion(models.Model):
    """The words of a report at one time: texts by part, whole. The newest version is the one that is printed.

    The first is drafted by rules from the frozen figures. Written once: triggers refuse every change.
    """

    run = models.ForeignKey(ReportRun, models.PROTECT, related_name="narratives", verbose_name=_("báo cáo"))
    version = models.PositiveIntegerField(_("phiên bản"))
    texts = models.JSONField(_("lời văn theo phần"))
    origin = models.CharField(_("cách có"), max_length=10, choices=TextOrigin.choices)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người sửa"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("lời văn của báo cáo")
        verbose_name_plural = _("lời văn của báo cáo")
        ordering = ["run", "-version"]
        constraints = [models.UniqueConstraint(fields=["run", "version"], name="report_narrative_version_once")]

    def __str__(self) -> str:
        return f"{self.run} ({self.version})"
