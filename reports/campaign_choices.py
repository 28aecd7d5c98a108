"""Names of things of campaigns; texts are what people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CampaignState(TextChoices):
    """Life of a campaign (QC15.5)."""

    DRAFT = "draft", _("Đang soạn")
    ISSUED = "issued", _("Đang thu báo cáo")
    CLOSED = "closed", _("Đã đóng")
    MERGED = "merged", _("Đã tổng hợp")


class StatementState(TextChoices):
    """Life of one agency's statement."""

    NOT_BEGUN = "not_begun", _("Chưa khai")
    DRAFT = "draft", _("Đang khai")
    SUBMITTED = "submitted", _("Đã nộp")
    RETURNED = "returned", _("Trả lại để sửa")
    ACCEPTED = "accepted", _("Đã chấp nhận")


#: States in which the agency writes.
WRITABLE = (StatementState.NOT_BEGUN, StatementState.DRAFT, StatementState.RETURNED)
#: States in which SKHCN has the statement before it.
HANDED_IN = (StatementState.SUBMITTED, StatementState.ACCEPTED)
