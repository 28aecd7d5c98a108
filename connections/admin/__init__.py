"""Staff pages of this app."""

from connections.admin import checklists, clocks, plans, records, reminders, requests

__all__ = ["checklists", "clocks", "plans", "records", "reminders", "requests"]
