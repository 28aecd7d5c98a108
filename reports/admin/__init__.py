"""Staff pages of this floor."""

from reports.admin import budget_years, campaigns, feedback, funding, reviews, statements, templates, training

__all__ = ["budget_years", "campaigns", "feedback", "funding", "reviews", "statements", "templates", "training"]
