"""What this floor records, in words (``audit.deeds``)."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

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
    "report.recounted": _("Đối chiếu số liệu báo cáo"),
    "report_template.saved": _("Lưu mẫu báo cáo"),
    "closing_rule.saved": _("Lưu cách chốt kỳ báo cáo"),
    "docx": _("Tệp Word"),
    "xlsx": _("Tệp Excel"),
    "pdf": _("Tệp PDF"),
    "parts": _("Phần đã sửa"),
    "differing": _("Số chỉ tiêu khác với khi chốt"),
}
