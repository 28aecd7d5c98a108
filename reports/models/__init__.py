"""Reports and what they are made by."""

from reports.models.campaigns import Campaign, CampaignQuestion
from reports.models.last_use import LastUse
from reports.models.ranking import RankingPolicy
from reports.models.runs import ReportRun
from reports.models.statements import Statement, StatementFile, StatementReminder, StatementRow, StatementVersion
from reports.models.templates import ReportTemplate

__all__ = [
    "Campaign",
    "CampaignQuestion",
    "LastUse",
    "RankingPolicy",
    "ReportRun",
    "ReportTemplate",
    "Statement",
    "StatementFile",
    "StatementReminder",
    "StatementRow",
    "StatementVersion",
]
