"""Deeds of this floor, in words (``audit.deeds``)."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "health_setting.changed": _("Đổi cách kiểm tra một hệ thống nguồn"),
    "alert.opened": _("Ghi nhận cảnh báo"),
    "alert.raised": _("Cảnh báo tăng mức"),
    "alert.escalated": _("Chuyển cảnh báo lên cấp tiếp theo"),
    "alert.acknowledged": _("Nhận xử lý cảnh báo"),
    "alert.closed": _("Đóng cảnh báo"),
    "alert_rule.saved": _("Lưu quy tắc cảnh báo"),
    "expected_use.declared": _("Khai báo mức khai thác"),
    "summary": _("nội dung"),
    "severity": _("mức"),
    "level": _("lần chuyển cấp"),
    "cadence": _("nhịp khai thác"),
    "daily_calls": _("số lượt dự kiến mỗi ngày"),
    "outage.opened": _("Ghi nhận mất kết nối hệ thống nguồn"),
    "outage.reopened": _("Mất kết nối hệ thống nguồn tái diễn"),
    "outage.closed": _("Hệ thống nguồn kết nối trở lại"),
    "health_policy.changed": _("Sửa quy tắc kiểm tra kết nối"),
    "sign": _("phát hiện qua"),
    "detail": _("biểu hiện"),
}
