"""The part of a periodic report on agencies' own statements of use. Pure."""

from django.utils.translation import gettext as _

from core.documents.wording import number
from core.regulation import cite
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.words import Figures, by_code, share, told, whole
from reports.queries.campaigns import CampaignFigures, CampaignRow


def campaigns(found: CampaignFigures, figures: Figures | None = None) -> Section:
    """Say who was asked in the period, who answered in time, and how declared figures compare with the log.

    *figures* know the periods they are compared with; without, those of *found* alone.
    """
    figures = counted(found) if figures is None else figures
    known = by_code(figures)
    summary = _("Trong kỳ không phát hành đợt thu báo cáo khai thác nào.")
    if found.rows:
        summary = _(
            "Trong kỳ phát hành %(n)s đợt thu báo cáo khai thác, hỏi %(asked)s lượt cơ quan; %(came)s báo cáo đã nộp, "
            "trong đó %(late)s nộp muộn; %(missing)s chưa nộp."
        ) % {
            "n": number(len(found.rows)),
            "asked": told(known["statements_asked"]),
            "came": number(sum(row.in_time + row.late for row in found.rows)),
            "late": told(known["statements_late"]),
            "missing": told(known["statements_missing"]),
        }
    return Section(
        code="campaigns",
        title=_("Báo cáo khai thác của các cơ quan"),
        summary=summary,
        figures=figures,
        tables=(_table(found.rows),),
    )


def counted(found: CampaignFigures) -> Figures:
    """Return the figures of the campaigns issued in the period; none where there is no campaign."""
    rows = found.rows
    if not rows:
        return ()
    asked = sum(row.asked for row in rows)
    in_time, late = sum(row.in_time for row in rows), sum(row.late for row in rows)
    return (
        Figure(
            "statements_asked",
            _("Báo cáo được yêu cầu"),
            asked,
            _("Mỗi cơ quan được hỏi trong một đợt phát hành trong kỳ là một báo cáo (%(clause)s).")
            % {"clause": cite("QC15.5")},
        ),
        Figure(
            "statements_in_time",
            _("Báo cáo nộp đúng hạn"),
            in_time,
            _("Nộp lần đầu không sau hạn nộp của đợt, tính đến thời điểm chốt."),
        ),
        Figure("statements_late", _("Báo cáo nộp muộn"), late, _("Nộp lần đầu sau hạn nộp, tính đến thời điểm chốt.")),
        Figure(
            "statements_missing",
            _("Báo cáo chưa nộp"),
            sum(row.missing for row in rows),
            _("Chưa nộp lần nào tại thời điểm chốt, kể cả khi chưa đến hạn."),
        ),
        Figure(
            "statements_in_time_rate",
            _("Tỷ lệ nộp đúng hạn"),
            share(in_time, asked),
            _("Báo cáo nộp đúng hạn chia cho báo cáo được yêu cầu."),
            Unit.PERCENT,
        ),
    )


def _table(rows: tuple[CampaignRow, ...]) -> Table:
    counted = (
        *(_("Được hỏi"), _("Đúng hạn"), _("Muộn"), _("Chưa nộp")),
        *(_("Lượt theo nhật ký"), _("Lượt cơ quan khai")),
    )
    return Table(
        code="campaigns",
        title=_("Các đợt thu báo cáo khai thác"),
        columns=(Column(_("Đợt báo cáo")), *(Column(name, Unit.COUNT) for name in counted)),
        rows=tuple(
            (f"{row.title} ({row.code})", row.asked, row.in_time, row.late, row.missing, row.logged, row.declared)
            for row in rows
        ),
        empty=_("Không có đợt nào."),
        definition=_("Số lượt cộng từ các báo cáo đang ở tình trạng đã nộp hoặc đã chấp nhận."),
    )


CAMPAIGNS = whole(lambda got: got.campaigns, counted, campaigns)
