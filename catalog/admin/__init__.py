"""Staff pages of this app."""

from catalog.admin import (
    data_errors,
    document_releases,
    documents,
    exceptions,
    operations,
    profiles,
    purposes,
    readiness,
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
    "services",
    "standards",
    "systems",
    "upstreams",
    "versions",
]
