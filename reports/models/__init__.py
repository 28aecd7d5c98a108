"""Reports and what they are made by."""

from reports.models.closing import ClosingRule
from reports.models.files import ReportFile
from reports.models.narrative import NarrativeVersion
from reports.models.recounts import Recount
from reports.models.runs import ReportRun
from reports.models.templates import ReportTemplate

__all__ = ["ClosingRule", "NarrativeVersion", "Recount", "ReportFile", "ReportRun", "ReportTemplate"]
