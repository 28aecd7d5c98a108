"""Staff pages of this app."""

from connections.admin import checklists, plans, records, reminders, requests

__all__ = ["checklists", "plans", "records", "reminders", "requests"]
