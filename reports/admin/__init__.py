"""Staff pages of this floor, one file a noun."""

from reports.admin import budget_years, feedback, funding, reviews, templates, training

__all__ = ["budget_years", "feedback", "funding", "reviews", "templates", "training"]
