"""Addresses: each app owns its own; here they are only joined."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("", include("catalog.urls")),
    path("", include("connections.urls")),
    path("", include("incidents.urls")),
    path("", include("reports.urls")),
    path("api/v1/", include("core.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("connections.api.urls")),
    path("api/v1/", include("reports.api.urls")),
    path("quan-tri/", admin.site.urls),
]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
