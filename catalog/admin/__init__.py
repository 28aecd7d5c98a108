"""Staff pages of the catalogue."""

from catalog.admin import operations, purposes, services, systems, upstreams, versions

__all__ = ["operations", "purposes", "services", "systems", "upstreams", "versions"]
