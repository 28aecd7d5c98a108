"""Reports and what they are made by."""

from reports.models.campaigns import Campaign, CampaignQuestion
from reports.models.closing import ClosingRule
from reports.models.feedback import Feedback, FeedbackFile, FeedbackTheme
from reports.models.files import ReportFile
from reports.models.funding import BudgetAdjustment, BudgetLine, BudgetTerm, BudgetYear, Spending, SpendingFile
from reports.models.last_use import LastUse
from reports.models.narrative import NarrativeVersion
from reports.models.ranking import RankingPolicy
from reports.models.recounts import Recount
from reports.models.reviews import ReviewTheme, YearlyReview
from reports.models.runs import ReportRun
from reports.models.statements import Statement, StatementFile, StatementReminder, StatementRow, StatementVersion
from reports.models.templates import ReportTemplate
from reports.models.training import TrainingSeat, TrainingSession, TrainingTelling

__all__ = [
    "BudgetAdjustment",
    "BudgetLine",
    "BudgetTerm",
    "BudgetYear",
    "Campaign",
    "CampaignQuestion",
    "ClosingRule",
    "Feedback",
    "FeedbackFile",
    "FeedbackTheme",
    "LastUse",
    "NarrativeVersion",
    "RankingPolicy",
    "Recount",
    "ReportFile",
    "ReportRun",
    "ReportTemplate",
    "ReviewTheme",
    "Spending",
    "SpendingFile",
    "Statement",
    "StatementFile",
    "StatementReminder",
    "StatementRow",
    "StatementVersion",
    "TrainingSeat",
    "TrainingSession",
    "TrainingTelling",
    "YearlyReview",
]
