"""Addresses of the ground."""

from django.urls import path

from core.web import discovery, problem_pages, views

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz", views.readyz, name="healthz"),
    path(".well-known/security.txt", discovery.security_txt, name="security-txt"),
    path(".well-known/api-catalog", discovery.api_catalog, name="api-catalog"),
    path(".well-known/oauth-authorization-server", discovery.oauth_metadata, name="oauth-metadata"),
    path(".well-known/jwks.json", discovery.jwks, name="jwks"),
    path("robots.txt", discovery.robots_txt, name="robots"),
    path("loi/", problem_pages.problems, name="problems"),
    path("loi/en/", problem_pages.problems, {"language": "en"}, name="problems-en"),
    path("loi/en/<slug:code>/", problem_pages.problem, {"language": "en"}, name="problem-en"),
    path("loi/<slug:code>/", problem_pages.problem, name="problem"),
    path("giao-dien/", views.theme, name="theme"),
]
