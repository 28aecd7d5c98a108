"""Names of things in this app; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Health(TextChoices):
    """What a check of a source system found."""

    UP = "up", _("Đang hoạt động")
    SLOW = "slow", _("Phản hồi chậm")
    WRONG = "wrong", _("Trả lời sai")
    DOWN = "down", _("Không kết nối được")
    REFUSED = "refused", _("Địa chỉ không được phép gọi")


class Sign(TextChoices):
    """What an outage was noticed by."""

    CALLS = "calls", _("Lượt gọi lỗi liên tiếp")
    CHECKS = "checks", _("Kiểm tra định kỳ không thành")


class CheckMethod(TextChoices):
    """How a source system is asked."""

    GET = "GET", "GET"
    HEAD = "HEAD", "HEAD"
