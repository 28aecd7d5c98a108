"""Maintenance in words: choices of its models, names of its deeds (``audit.deeds``)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class WindowState(TextChoices):
    """What was decided about a window; whether it is near, under way or over follows from its times."""

    PLANNED = "planned", _("Theo kế hoạch")
    CANCELLED = "cancelled", _("Đã hủy")


class Stage(TextChoices):
    """What is told of a window, in the order in which it comes; the last two whenever it is decided."""

    FIRST = "first", _("Báo trước lần đầu")
    LAST = "last", _("Báo trước lần cuối")
    STARTED = "started", _("Bắt đầu bảo trì")
    ENDED = "ended", _("Kết thúc bảo trì")
    CHANGED = "changed", _("Đổi kế hoạch bảo trì")
    CANCELLED = "cancelled", _("Hủy bảo trì")


class Weekday(IntegerChoices):
    """Days of the week as ISO numbers them."""

    MONDAY = 1, _("Thứ hai")
    TUESDAY = 2, _("Thứ ba")
    WEDNESDAY = 3, _("Thứ tư")
    THURSDAY = 4, _("Thứ năm")
    FRIDAY = 5, _("Thứ sáu")
    SATURDAY = 6, _("Thứ bảy")
    SUNDAY = 7, _("Chủ nhật")


class Outcome(TextChoices):
    """What a point of the weekly check came to."""

    DONE = "done", _("Đã làm, bình thường")
    PROBLEM = "problem", _("Có vấn đề")
    NOT_APPLICABLE = "not_applicable", _("Không áp dụng tuần này")


NAMES: dict[str, StrOrPromise] = {
    "maintenance.planned": _("Lập kế hoạch bảo trì"),
    "maintenance.changed": _("Đổi kế hoạch bảo trì"),
    "maintenance.cancelled": _("Hủy kế hoạch bảo trì"),
    "maintenance.told": _("Thông báo bảo trì"),
    "maintenance_policy.changed": _("Sửa quy tắc báo bảo trì"),
    "weekly_check.recorded": _("Ghi kiểm tra, bảo trì hằng tuần"),
    "check_item.saved": _("Lưu nội dung kiểm tra hằng tuần"),
    "stage": _("nội dung báo"),
    "agencies": _("số cơ quan"),
    "followers": _("số người theo dõi"),
    "problems": _("số vấn đề"),
    "week": _("tuần từ ngày"),
    "timed_at": _("đặt giờ lúc"),
    "timed_end": _("giờ kết thúc đã báo trước"),
    "maintenancewindow": _("đợt bảo trì"),
}
