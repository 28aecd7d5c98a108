"""Addresses of the ground below /api/v1/: the description of the API."""

from django.urls import path

from core.api import pages_of_docs, schema_view

urlpatterns = [
    path("schema", schema_view.SchemaView.as_view(), name="schema"),
    path("docs/", pages_of_docs.reference, name="api-reference"),
    path("docs/console/", pages_of_docs.console, name="api-console"),
]
