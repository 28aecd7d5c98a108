"""Reports and what they are made by."""

from reports.models.feedback import Feedback, FeedbackFile, FeedbackTheme
from reports.models.funding import BudgetAdjustment, BudgetLine, BudgetTerm, BudgetYear, Spending, SpendingFile
from reports.models.reviews import ReviewTheme, YearlyReview
from reports.models.runs import ReportRun
from reports.models.templates import ReportTemplate
from reports.models.training import TrainingSeat, TrainingSession, TrainingTelling

__all__ = [
    "BudgetAdjustment",
    "BudgetLine",
    "BudgetTerm",
    "BudgetYear",
    "Feedback",
    "FeedbackFile",
    "FeedbackTheme",
    "ReportRun",
    "ReportTemplate",
    "ReviewTheme",
    "Spending",
    "SpendingFile",
    "TrainingSeat",
    "TrainingSession",
    "TrainingTelling",
    "YearlyReview",
]
