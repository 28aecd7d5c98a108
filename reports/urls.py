"""Addresses of the reading rooms."""

from django.urls import path

from reports.web import clauses

urlpatterns = [
    path("quy-che/", clauses.clause_list, name="clauses"),
    path("quy-che/<str:clause_id>/", clauses.clause_detail, name="clause"),
]
