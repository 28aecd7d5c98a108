"""Words that every floor shares."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Environment(TextChoices):
    """Where a call runs; a property of the key that signs it (decisions, 14)."""

    SANDBOX = "sandbox", _("Thử nghiệm")
    LIVE = "live", _("Chính thức")


class Step(TextChoices):
    """One thing the broker judges. The nonce and the quota are judged last, by the statement that writes the log."""

    WIRE = "wire", _("Dạng yêu cầu")
    KEY = "key", _("Khóa truy xuất có trong sổ")
    SIGNATURE = "signature", _("Chữ ký hoặc mã truy cập")
    DIGEST = "digest", _("Mã băm nội dung")
    TIME = "time", _("Thời điểm ký")
    KEY_STATE = "key-state", _("Khóa đang hiệu lực")
    SERVICE = "service", _("Dịch vụ, đường dẫn, môi trường")
    GRANT = "grant", _("Quyền khai thác")
    PURPOSE = "purpose", _("Mục đích")
    OPERATION = "operation", _("Thao tác")
    NETWORK = "network", _("Địa chỉ mạng")
    HOURS = "hours", _("Khung giờ")
    RATE = "rate", _("Tốc độ và số lượt cùng lúc")
    MESSAGE = "message", _("Nội dung đọc và chuyển đổi được")
    NONCE = "nonce", _("Yêu cầu chưa dùng lần nào")
    QUOTA = "quota", _("Hạn mức")
    PROVIDER = "provider", _("Hệ thống nguồn")
    # Not a place in the order: the platform itself could not go on.
    PLATFORM = "platform", _("Nền tảng")
