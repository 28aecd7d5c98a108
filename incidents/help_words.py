"""Help requests in words: choices of their models, names of their deeds (``audit.deeds``)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class HelpState(TextChoices):
    """Life of a request for help."""

    OPEN = "open", _("Chờ trả lời")
    ANSWERED = "answered", _("Đã trả lời")
    CLOSED = "closed", _("Đã đóng")


class HelpSide(TextChoices):
    """Who wrote."""

    AGENCY = "agency", _("Cơ quan")
    OPERATOR = "operator", _("Sở Khoa học và Công nghệ")


class GuideTopic(TextChoices):
    """What a published answer is about."""

    FILING = "filing", _("Lập hồ sơ kết nối")
    KEYS = "keys", _("Quyền, khóa, gọi dịch vụ")
    CATALOGUE = "catalogue", _("Danh mục, dữ liệu")
    OPERATION = "operation", _("Vận hành, sự cố, bảo trì")
    ACCOUNT = "account", _("Tài khoản, vai trò")


NAMES: dict[str, StrOrPromise] = {
    "help.asked": _("Gửi yêu cầu hỗ trợ"),
    "help.handed_over": _("Bàn giao yêu cầu hỗ trợ cho cơ quan kế thừa"),
    "help.written": _("Viết trong yêu cầu hỗ trợ"),
    "help.answered": _("Trả lời yêu cầu hỗ trợ"),
    "help.taken": _("Nhận xử lý yêu cầu hỗ trợ"),
    "help.closed": _("Đóng yêu cầu hỗ trợ"),
    "help.late": _("Báo quá hạn trả lời yêu cầu hỗ trợ"),
    "guide.published": _("Công bố mục hỏi đáp"),
    "guide.changed": _("Sửa mục hỏi đáp"),
    "entry": _("số của đoạn viết"),
    "page": _("trang"),
    "owner": _("người xử lý"),
    "late_told_for": _("đã báo quá hạn của hạn"),
}
