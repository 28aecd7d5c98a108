"""Addresses of this app; one list a room."""

from django.urls import path

from incidents.web import alerts, expected_use, webhooks

urlpatterns = [
    path("canh-bao/", alerts.alerts, name="alerts"),
    path("canh-bao/<int:pk>/", alerts.alert, name="alert"),
    path("diem-nhan-tin/", webhooks.webhooks, name="webhooks"),
    path("diem-nhan-tin/moi/", webhooks.new_webhook, name="new_webhook"),
    path("diem-nhan-tin/<int:pk>/", webhooks.webhook, name="webhook"),
    path("diem-nhan-tin/<int:pk>/khoa/", webhooks.new_secret, name="webhook_secret"),
    path("diem-nhan-tin/<int:pk>/tin/<int:delivery>/", webhooks.delivery, name="webhook_delivery"),
    path("quyen-khai-thac/<str:code>/muc-khai-thac/", expected_use.expected_use, name="expected_use"),
]
