"""Staff pages of the catalogue."""

from catalog.admin import operations, profiles, purposes, readiness, services, standards, systems, upstreams, versions

__all__ = [
    "operations",
    "profiles",
    "purposes",
    "readiness",
    "services",
    "standards",
    "systems",
    "upstreams",
    "versions",
]
