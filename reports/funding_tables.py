"""Funding as tables of pages, for staff and readers alike."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.documents.wording import short_date
from reports.cells import Link, Rows
from reports.models import BudgetLine, Spending
from reports.money import dong
from reports.selectors.funding import spendings_of


def adjustments_table(line: BudgetLine) -> Rows:
    """Return the adjustments of a line as a table."""
    return Rows(
        title=_("Điều chỉnh"),
        heads=(_("Ngày quyết định"), _("Quyết định"), _("Lý do"), _("Tăng, giảm")),
        rows=[
            (short_date(one.decided_on), one.decision, one.reason, ("+" if one.delta > 0 else "") + dong(one.delta))
            for one in line.adjustments.all()
        ],
        empty=_("Chưa điều chỉnh lần nào."),
        numeric=frozenset({3}),
    )


def spendings_table(line: BudgetLine, address: str, *args: Any) -> Rows:
    """Return the spending of a line as a table; *address* hands out documents, by *args* or the line, and the file."""
    return Rows(
        title=_("Khoản chi"),
        heads=(_("Ngày chi"), _("Số chứng từ"), _("Nội dung"), _("Số tiền"), _("Tệp")),
        rows=[
            (short_date(one.spent_on), one.document, _note(one), dong(one.amount), _file(one, address, args))
            for one in spendings_of(line)
        ],
        empty=_("Chưa có khoản chi nào."),
        numeric=frozenset({3}),
    )


def _note(one: Spending) -> str:
    if one.voided_at is None:
        return one.note or "–"
    return _("Đã hủy, không tính. Lý do: %(reason)s") % {"reason": one.void_reason}


def _file(one: Spending, address: str, args: tuple[Any, ...]) -> Any:
    kept = getattr(one, "file", None)
    return Link(kept.name, reverse(address, args=[*(args or (one.line_id,)), kept.pk])) if kept else "–"
