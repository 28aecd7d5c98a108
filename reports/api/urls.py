"""Addresses of this app below /api/v1/."""

from django.urls import path

from reports.api import leadership, reports

urlpatterns = [
    path("leadership", leadership.Leadership.as_view(), name="api-leadership"),
    path("reports", reports.Reports.as_view(), name="api-reports"),
    path("reports/<str:code>", reports.ReportDetail.as_view(), name="api-report"),
]
