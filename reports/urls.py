"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import asking, clauses, guide, reports, signature_check, words

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
    path("nha-phat-trien/huong-dan/", guide.guides, name="developer_guides"),
    path("nha-phat-trien/huong-dan/lgsp-1.json", guide.signature_vectors, name="signature_vectors"),
    path("nha-phat-trien/huong-dan/<slug:slug>/", guide.guide, name="developer_guide"),
    path("nha-phat-trien/kiem-tra-chu-ky/", signature_check.signature_check, name="signature_check"),
    path("bao-cao/", reports.report_list, name="reports"),
    path("bao-cao/lap/", asking.ask, name="ask_report"),
    path("bao-cao/<str:code>/", reports.report, name="report"),
    path("bao-cao/<str:code>/tai-ve/", reports.download, name="download_report"),
    path("bao-cao/<str:code>/tai-ve/<slug:ending>/", reports.download, name="download_report_as"),
    path("bao-cao/<str:code>/loi-van/", words.edit_words, name="report_words"),
    path("bao-cao/<str:code>/lich-su/", words.history, name="report_history"),
    path("bao-cao/<str:code>/doi-chieu/", reports.recount, name="recount_report"),
    path("bao-cao/<str:code>/viec/<slug:name>/", reports.step, name="report_step"),
]
