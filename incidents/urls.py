"""Addresses of this app; one list a room."""

from django.urls import URLPattern, path

from incidents.web import following, status, status_feed
from incidents.web.incidents_urls import urlpatterns as of_incidents
from incidents.web.violations_urls import urlpatterns as of_violations

_STATUS = [
    path("trang-thai/", status.status_page, name="status"),
    path("trang-thai/atom.xml", status_feed.status_feed, name="status_feed"),
    path("trang-thai/nhan-tin/", following.follow, name="status_follow"),
    path("trang-thai/nhan-tin/xac-nhan/<str:token>/", following.confirm, name="status_confirm"),
    path("trang-thai/nhan-tin/thoi/<str:token>/", following.unfollow, name="status_unfollow"),
    path("trang-thai/bao-tri/<slug:code>/", status.status_maintenance, name="status_maintenance"),
    path("trang-thai/dich-vu/<slug:code>/", status.status_service, name="status_service"),
]
urlpatterns: list[URLPattern] = [*of_incidents, *of_violations, *_STATUS]
