"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import clauses, guide, leadership, leadership_ranking, reports, signature_check, statements, verify

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/thuc-hien/", clauses.coverage, name="coverage"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
    path("nha-phat-trien/huong-dan/", guide.guides, name="developer_guides"),
    path("nha-phat-trien/huong-dan/lgsp-1.json", guide.signature_vectors, name="signature_vectors"),
    path("nha-phat-trien/huong-dan/<slug:slug>/", guide.guide, name="developer_guide"),
    path("nha-phat-trien/kiem-tra-chu-ky/", signature_check.signature_check, name="signature_check"),
    path("dieu-hanh/", leadership.leadership, name="leadership"),
    path("dieu-hanh/can-chi-dao/", leadership.waiting, name="leadership_waiting"),
    path("dieu-hanh/chi-tieu/<slug:code>/", leadership.figure, name="leadership_figure"),
    path("dieu-hanh/xep-hang/", leadership_ranking.ranking_page, name="ranking"),
    path("dieu-hanh/xep-hang/tep/", leadership_ranking.ranking_file, name="ranking_file"),
    path("xac-minh-bao-cao/", verify.verify_report_entry, name="verify_report_entry"),
    path("xac-minh-bao-cao/<str:code>/", verify.verify_report_page, name="verify_report"),
    path("bao-cao-khai-thac/", statements.statement_list, name="statements"),
    path("bao-cao-khai-thac/<slug:code>/", statements.statement, name="statement"),
    path("bao-cao-khai-thac/<slug:code>/khai/", statements.fill, name="fill_statement"),
    path("bao-cao-khai-thac/<slug:code>/kiem-tra/", statements.check, name="check_statement"),
    path("bao-cao-khai-thac/<slug:code>/tep/<int:file>/", statements.statement_file, name="statement_file"),
    path(
        "bao-cao-khai-thac/<slug:code>/ban-in/<int:number>.<slug:ending>",
        statements.statement_paper,
        name="statement_paper",
    ),
    path("bao-cao/", reports.report_list, name="reports"),
    path("bao-cao/lap/", reports.ask, name="ask_report"),
    path("bao-cao/<str:code>/", reports.report, name="report"),
    path("bao-cao/<str:code>/tai-ve/", reports.download, name="download_report"),
    path("bao-cao/<str:code>/viec/<slug:name>/", reports.step, name="report_step"),
]
