"""Words of feedback and of the yearly review (QC16, Q50-15.7)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class FeedbackKind(TextChoices):
    """What an agency reports."""

    DIFFICULTY = "difficulty", _("Vướng mắc")
    PROPOSAL = "proposal", _("Đề xuất sửa đổi")
    OTHER = "other", _("Khác")


class FeedbackState(TextChoices):
    """Whether it is answered."""

    OPEN = "open", _("Chờ trả lời")
    ANSWERED = "answered", _("Đã trả lời")


class AnswerAudience(TextChoices):
    """Who reads an answer."""

    OWN = "own", _("Chỉ cơ quan đã gửi")
    ALL = "all", _("Mọi cơ quan")


class ReviewState(TextChoices):
    """Life of a yearly review."""

    DRAFT = "draft", _("Đang soạn")
    SUBMITTED = "submitted", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    ISSUED = "issued", _("Đã ban hành")


NAMES: dict[str, StrOrPromise] = {
    "feedback.filed": _("Gửi vướng mắc, đề xuất"),
    "feedback.answered": _("Trả lời vướng mắc, đề xuất"),
    "feedback.grouped": _("Xếp nhóm vướng mắc, đề xuất"),
    "feedback_theme.saved": _("Lưu nhóm nội dung"),
    "review.drafted": _("Soạn báo cáo rà soát từ vướng mắc, đề xuất"),
    "review.edited": _("Sửa báo cáo rà soát"),
    "review_theme.edited": _("Sửa mục của báo cáo rà soát"),
    "review.submit": _("Trình báo cáo rà soát"),
    "review.send_back": _("Trả lại báo cáo rà soát"),
    "review.approve": _("Duyệt báo cáo rà soát"),
    "review.issue": _("Ban hành báo cáo rà soát"),
    "themes": _("số nhóm"),
}
