"""The part of a periodic report on funding (QC13, Q50-14). Pure."""

from django.utils.translation import gettext as _

from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.words import Figures, by_code, share, told, whole
from reports.money import dong
from reports.queries.funding import FundingFigures, FundingRow
from reports.rounding import in_millions


def funding(found: FundingFigures, figures: Figures | None = None) -> Section:
    """Say what may be spent this year, what was spent, and how that compares with the year before.

    *figures* know the periods they are compared with; without, those of *found* alone.
    """
    figures = counted(found) if figures is None else figures
    title = _("Kinh phí")
    if not found.known:
        text = _("Chưa có số liệu kinh phí: năm ngân sách %(year)s chưa được mở trên hệ thống.")
        return Section(code="funding", title=title, summary=text % {"year": found.year})
    known = by_code(figures)
    said = {"year": found.year, "allowed": dong(found.total.allowed), "spent": told(known["funding_spent"])}
    return Section(
        code="funding",
        title=title,
        summary=_("Năm %(year)s được chi %(allowed)s; đến hết kỳ đã chi %(spent)s.") % said,
        figures=figures,
        tables=(
            _table("funding_by_kind", _("Kinh phí theo loại chi"), _("Loại chi"), found.kinds),
            _table("funding_by_source", _("Kinh phí theo nguồn"), _("Nguồn kinh phí"), found.sources),
        ),
    )


def counted(found: FundingFigures) -> Figures:
    """Return the figures of the budget year; none where it was not opened."""
    if not found.known:
        return ()
    total = found.total
    amounts = (
        (
            *("funding_allowed", _("Kinh phí được chi trong năm"), total.allowed),
            _("Dự toán ban đầu cộng các điều chỉnh đã ghi sổ trước thời điểm chốt."),
        ),
        (
            *("funding_period", _("Đã chi trong kỳ"), total.period),
            _("Khoản chi của năm ngân sách, có ngày chi trong kỳ, đã ghi sổ trước thời điểm chốt và chưa hủy."),
        ),
        (
            *("funding_spent", _("Đã chi từ đầu năm"), total.spent),
            _("Khoản chi của năm ngân sách có ngày chi đến hết kỳ, đã ghi sổ trước thời điểm chốt và chưa hủy."),
        ),
        (
            *("funding_left", _("Kinh phí còn lại"), total.allowed - total.spent),
            _("Kinh phí được chi trừ phần đã chi từ đầu năm."),
        ),
        (
            *("funding_before", _("Đã chi cùng kỳ năm trước"), total.before),
            _("Khoản chi của năm ngân sách trước có ngày chi đến hết cùng ngày của năm trước."),
        ),
    )
    rate = Figure(
        "funding_rate",
        _("Tỷ lệ chi"),
        share(total.spent, total.allowed),
        _("Đã chi từ đầu năm chia cho kinh phí được chi trong năm."),
        Unit.PERCENT,
    )
    return (*(Figure(*row, Unit.DONG) for row in amounts), rate)


def _table(code: str, title: str, head: str, rows: tuple[FundingRow, ...]) -> Table:
    money = (_("Được chi"), _("Chi trong kỳ"), _("Chi từ đầu năm"), _("Còn lại"), _("Chi cùng kỳ năm trước"))
    return Table(
        code=code,
        title=_("%(title)s (triệu đồng)") % {"title": title},
        columns=(Column(head), *(Column(name, Unit.MILLION) for name in money)),
        rows=tuple((row.name, *map(_millions, _amounts(row))) for row in rows),
        empty=_("Chưa có dòng dự toán nào."),
        definition=_("Triệu đồng, làm tròn đến nghìn đồng, theo sổ theo dõi kinh phí tại thời điểm chốt."),
    )


def _amounts(row: FundingRow) -> tuple[int | None, ...]:
    return row.allowed, row.period, row.spent, row.allowed - row.spent, row.before


def _millions(amount: int | None) -> float | None:
    return None if amount is None else in_millions(amount)


FUNDING = whole(lambda got: got.funding, counted, funding)
