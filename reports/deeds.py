"""What this floor records, in words (``audit.deeds``)."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports import feedback_choices, funding_choices, training_choices

NAMES: dict[str, StrOrPromise] = {
    "report.requested": _("Yêu cầu lập báo cáo"),
    "report.drafted": _("Lập xong báo cáo"),
    "report.failed": _("Lập báo cáo không thành công"),
    "report.retried": _("Lập lại báo cáo"),
    "report.superseded": _("Thay thế báo cáo"),
    "report.published": _("Phát hành báo cáo"),
    "report_template.saved": _("Lưu mẫu báo cáo"),
    **funding_choices.NAMES,
    **training_choices.NAMES,
    **feedback_choices.NAMES,
}
