"""The plan of coming to the platform as a workbook."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from catalog.selectors.readiness import questions_asked
from core import clock
from core.columns import write_date
from core.sheets import write_xlsx


def export_plans(plans: Iterable[Any]) -> tuple[str, bytes]:
    """Return file name and content of *plans* (with ``due_on`` and ``ready_count``), narrowed by the caller."""
    asked, today = questions_asked(), clock.today()
    headers = [
        _("Mã cơ quan"),
        _("Cơ quan"),
        _("Mã hệ thống"),
        _("Tên hệ thống"),
        _("Căn cứ phải kết nối"),
        _("Tình trạng"),
        _("Tiêu chí đáp ứng"),
        _("Tổng số tiêu chí"),
        _("Tự đánh giá ngày"),
        _("Ngày dự kiến"),
        _("Ngày dự kiến mới"),
        _("Lý do đổi ngày"),
        _("Quá hạn"),
        _("Khó khăn, ghi chú"),
    ]
    rows = [
        [
            plan.agency.code,
            plan.agency.name,
            plan.system.code if plan.system else "",
            plan.name,
            plan.basis,
            str(plan.get_state_display()),
            str(plan.ready_count),
            str(asked),
            write_date(plan.assessed_on),
            write_date(plan.planned_on),
            write_date(plan.revised_on),
            plan.revise_reason,
            _("Có") if plan.due_on and plan.due_on < today and not plan.is_done else _("Không"),
            plan.note,
        ]
        for plan in plans
    ]
    return f"ke-hoach-ket-noi-{today:%Y-%m-%d}.xlsx", write_xlsx(headers, rows, title=_("Kế hoạch kết nối"))
