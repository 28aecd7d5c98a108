"""Staff pages of this app."""

from connections.admin import checklists, clocks, paper_data, plans, records, reminders, requests

__all__ = ["checklists", "clocks", "paper_data", "plans", "records", "reminders", "requests"]
