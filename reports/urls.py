"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import clauses, guide, reports, signature_check, verify

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
    path("nha-phat-trien/huong-dan/", guide.guides, name="developer_guides"),
    path("nha-phat-trien/huong-dan/lgsp-1.json", guide.signature_vectors, name="signature_vectors"),
    path("nha-phat-trien/huong-dan/<slug:slug>/", guide.guide, name="developer_guide"),
    path("nha-phat-trien/kiem-tra-chu-ky/", signature_check.signature_check, name="signature_check"),
    path("xac-minh-bao-cao/", verify.verify_report_entry, name="verify_report_entry"),
    path("xac-minh-bao-cao/<str:code>/", verify.verify_report_page, name="verify_report"),
    path("bao-cao/", reports.report_list, name="reports"),
    path("bao-cao/lap/", reports.ask, name="ask_report"),
    path("bao-cao/<str:code>/", reports.report, name="report"),
    path("bao-cao/<str:code>/tai-ve/", reports.download, name="download_report"),
    path("bao-cao/<str:code>/viec/<slug:name>/", reports.step, name="report_step"),
]
