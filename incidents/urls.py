"""Addresses of this app; one list a room."""

from django.contrib import admin
from django.urls import URLPattern, path

from incidents.web import alerts, expected_use, following, help, operations, status, status_feed, webhooks
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
_HELP = [
    path("ho-tro/", help.help_requests, name="help_requests"),
    path("ho-tro/gui/", help.ask, name="help_ask"),
    path("ho-tro/<slug:code>/", help.help_request, name="help_request"),
    path("ho-tro/<slug:code>/tep/<int:file>/", help.help_file, name="help_file"),
    path("huong-dan/", help.guides, name="guides"),
    path("huong-dan/<int:pk>/", help.guide_answer, name="guide_answer"),
]
# One of the staff rooms, under their address and their content policy, of no one model.
_STAFF = [path("quan-tri/van-hanh/", admin.site.admin_view(operations.operations_page), name="operations")]
_ALERTS = [
    path("canh-bao/", alerts.alerts, name="alerts"),
    path("canh-bao/<int:pk>/", alerts.alert, name="alert"),
    path("diem-nhan-tin/", webhooks.webhooks, name="webhooks"),
    path("diem-nhan-tin/moi/", webhooks.new_webhook, name="new_webhook"),
    path("diem-nhan-tin/<int:pk>/", webhooks.webhook, name="webhook"),
    path("diem-nhan-tin/<int:pk>/khoa/", webhooks.new_secret, name="webhook_secret"),
    path("diem-nhan-tin/<int:pk>/tin/<int:delivery>/", webhooks.delivery, name="webhook_delivery"),
    path("quyen-khai-thac/<str:code>/muc-khai-thac/", expected_use.expected_use, name="expected_use"),
]
urlpatterns: list[URLPattern] = [*of_incidents, *of_violations, *_STATUS, *_HELP, *_STAFF, *_ALERTS]
