"""Deeds of this floor, in words (``audit.deeds``)."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "outage.opened": _("Ghi nhận mất kết nối hệ thống nguồn"),
    "outage.reopened": _("Mất kết nối hệ thống nguồn tái diễn"),
    "outage.closed": _("Hệ thống nguồn kết nối trở lại"),
    "health_policy.changed": _("Sửa quy tắc kiểm tra kết nối"),
    "sign": _("phát hiện qua"),
    "detail": _("biểu hiện"),
}
