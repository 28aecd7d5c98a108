"""API addresses of the register."""

from django.urls import path

from accounts.api import register

urlpatterns = [
    path("agencies", register.Agencies.as_view(), name="api-agencies"),
    path("agencies/<str:code>", register.AgencyDetail.as_view(), name="api-agency"),
]
