"""The inbox and the choice of letters."""

from django.urls import path

from accounts.web import notices

urlpatterns = [
    path("thong-bao/", notices.notices, name="notices"),
    path("thong-bao/<int:pk>/", notices.notice, name="notice"),
    path("thong-bao/da-doc/", notices.read, name="read_notices"),
    path("tai-khoan/nhan-thu/", notices.mail_choices, name="mail_choices"),
]
