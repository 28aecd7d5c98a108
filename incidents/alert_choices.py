"""Names of things that alerts are made of; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Severity(TextChoices):
    """How much an alert matters to the work of the platform; ours, not the law's classes of incidents."""

    INFO = "info", _("Thông tin")
    WARNING = "warning", _("Cảnh báo")
    HIGH = "high", _("Nghiêm trọng")
    CRITICAL = "critical", _("Đặc biệt nghiêm trọng")


_LADDER = tuple(Severity.values)


def at_least(severity: str, floor: str) -> bool:
    """Return whether *severity* is *floor* or above; never where there is no floor ("")."""
    return bool(floor) and _LADDER.index(severity) >= _LADDER.index(floor)


def above(severity: str) -> str:
    """Return the next step of the ladder; the last one stays."""
    return _LADDER[min(_LADDER.index(severity) + 1, len(_LADDER) - 1)]


class AlertState(TextChoices):
    """Life of an alert."""

    OPEN = "open", _("Chưa nhận xử lý")
    ACKNOWLEDGED = "acknowledged", _("Đã nhận xử lý")
    CLOSED = "closed", _("Đã đóng")


class Owner(TextChoices):
    """Which side has to act first on an alert."""

    OPERATOR = "operator", _("Đơn vị vận hành nền tảng")
    PROVIDER = "provider", _("Cơ quan cung cấp dữ liệu")
    CONSUMER = "consumer", _("Cơ quan khai thác dữ liệu")


class SubjectKind(TextChoices):
    """What an alert is about; with the rule it says which findings are one alert."""

    KEY = "key", _("Khóa truy cập")
    ADDRESS = "address", _("Địa chỉ mạng")
    SYSTEM = "system", _("Hệ thống thông tin")
    GRANT = "grant", _("Quyền khai thác")
    SERVICE = "service", _("Dịch vụ dữ liệu")
    UPSTREAM = "upstream", _("Địa chỉ hệ thống nguồn")
    PLATFORM = "platform", _("Nền tảng")
    MANY = "many", _("Nhiều đối tượng cùng lúc")


class Detector(TextChoices):
    """What a rule looks at; each is one function of ``incidents.detection``."""

    REFUSALS = "refusals", _("Số lượt bị từ chối của một khóa")
    SCOPE = "scope", _("Số lượt gọi ngoài phạm vi được cấp")
    PURPOSE = "purpose", _("Số lượt gọi sai mục đích được cấp")
    DIGEST = "digest", _("Số lượt sai giá trị băm nội dung")
    NEW_ADDRESS = "new_address", _("Khóa được dùng từ địa chỉ mạng chưa từng thấy")
    OFF_HOURS = "off_hours", _("Số lượt khai thác ngoài khung giờ thường")
    VOLUME = "volume", _("Số lượt trong ngày so với mức khai báo (%)")
    QUOTA = "quota", _("Số lượt trong ngày so với hạn mức được cấp (%)")
    SILENCE = "silence", _("Không có lượt gọi theo nhịp khai báo (số ngày quá nhịp)")
    ERROR_RATIO = "error_ratio", _("Tỷ lệ lỗi phía cung cấp của một dịch vụ (%)")
    SLOW = "slow", _("Thời gian trả lời một lượt gọi (giây)")
    OUTAGE = "outage", _("Mất kết nối hệ thống nguồn")
    MISSED_CHECK = "missed_check", _("Không kiểm tra được kết nối (số lần bỏ lỡ)")
    CERTIFICATE = "certificate", _("Chứng thư của hệ thống nguồn sắp hết hạn (số ngày còn lại)")
    SEALING = "sealing", _("Độ trễ niêm phong nhật ký (giây)")
    LETTERS = "letters", _("Thư đến lượt mà chưa gửi được (phút)")
    SNAPSHOT = "snapshot", _("Giao dịch cơ sở dữ liệu mở lâu nhất (giây)")
    DISK = "disk", _("Dung lượng lưu trữ đã dùng (%)")
    CPU = "cpu", _("Mức sử dụng bộ xử lý bình quân (%)")


class News(TextChoices):
    """What is told of an alert."""

    OPENED = "opened", _("Cảnh báo mới")
    RAISED = "raised", _("Cảnh báo tăng mức")
    ESCALATED = "escalated", _("Quá hạn chưa có người nhận xử lý")
    CLOSED = "closed", _("Cảnh báo đã hết")


#: Types of messages for webhooks, in words.
MESSAGES = {
    **{f"alert.{news.value}": news.label for news in News},
    "alert.many": _("Nhiều cảnh báo"),
    "webhook.test": _("Tin thử"),
}


class WebhookState(TextChoices):
    """Life of a webhook."""

    ACTIVE = "active", _("Đang gửi")
    PAUSED = "paused", _("Tạm dừng")
    RESTED = "rested", _("Tự ngừng vì không gửi được")
    ENDED = "ended", _("Đã gỡ")


class Cadence(TextChoices):
    """How often calls are expected; no cadence: silence means nothing."""

    NONE = "none", _("Không theo nhịp")
    DAILY = "daily", _("Mỗi ngày làm việc")
    WEEKLY = "weekly", _("Mỗi tuần")
    MONTHLY = "monthly", _("Mỗi tháng")
