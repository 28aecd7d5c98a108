"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import clauses, reports

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
    path("bao-cao/", reports.report_list, name="reports"),
    path("bao-cao/lap/", reports.ask, name="ask_report"),
    path("bao-cao/<str:code>/", reports.report, name="report"),
    path("bao-cao/<str:code>/tai-ve/", reports.download, name="download_report"),
    path("bao-cao/<str:code>/viec/<slug:name>/", reports.step, name="report_step"),
]
