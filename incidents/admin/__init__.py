"""Staff pages of this floor, one file a noun."""

from incidents.admin import health, help, incidents, maintenance, outages, register_papers, violations, weekly

__all__ = ["health", "help", "incidents", "maintenance", "outages", "register_papers", "violations", "weekly"]
