"""Addresses of violations and of papers of both registers."""

from django.urls import path

from incidents.web import register_papers, violations

urlpatterns = [
    path("vi-pham/", violations.violations, name="violations"),
    path("vi-pham/<slug:code>/", violations.violation, name="violation"),
    path("van-ban-su-co/<int:pk>/ban-da-ky/", register_papers.signed_file, name="register_paper_signed"),
    path("van-ban-su-co/<int:pk>.<str:ending>", register_papers.paper_file, name="register_paper_file"),
]
