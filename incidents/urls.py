"""Addresses of this app; one list a room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
