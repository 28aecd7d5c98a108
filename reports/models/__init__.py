"""Reports and what they are made by."""

from reports.models.runs import ReportRun
from reports.models.templates import ReportTemplate

__all__ = ["ReportRun", "ReportTemplate"]
