"""Files of reports: made when the report is submitted, the same bytes from then on (QC14.5)."""

from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.choices import Format
from reports.models.runs import ReportRun

# What people call the formats.
PROGRAMS = {Format.DOCX: "Word", Format.XLSX: "Excel", Format.PDF: "PDF"}


class ReportFile(models.Model):
    """One file of a report: what is approved is byte for byte what is downloaded ever after.

    The content lies in the storage under its SHA-256. The files of a report are replaced only while it is not
    approved, a trigger refuses it afterwards.
    """

    run = models.ForeignKey(ReportRun, models.PROTECT, related_name="files", verbose_name=_("báo cáo"))
    format = models.CharField(_("định dạng"), max_length=8, choices=Format.choices)
    sha256 = models.CharField(_("mã băm nội dung"), max_length=64)
    made_at = models.DateTimeField(_("tạo lúc"))

    class Meta:
        verbose_name = _("tệp báo cáo")
        verbose_name_plural = _("tệp báo cáo")
        ordering = ["run", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "format"], name="report_file_once")]

    def __str__(self) -> str:
        return f"{self.run}.{self.format}"

    @property
    def program(self) -> str:
        """What people call the format: "Word"."""
        return PROGRAMS[Format(self.format)]


auditlog.register(ReportFile)
