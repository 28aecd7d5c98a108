"""Staff pages of this app."""

from connections.admin import checklists, plans, records, requests

__all__ = ["checklists", "plans", "records", "requests"]
