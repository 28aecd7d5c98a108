"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import clauses, feedback, funding, guide, reports, reviews, signature_check, training

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
    path("nha-phat-trien/huong-dan/", guide.guides, name="developer_guides"),
    path("nha-phat-trien/huong-dan/lgsp-1.json", guide.signature_vectors, name="signature_vectors"),
    path("nha-phat-trien/huong-dan/<slug:slug>/", guide.guide, name="developer_guide"),
    path("nha-phat-trien/kiem-tra-chu-ky/", signature_check.signature_check, name="signature_check"),
    path("bao-cao/", reports.report_list, name="reports"),
    path("bao-cao/lap/", reports.ask, name="ask_report"),
    path("bao-cao/<str:code>/", reports.report, name="report"),
    path("bao-cao/<str:code>/tai-ve/", reports.download, name="download_report"),
    path("bao-cao/<str:code>/viec/<slug:name>/", reports.step, name="report_step"),
    path("kinh-phi/", funding.budget_years, name="budget_years"),
    path("kinh-phi/<int:year>/", funding.budget_year, name="budget_year"),
    path("kinh-phi/dong/<int:pk>/", funding.budget_line, name="budget_line"),
    path("kinh-phi/dong/<int:pk>/tep/<int:file>/", funding.spending_file, name="spending_file"),
    path("tap-huan/", training.training, name="training"),
    path("tap-huan/<slug:code>/", training.training_session, name="training_session"),
    path("gop-y/", feedback.feedback_list, name="feedback_list"),
    path("gop-y/gui/", feedback.file_one, name="file_feedback"),
    path("gop-y/tra-loi-chung/", feedback.answers, name="feedback_answers"),
    path("gop-y/<slug:code>/", feedback.feedback, name="feedback"),
    path("gop-y/<slug:code>/tep/<int:file>/", feedback.feedback_file, name="feedback_file"),
    path("ra-soat/", reviews.reviews, name="reviews"),
    path("ra-soat/<int:year>/", reviews.review, name="review"),
    path("ra-soat/<int:year>/tep/<slug:ending>/", reviews.review_file, name="review_file"),
]
