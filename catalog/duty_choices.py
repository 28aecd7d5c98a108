"""Names of things around the catalogue: technical documents, direct sharing, errors in data, freshness."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DocumentLevel(TextChoices):
    """Who may read a technical document (QC14.7), from the widest to the narrowest."""

    PUBLIC = "public", _("Công khai")
    RESTRICTED = "restricted", _("Hạn chế")
    INTERNAL = "internal", _("Nội bộ")


class DocumentState(TextChoices):
    """Life of a technical document."""

    DRAFT = "draft", _("Bản nháp")
    PUBLISHED = "published", _("Đã công bố")
    WITHDRAWN = "withdrawn", _("Đã thu hồi")


class OwnerSide(TextChoices):
    """Who writes a technical document."""

    OPERATOR = "operator", _("Sở Khoa học và Công nghệ")
    PROVIDER = "provider", _("Cơ quan cung cấp dữ liệu")


class SharingState(TextChoices):
    """How a case of direct sharing stands; computed from its days, never stored."""

    WAITING = "waiting", _("Chưa đến ngày áp dụng")
    IN_FORCE = "in_force", _("Đang áp dụng")
    EXPIRED = "expired", _("Hết thời hạn")
    ENDED = "ended", _("Đã chấm dứt")


class ReviewOutcome(TextChoices):
    """What a review of direct sharing decides (QC11.8)."""

    KEEP = "keep", _("Tiếp tục áp dụng")
    MOVE = "move", _("Chuyển sang chia sẻ qua nền tảng")
    END = "end", _("Chấm dứt")


class ErrorState(TextChoices):
    """Life of a report of wrong data."""

    NEW = "new", _("Chờ cơ quan cung cấp trả lời")
    ANSWERED = "answered", _("Đã trả lời, chờ cơ quan báo xác nhận")
    REOPENED = "reopened", _("Mở lại, chờ trả lời")
    CLOSED = "closed", _("Đã đóng")


WAITING_FOR_PROVIDER = (ErrorState.NEW, ErrorState.REOPENED)


class ErrorAnswer(TextChoices):
    """What a provider answers to a report of wrong data."""

    CORRECTED = "corrected", _("Đã sửa dữ liệu")
    NOT_ERROR = "not_error", _("Dữ liệu không sai")
    MORE = "more", _("Cần cung cấp thêm thông tin")


class EntryKind(TextChoices):
    """What was said in a report of wrong data."""

    ANSWER = "answer", _("Trả lời")
    REOPEN = "reopen", _("Mở lại")
    CLOSE = "close", _("Đóng")


class Freshness(TextChoices):
    """How current the data of a service is, by the provider's own promise."""

    NONE = "none", _("Chưa cam kết chu kỳ cập nhật")
    FRESH = "fresh", _("Trong hạn cập nhật")
    SOON = "soon", _("Sắp đến hạn cập nhật")
    LATE = "late", _("Quá hạn cập nhật")


class Watched(TextChoices):
    """Days of the catalogue that people are told of once."""

    FRESHNESS = "freshness", _("Cập nhật dữ liệu")
    REVIEW = "review", _("Rà soát chia sẻ trực tiếp")
    EXPIRY = "expiry", _("Hết thời hạn chia sẻ trực tiếp")
    CERTIFICATE = "certificate", _("Hết hạn chứng thư của nền tảng")
