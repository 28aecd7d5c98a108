"""Staff pages of the catalogue."""

from catalog.admin import (
    data_errors,
    document_releases,
    documents,
    exceptions,
    operations,
    profiles,
    purposes,
    readiness,
    sectors,
    services,
    standards,
    systems,
    upstreams,
    versions,
)

__all__ = [
    "data_errors",
    "document_releases",
    "documents",
    "exceptions",
    "operations",
    "profiles",
    "purposes",
    "readiness",
    "sectors",
    "services",
    "standards",
    "systems",
    "upstreams",
    "versions",
]
