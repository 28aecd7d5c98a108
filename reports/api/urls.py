"""Addresses of this app below /api/v1/."""

from django.urls import path

from reports.api import campaigns, leadership, reports, statements

urlpatterns = [
    path("leadership", leadership.Leadership.as_view(), name="api-leadership"),
    path("reports", reports.Reports.as_view(), name="api-reports"),
    path("reports/<str:code>", reports.ReportDetail.as_view(), name="api-report"),
    path("campaigns", campaigns.Campaigns.as_view(), name="api-campaigns"),
    path("campaigns/<str:code>", campaigns.CampaignDetail.as_view(), name="api-campaign"),
    path("campaign-statements", statements.Statements.as_view(), name="api-campaign-statements"),
    path("campaign-statements/<str:code>", statements.StatementDetail.as_view(), name="api-campaign-statement"),
]
