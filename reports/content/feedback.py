"""The part of a periodic report on what agencies report and propose (QC16). Pure."""

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.words import Figures, by_code, still, told, whole
from reports.queries.feedback import FeedbackFigures


def feedback(found: FeedbackFigures, figures: Figures | None = None) -> Section:
    """Say what was filed, what was answered, what waits.

    *figures* know the periods they are compared with; without, those of *found* alone.
    """
    figures = counted(found) if figures is None else figures
    known = by_code(figures)
    summary = still(_("Trong kỳ chưa nhận vướng mắc, đề xuất nào về quy chế."), known["feedback_filed"])
    if found.filed:
        summary = _("Trong kỳ nhận %(n)s vướng mắc, đề xuất của %(m)s cơ quan; trả lời %(k)s.") % {
            "n": told(known["feedback_filed"]),
            "m": number(found.agencies),
            "k": told(known["feedback_answered"]),
        }
    return Section(
        code="feedback",
        title=_("Vướng mắc, đề xuất của cơ quan"),
        summary=summary,
        figures=figures,
        tables=(
            Table(
                code="feedback_by_theme",
                title=_("Vướng mắc, đề xuất theo nhóm"),
                columns=(Column(_("Nhóm")), Column(_("Số ý kiến"), Unit.COUNT), Column(_("Số cơ quan"), Unit.COUNT)),
                rows=tuple((row.name or _("Chưa xếp nhóm"), row.filed, row.agencies) for row in found.themes),
                empty=_("Chưa có vướng mắc, đề xuất nào trong kỳ."),
                definition=_("Ý kiến gửi trong kỳ, theo nhóm do Sở xếp; một cơ quan đếm một lần trong mỗi nhóm."),
            ),
        ),
    )


def counted(found: FeedbackFigures) -> Figures:
    """Return the figures of the feedback of the period."""
    rows = (
        ("feedback_filed", _("Ý kiến nhận trong kỳ"), found.filed, _("Vướng mắc, đề xuất, ý kiến khác gửi trong kỳ.")),
        ("feedback_difficulties", _("Trong đó: vướng mắc"), found.difficulties, _("Ý kiến loại «Vướng mắc».")),
        ("feedback_proposals", _("Trong đó: đề xuất sửa đổi"), found.proposals, _("Ý kiến loại «Đề xuất sửa đổi».")),
        ("feedback_agencies", _("Cơ quan gửi ý kiến"), found.agencies, _("Cơ quan gửi ít nhất một ý kiến trong kỳ.")),
        ("feedback_answered", _("Ý kiến trả lời trong kỳ"), found.answered, _("Ý kiến có câu trả lời trong kỳ.")),
        ("feedback_late", _("Trong đó: trả lời quá hạn"), found.late, _("Câu trả lời sau hạn trả lời của ý kiến.")),
        ("feedback_open", _("Ý kiến chưa trả lời"), found.open, _("Ý kiến chưa có trả lời tại thời điểm chốt.")),
        ("feedback_overdue", _("Trong đó: đã quá hạn"), found.overdue, _("Ý kiến chưa trả lời, đã quá hạn trả lời.")),
    )
    return tuple(Figure(*row) for row in rows)


FEEDBACK = whole(lambda got: got.feedback, counted, feedback)
