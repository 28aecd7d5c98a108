"""Addresses of this app below /api/v1/."""

from django.urls import path

from reports.api import leadership

urlpatterns = [path("leadership", leadership.Leadership.as_view(), name="api-leadership")]
