"""Staff pages of this app."""

from accounts.admin import agencies, calendar, people

__all__ = ["agencies", "calendar", "people"]
