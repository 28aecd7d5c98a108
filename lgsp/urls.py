"""Addresses: each app owns its own; here they are only joined."""

from django.contrib import admin

from core.web.dispatch import directory

urlpatterns = [
    directory("", "core.urls", "accounts.urls", "catalog.urls", "connections.urls", "incidents.urls", "reports.urls"),
    directory(
        "api/v1/",
        "core.api.urls",
        "accounts.api.urls",
        "catalog.api.urls",
        "connections.api.urls",
        "reports.api.urls",
    ),
    directory("quan-tri/", admin.site.urls),
]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
