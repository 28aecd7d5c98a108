"""Addresses of this app below /api/v1/."""

from django.urls import path

from catalog.api import (
    code_lists,
    connection_plans,
    data_errors,
    direct_sharing,
    documents,
    services,
    standards,
    systems,
)

urlpatterns = [
    path("systems", systems.Systems.as_view(), name="api-systems"),
    path("systems/<str:code>", systems.SystemDetail.as_view(), name="api-system"),
    path("services", services.Services.as_view(), name="api-services"),
    path("services/<str:code>", services.ServiceDetail.as_view(), name="api-service"),
    path("purposes", code_lists.Purposes.as_view(), name="api-purposes"),
    path("sectors", code_lists.Sectors.as_view(), name="api-sectors"),
    path("message-profiles", code_lists.MessageProfiles.as_view(), name="api-message-profiles"),
    path("standards", standards.Standards.as_view(), name="api-standards"),
    path("standards/<int:pk>", standards.StandardDetail.as_view(), name="api-standard"),
    path("standards/<int:pk>/entries", standards.Entries.as_view(), name="api-standard-entries"),
    path("documents", documents.Documents.as_view(), name="api-documents"),
    path("direct-sharing", direct_sharing.DirectSharings.as_view(), name="api-direct-sharing"),
    path("data-error-reports", data_errors.DataErrorReports.as_view(), name="api-data-error-reports"),
    path("data-error-reports/<str:code>", data_errors.DataErrorReportDetail.as_view(), name="api-data-error-report"),
    path("connection-plans", connection_plans.ConnectionPlans.as_view(), name="api-connection-plans"),
]
