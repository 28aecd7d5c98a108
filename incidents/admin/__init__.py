"""Staff pages of this floor, one file a noun."""

from incidents.admin import health, maintenance, outages, weekly

__all__ = ["health", "maintenance", "outages", "weekly"]
