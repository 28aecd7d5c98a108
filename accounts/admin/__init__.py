"""Staff pages of this app."""

from accounts.admin import calendar

__all__ = ["calendar"]
