"""Addresses of grants and of requests for use."""

from django.urls import path

from connections.web import access, baskets, grant_calls, grants

ONE = "quyen-khai-thac/de-nghi/<int:pk>/"

urlpatterns = [
    path("quyen-khai-thac/", grants.grants, name="grants"),
    path("quyen-khai-thac/de-nghi/", access.accesses, name="accesses"),
    path("quyen-khai-thac/de-nghi/them/<slug:code>/", baskets.add, name="basket_add"),
    path(ONE, access.access, name="access"),
    path(f"{ONE}gui/", baskets.send, name="access_send"),
    path(f"{ONE}rut/", baskets.withdraw, name="access_withdraw"),
    path(f"{ONE}dich-vu/<slug:code>/", baskets.line, name="access_line"),
    path(f"{ONE}dich-vu/<slug:code>/bo/", baskets.drop, name="access_drop"),
    path(f"{ONE}dich-vu/<slug:code>/y-kien/", access.opinion, name="access_opinion"),
    path("quyen-khai-thac/<str:code>/", grants.grant, name="grant"),
    path("quyen-khai-thac/<str:code>/goi/<slug:name>/", grant_calls.grant_calls, name="grant_calls"),
    path("quyen-khai-thac/<str:code>/openapi/<slug:name>.json", grant_calls.grant_openapi, name="grant_openapi"),
    path("quyen-khai-thac/<str:code>/gia-han/", baskets.renew, name="renew_grant"),
]
