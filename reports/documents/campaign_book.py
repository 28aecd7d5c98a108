"""The result of a campaign as a workbook: totals, services, agencies, every row, every answer (QC15.5)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.documents.wording import short_date
from core.sheets import Page, Written, write_book
from reports.campaign_choices import StatementState
from reports.models import Campaign


def book_of(campaign: Campaign) -> bytes:
    """Return the file of the result of *campaign*; numbers are numbers, texts of agencies never formulas."""
    return write_book(list(_pages(campaign)))


def _pages(campaign: Campaign) -> Iterator[Page]:
    result = campaign.result or {}
    heads: tuple[str, ...] = (_("Chỉ tiêu"), _("Giá trị"))
    yield Page(_("Tổng hợp"), heads, _totals(campaign, result))
    heads = (_("Mã dịch vụ"), _("Dịch vụ dữ liệu"), _("Số cơ quan"), _("Nhật ký"), _("Cơ quan khai"), _("Chênh lệch"))
    names = ("service", "title", "agencies", "logged", "declared")
    yield Page(_("Theo dịch vụ"), heads, [_with_difference(row, names) for row in result["by_service"]])
    heads = (_("Mã cơ quan"), _("Cơ quan"), _("Nộp muộn"), _("Nhật ký"), _("Cơ quan khai"), _("Chênh lệch"))
    yield Page(_("Theo cơ quan"), heads, [_of_agency(row) for row in result["by_agency"]])
    heads = (
        *(_("Mã cơ quan"), _("Cơ quan"), _("Mã dịch vụ"), _("Dịch vụ dữ liệu")),
        *(_("Nhật ký"), _("Cơ quan khai"), _("Chênh lệch"), _("Giải trình")),
    )
    yield Page(_("Chi tiết"), heads, [cells for row in result["by_agency"] for cells in _details(row)])
    answers = [
        (question["text"], said["agency"], said["answer"])
        for question in result["answers"]
        for said in question["answers"]
    ]
    yield Page(_("Ý kiến"), (_("Câu hỏi"), _("Cơ quan"), _("Trả lời")), answers)
    missing = [(row["agency"], row["name"], str(StatementState(row["state"]).label)) for row in result["missing"]]
    yield Page(_("Chưa có báo cáo"), (_("Mã cơ quan"), _("Cơ quan"), _("Tình trạng")), missing)


def _totals(campaign: Campaign, result: dict[str, Any]) -> Sequence[Sequence[Written]]:
    return [
        (_("Đợt báo cáo"), campaign.title),
        (_("Mã đợt"), campaign.code),
        (_("Từ ngày"), short_date(campaign.period_start)),
        (_("Đến hết ngày"), short_date(campaign.period_end)),
        (_("Số cơ quan được hỏi"), result["asked"]),
        (_("Số báo cáo được chấp nhận"), result["accepted"]),
        (_("Trong đó nộp muộn"), result["late"]),
        (_("Số cơ quan không có báo cáo được chấp nhận"), len(result["missing"])),
        (_("Tổng số lượt theo nhật ký"), result["logged"]),
        (_("Tổng số lượt cơ quan khai"), result["declared"]),
        (_("Chênh lệch"), result["declared"] - result["logged"]),
    ]


def _with_difference(row: dict[str, Any], names: Sequence[str]) -> tuple[Written, ...]:
    return (*(row[name] for name in names), row["declared"] - row["logged"])


def _of_agency(row: dict[str, Any]) -> tuple[Written, ...]:
    late = _("Có") if row["late"] else _("Không")
    return (row["agency"], row["name"], late, row["logged"], row["declared"], row["declared"] - row["logged"])


def _details(row: dict[str, Any]) -> Iterator[tuple[Written, ...]]:
    for line in row["rows"]:
        yield (
            *(row["agency"], row["name"], line["service"], line["title"], line["logged"], line["declared"]),
            *(line["declared"] - line["logged"], line["explanation"]),
        )
