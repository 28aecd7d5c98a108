"""Addresses of this app below /api/v1/."""

from django.urls import path

from connections.api import access, connections, grants

urlpatterns = [
    path("connections", connections.Connections.as_view(), name="api-connections"),
    path("keys", connections.Keys.as_view(), name="api-keys"),
    path("grants", grants.Grants.as_view(), name="api-grants"),
    path("grants/<str:code>", grants.GrantDetail.as_view(), name="api-grant"),
    path("access-requests", access.AccessRequests.as_view(), name="api-access-requests"),
    path("access-requests/<int:pk>", access.AccessRequestDetail.as_view(), name="api-access-request"),
]
