"""What this floor records, in words (``audit.deeds``)."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports import feedback_choices, funding_choices, training_choices

NAMES: dict[str, StrOrPromise] = {
    "report.requested": _("Yêu cầu lập báo cáo"),
    "report.drafted": _("Lập xong số liệu báo cáo"),
    "report.failed": _("Lập báo cáo không thành công"),
    "report.retried": _("Lập lại báo cáo"),
    "report.worded": _("Sửa lời văn báo cáo"),
    "report.submitted": _("Trình duyệt báo cáo"),
    "report.presented": _("Tạo xong tệp trình duyệt"),
    "report.stumbled": _("Tạo tệp trình duyệt không thành công"),
    "report.approved": _("Duyệt báo cáo"),
    "report.returned": _("Trả lại báo cáo để sửa"),
    "report.superseded": _("Thay thế báo cáo"),
    "report.published": _("Phát hành báo cáo"),
    "ranking_policy.changed": _("Đổi cách xếp hạng cơ quan"),
    "report.recounted": _("Đối chiếu số liệu báo cáo"),
    "report_template.saved": _("Lưu mẫu báo cáo"),
    "campaign.saved": _("Lưu đợt thu báo cáo khai thác"),
    "campaign.issued": _("Phát hành đợt thu báo cáo khai thác"),
    "campaign.extended": _("Gia hạn nộp báo cáo khai thác"),
    "campaign.closed": _("Đóng đợt thu báo cáo khai thác"),
    "campaign.merged": _("Tổng hợp báo cáo khai thác"),
    "campaign_question.saved": _("Lưu câu hỏi của đợt báo cáo"),
    "campaign": _("đợt báo cáo"),
    "agency": _("cơ quan"),
    "statement.saved": _("Khai báo cáo khai thác"),
    "statement.file_added": _("Đính kèm tệp vào báo cáo khai thác"),
    "statement.file_removed": _("Bỏ tệp khỏi báo cáo khai thác"),
    "statement.submitted": _("Nộp báo cáo khai thác"),
    "statement.accepted": _("Chấp nhận báo cáo khai thác"),
    "statement.returned": _("Trả lại báo cáo khai thác"),
    **funding_choices.NAMES,
    **training_choices.NAMES,
    **feedback_choices.NAMES,
    "closing_rule.saved": _("Lưu cách chốt kỳ báo cáo"),
    "docx": _("Tệp Word"),
    "xlsx": _("Tệp Excel"),
    "pdf": _("Tệp PDF"),
    "parts": _("Phần đã sửa"),
    "differing": _("Số chỉ tiêu khác với khi chốt"),
}
