"""Staff pages of the catalogue."""

from catalog.admin import operations, profiles, purposes, sectors, services, systems, upstreams, versions

__all__ = ["operations", "profiles", "purposes", "sectors", "services", "systems", "upstreams", "versions"]
