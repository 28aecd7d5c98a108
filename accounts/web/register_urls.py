"""Addresses of the register."""

from django.urls import path

from accounts.web import register

urlpatterns = [
    path("danh-ba/", register.agencies, name="agencies"),
    path("danh-ba/<str:code>/", register.agency, name="agency"),
]
