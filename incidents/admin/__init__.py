"""Staff pages of this floor, one file a noun."""

from incidents.admin import health, outages

__all__ = ["health", "outages"]
