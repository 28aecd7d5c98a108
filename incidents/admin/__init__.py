"""Staff pages of this floor, one file a noun."""

from incidents.admin import health, incidents, outages, register_papers, violations

__all__ = ["health", "incidents", "outages", "register_papers", "violations"]
