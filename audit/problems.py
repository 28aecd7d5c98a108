"""Problem codes of the call log itself: no caller is ever told them."""

from django.utils.translation import gettext_lazy as _

from core.problems import Problem

UNKNOWN_OUTCOME = "unknown-outcome"
PROBLEMS = (
    Problem(
        UNKNOWN_OUTCOME,
        500,
        _("Không rõ kết quả"),
        _("Tiến trình xử lý cuộc gọi dừng đột ngột trước khi ghi kết quả; nhật ký đóng cuộc gọi sau đó."),
        _("Hỏi hệ thống nguồn xem yêu cầu đã được thực hiện chưa trước khi gửi lại một yêu cầu làm thay đổi dữ liệu."),
        title_en="Outcome unknown",
        cause_en="The process that handled the call stopped before it wrote the outcome; the log closed the call.",
        remedy_en="Ask the source system whether the request was carried out before sending a changing request again.",
        side="platform",
        step="platform",
        told_as="",
    ),
)
