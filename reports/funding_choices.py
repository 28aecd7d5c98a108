"""Words of funding (QC13, Q50-14)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class TermGroup(TextChoices):
    """What a word of the budget names."""

    KIND = "kind", _("Loại chi")
    SOURCE = "source", _("Nguồn kinh phí")


class YearState(TextChoices):
    """Life of a budget year."""

    OPEN = "open", _("Đang theo dõi")
    CLOSED = "closed", _("Đã khóa sổ")


class Direction(TextChoices):
    """Which way a line is adjusted."""

    RAISE = "raise", _("Tăng")
    CUT = "cut", _("Giảm")


NAMES: dict[str, StrOrPromise] = {
    "budget_term.saved": _("Lưu mục phân loại kinh phí"),
    "budget_year.opened": _("Mở năm ngân sách"),
    "budget_year.closed": _("Khóa sổ năm ngân sách"),
    "budget_year.reopened": _("Mở lại sổ năm ngân sách"),
    "budget_year.lines_imported": _("Nhập dự toán từ tệp"),
    "budget_line.added": _("Lập dòng dự toán"),
    "budget_line.adjusted": _("Điều chỉnh dòng dự toán"),
    "spending.recorded": _("Ghi khoản chi"),
    "spending.voided": _("Hủy bút toán chi"),
}
