"""Words of training (Q50-15.6, QC12.4)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class SessionState(TextChoices):
    """Life of a training session."""

    DRAFT = "draft", _("Đang chuẩn bị")
    OPEN = "open", _("Nhận đăng ký")
    DONE = "done", _("Đã kết thúc")
    CANCELLED = "cancelled", _("Đã hủy")


class SeatState(TextChoices):
    """How a registration stands."""

    REGISTERED = "registered", _("Đã có chỗ")
    WAITING = "waiting", _("Chờ chỗ")
    WITHDRAWN = "withdrawn", _("Đã rút")


class Result(TextChoices):
    """What the evaluation after a session says."""

    PASSED = "passed", _("Đạt")
    FAILED = "failed", _("Chưa đạt")


class Told(TextChoices):
    """What was told of a session."""

    REMINDER = "reminder", _("Nhắc trước buổi tập huấn")
    MOVED = "moved", _("Đổi thời gian, địa điểm")
    CANCELLED = "cancelled", _("Hủy buổi tập huấn")


NAMES: dict[str, StrOrPromise] = {
    "training.saved": _("Lưu buổi tập huấn"),
    "training.moved": _("Đổi thời gian, địa điểm tập huấn"),
    "training.opened": _("Mở đăng ký tập huấn"),
    "training.done": _("Kết thúc buổi tập huấn"),
    "training.cancelled": _("Hủy buổi tập huấn"),
    "training.registered": _("Đăng ký tập huấn"),
    "training.withdrawn": _("Rút đăng ký tập huấn"),
    "training.promoted": _("Chuyển từ danh sách chờ sang có chỗ"),
    "training.attended": _("Điểm danh, ghi kết quả tập huấn"),
    "training.told": _("Báo tin về buổi tập huấn"),
    "training.names_erased": _("Xóa tên người học hết thời hạn giữ"),
    "trainingsession": _("buổi tập huấn"),
    "technicaldocument": _("tài liệu kỹ thuật"),
    "seat": _("chỗ"),
    "materials": _("tài liệu"),
    "present": _("số người có mặt"),
    "passed": _("số người đạt"),
    "erased": _("số dòng đã xóa tên"),
}
