"""Addresses of the ground."""

from django.urls import path

from core.web import views

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz", views.readyz, name="healthz"),
    path("loi/", views.problems, name="problems"),
    path("loi/<slug:code>/", views.problem, name="problem"),
    path("giao-dien/", views.theme, name="theme"),
]
