"""Staff pages of this floor, one file a noun."""

from incidents.admin import health, incidents, maintenance, outages, register_papers, violations, weekly

__all__ = ["health", "incidents", "maintenance", "outages", "register_papers", "violations", "weekly"]
