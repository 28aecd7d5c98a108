"""Addresses of incidents in the portal."""

from django.urls import path

from incidents.web import incidents

urlpatterns = [
    path("su-co/", incidents.incidents, name="incidents"),
    path("su-co/bao/", incidents.report, name="report_incident"),
    path("su-co/<slug:code>/", incidents.incident, name="incident"),
]
