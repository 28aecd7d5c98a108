"""Staff pages of this floor, one file a noun."""

from reports.admin import campaigns, statements, templates

__all__ = ["campaigns", "statements", "templates"]
