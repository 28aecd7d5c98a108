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
    "calllog.archived": _("Chuyển một tháng nhật ký cuộc gọi vào kho lưu trữ"),
    "retention.loaded": _("Nạp thời hạn giữ nhật ký cuộc gọi mặc định"),
    "retention.changed": _("Đổi thời hạn giữ nhật ký cuộc gọi"),
    "intents": _("số yêu cầu"),
    "outcomes": _("số kết quả"),
    "sha256": _("SHA-256 của tệp"),
    "basis": _("thời hạn và căn cứ khi lưu trữ"),
    "months": _("số tháng"),
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

# Tables of libraries, and those that only join two others, have no names of their own that people know.
TABLE_KINDS: dict[str, StrOrPromise] = {
    "account_emailaddress": _("địa chỉ thư điện tử"),
    "accounts_user_groups": _("nhóm quyền của người dùng"),
    "accounts_user_user_permissions": _("quyền riêng của người dùng"),
    "auth_group_permissions": _("quyền của nhóm"),
    "catalog_standard_services": _("tiêu chuẩn áp dụng cho dịch vụ dữ liệu"),
    "guardian_groupobjectpermission": _("quyền của nhóm trên một bản ghi"),
    "guardian_userobjectpermission": _("quyền của người dùng trên một bản ghi"),
    "incidents_maintenancewindow_services": _("dịch vụ của đợt bảo trì"),
    "reports_campaign_agencies": _("cơ quan của đợt thu báo cáo khai thác"),
    "reports_trainingsession_materials": _("tài liệu của buổi tập huấn"),
    "mfa_authenticator": _("phương thức xác thực hai bước"),
}
