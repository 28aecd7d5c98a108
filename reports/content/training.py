"""The part of a periodic report on training (Q50-15.6). Pure."""

from django.utils.translation import gettext as _

from core.documents.wording import number
from reports.choices import Unit
from reports.content.figures import Column, Figure, Section, Table
from reports.content.words import Figures, by_code, share, still, told, whole
from reports.queries.training import TrainingFigures


def training(found: TrainingFigures, figures: Figures | None = None) -> Section:
    """Say what was held and who came.

    *figures* know the periods they are compared with; without, those of *found* alone.
    """
    figures = counted(found) if figures is None else figures
    known = by_code(figures)
    summary = still(_("Trong kỳ chưa tổ chức buổi tập huấn nào trên hệ thống."), known["training_held"])
    if found.held:
        summary = _(
            "Trong kỳ tổ chức %(held)s buổi tập huấn; có mặt %(came)s lượt người của %(agencies)s cơ quan."
        ) % {
            "held": told(known["training_held"]),
            "came": told(known["training_attended"]),
            "agencies": number(sum(row.attended > 0 for row in found.agencies)),
        }
    return Section(
        code="training",
        title=_("Đào tạo, tập huấn"),
        summary=summary,
        figures=figures,
        tables=(
            Table(
                code="training_by_agency",
                title=_("Tập huấn theo cơ quan"),
                columns=(
                    Column(_("Cơ quan")),
                    *(Column(name, Unit.COUNT) for name in (_("Có chỗ"), _("Có mặt"), _("Đạt"))),
                ),
                rows=tuple((row.name, row.registered, row.attended, row.passed) for row in found.agencies),
                empty=_("Chưa có cơ quan nào cử người dự."),
                definition=_("Lượt người có chỗ, có mặt, đạt ở các buổi kết thúc trong kỳ, theo cơ quan cử đi."),
            ),
        ),
    )


def counted(found: TrainingFigures) -> Figures:
    """Return the figures of the sessions of the period."""
    return (
        Figure(
            "training_held", _("Buổi tập huấn"), found.held, _("Buổi đã mở đăng ký, kết thúc trong kỳ, không bị hủy.")
        ),
        Figure(
            "training_cancelled",
            _("Buổi tập huấn bị hủy"),
            found.cancelled,
            _("Buổi đã mở đăng ký, dự kiến kết thúc trong kỳ, bị hủy."),
        ),
        Figure(
            "training_registered",
            _("Lượt người đăng ký"),
            found.registered,
            _("Người có chỗ ở các buổi kết thúc trong kỳ; người chờ chỗ không tính."),
        ),
        Figure(
            "training_attended",
            _("Lượt người có mặt"),
            found.attended,
            _("Người được điểm danh có mặt ở các buổi đó."),
        ),
        Figure("training_passed", _("Lượt người đạt"), found.passed, _("Người có mặt được đánh giá «Đạt».")),
        Figure(
            "training_attendance",
            _("Tỷ lệ có mặt"),
            share(found.attended, found.registered),
            _("Lượt có mặt chia cho lượt có chỗ."),
            Unit.PERCENT,
        ),
    )


TRAINING = whole(lambda got: got.training, counted, training)
