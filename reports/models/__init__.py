"""Reports and what they are made by."""

from reports.models.last_use import LastUse
from reports.models.ranking import RankingPolicy
from reports.models.runs import ReportRun
from reports.models.templates import ReportTemplate

__all__ = [
    "LastUse",
    "RankingPolicy",
    "ReportRun",
    "ReportTemplate",
]
