"""Names of things in this app; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class RecoveryKind(TextChoices):
    """What a backup was brought back for."""

    RESTORE = "restore", _("Khôi phục")
    DRILL = "drill", _("Diễn tập")


CALLLOG_DEEDS: dict[str, StrOrPromise] = {
    "calllog.broken": _("Kiểm tra thấy nhật ký cuộc gọi không toàn vẹn"),
    "calllog.sound_again": _("Kiểm tra toàn bộ thấy nhật ký cuộc gọi toàn vẹn trở lại"),
    "calllog.bundled": _("Lập gói bằng chứng nhật ký cuộc gọi"),
    "calllog.exported": _("Tải nhật ký cuộc gọi"),
    "calllog.read": _("Xem nhật ký cuộc gọi"),
    "bodies": _("của các cơ quan số"),
    "call_id": _("mã yêu cầu"),
    "checkpoint": _("điểm niêm phong"),
    "digest": _("mã băm của bản kê"),
    "rows": _("số dòng"),
    "recovery.drilled": _("Diễn tập khôi phục từ bản sao lưu"),
    "recovery.restored": _("Khôi phục cơ sở dữ liệu từ bản sao lưu"),
    "recovery.accepted": _("Chấp nhận cơ sở dữ liệu đã khôi phục"),
    "backup": _("bản sao lưu"),
    "lost_rows": _("số dòng nhật ký đã mất"),
    "revoked": _("số thu hồi thực hiện lại"),
    "seconds": _("thời gian, giây"),
    "sound": _("đạt"),
    "faults": _("số chỗ sai"),
    "first": _("chỗ sai đầu tiên"),
    "leaf": _("chỉ số lá"),
    "table": _("bảng"),
}
