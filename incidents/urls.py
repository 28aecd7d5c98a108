"""Addresses of this app; one list a room."""

from django.urls import URLPattern

from incidents.web.incidents_urls import urlpatterns as of_incidents
from incidents.web.violations_urls import urlpatterns as of_violations

urlpatterns: list[URLPattern] = [*of_incidents, *of_violations]
