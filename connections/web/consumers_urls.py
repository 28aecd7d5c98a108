"""Addresses of the load on data services."""

from django.urls import path

from connections.web import consumers

urlpatterns = [
    path("tai-dich-vu/", consumers.loads, name="loads"),
    path("tai-dich-vu/<slug:code>/", consumers.service_load, name="service_load"),
]
