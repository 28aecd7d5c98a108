"""What this floor records, in words (``audit.deeds``): deeds, then details of facts that are no field of a model."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "agency.created": _("Thêm cơ quan"),
    "agency.changed": _("Sửa thông tin cơ quan"),
    "agency.ended": _("Kết thúc cơ quan"),
    "agency.code_replaced": _("Thay mã của cơ quan"),
    "dayoff.saved": _("Lưu ngày nghỉ"),
    "makeupday.saved": _("Lưu ngày làm bù"),
    "deadline.set": _("Đặt thời hạn"),
    "regulation.period_set": _("Đặt thời gian áp dụng quy chế"),
    "invitation.made": _("Mời người dùng"),
    "invitation.renewed": _("Gửi lại lời mời"),
    "invitation.withdrawn": _("Thu hồi lời mời"),
    "invitation.accepted": _("Nhận lời mời"),
    "invitation.locked": _("Khóa lời mời do sai mã"),
    "membership.given": _("Giao vai trò"),
    "membership.extended": _("Gia hạn vai trò"),
    "membership.ended": _("Thôi giao vai trò"),
    "role_change.proposed": _("Đề nghị thay đổi vai trò"),
    "role_change.decided": _("Quyết định đề nghị thay đổi vai trò"),
    "profile.changed": _("Sửa thông tin của mình"),
    "user.sample_made": _("Tạo người dùng mẫu"),
    "signin.done": _("Đăng nhập"),
    "signin.left": _("Đăng xuất"),
    "signin.locked": _("Khóa đăng nhập do sai nhiều lần"),
    "password.changed": _("Đổi mật khẩu"),
    "password.reset": _("Đặt mật khẩu mới qua thư"),
    "second_step.added": _("Bật xác thực hai bước"),
    "second_step.removed": _("Tắt xác thực hai bước"),
    "second_step.codes_renewed": _("Tạo lại mã dự phòng"),
    "second_step.reset": _("Đặt lại xác thực hai bước"),
    "sessions.ended": _("Kết thúc mọi phiên làm việc"),
    "locked_at": _("khóa lúc"),
}
