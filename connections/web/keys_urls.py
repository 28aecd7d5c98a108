"""Addresses of the developer's pages."""

from django.urls import path

from connections.web import bundles, calls, key_page, keys, live_try, sandbox, sandbox_try, why

SANDBOX = "nha-phat-trien/thu-nghiem/"

urlpatterns = [
    path("nha-phat-trien/", keys.developer, name="developer"),
    path("nha-phat-trien/nhat-ky/", calls.calls, name="calls"),
    path("nha-phat-trien/nhat-ky/tep/", calls.calls_file, name="calls_file"),
    path("nha-phat-trien/nhat-ky/goi-bang-chung/", bundles.bundle, name="bundle"),
    path("nha-phat-trien/vi-sao/", why.why, name="why"),
    path("nha-phat-trien/vi-sao/<uuid:call_id>/", why.why_call, name="why_call"),
    path("nha-phat-trien/khoa/<int:pk>/", key_page.key, name="key"),
    path(SANDBOX, sandbox.sandbox, name="sandbox"),
    path(f"{SANDBOX}mo-quyen/", sandbox.start, name="sandbox_start"),
    path(f"{SANDBOX}<str:code>/thu-hoi/", sandbox.end, name="sandbox_end"),
    path(f"{SANDBOX}<str:code>/<slug:version>/<slug:operation>/", sandbox_try.try_it, name="sandbox_try"),
    path(
        "nha-phat-trien/goi-chinh-thuc/<str:code>/<slug:version>/<slug:operation>/",
        live_try.live_try,
        name="live_try",
    ),
    path("nha-phat-trien/khoa/<int:pk>/thu-hoi/", keys.revoke, name="revoke_key"),
    path("nha-phat-trien/khoa/<int:pk>/kich-hoat/", keys.activate, name="activate_key"),
    path("nha-phat-trien/<str:code>/khoa/thu-hoi-khan-cap/", keys.revoke_every, name="revoke_every_key"),
    path("nha-phat-trien/<str:code>/khoa/moi/", keys.new_key, name="new_key"),
]
