"""P3: what an agency is asked to complete, point by point (QC10.2)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.choices import Step
from connections.models import CompletionPoint
from connections.printouts.paper import Paper, frame
from connections.printouts.receipt import promised
from core.documents.layout import Block, Document, Grid, Paragraph
from core.regulation import cite


def compose(paper: Paper) -> Document:
    """Say what is wrong, why, how to mend it, until when."""
    request = paper.request
    return frame(
        paper,
        kind=_("PHIẾU YÊU CẦU HOÀN THIỆN HỒ SƠ"),
        subject=(_("Hồ sơ %(number)s, hệ thống «%(system)s»") % {"number": request, "system": paper.system_name},),
        addressee=str(request.agency),
        blocks=_body(paper),
    )


def _body(paper: Paper) -> Iterator[Block]:
    request = paper.request
    found = request.points.filter(resolved_at__isnull=True).select_related("criterion").order_by("number")
    points = list(found)
    day, terms = promised(paper, Step.COMPLETION)
    yield Paragraph(
        _(
            "Qua xem xét hồ sơ %(number)s của %(agency)s, %(body)s đề nghị cơ quan hoàn thiện %(n)s nội dung sau "
            "(yêu cầu lần %(round)s):"
        )
        % {
            "number": request,
            "agency": request.agency,
            "body": paper.body.agency.name,
            "n": len(points),
            "round": points[0].round if points else 1,
        },
        with_next=True,
    )
    yield Grid(
        heads=(_("STT"), _("Tiêu chí"), _("Lý do chưa đạt"), _("Cách khắc phục"), _("Căn cứ")),
        rows=tuple(map(_row, points)),
        numeric=(False,) * 5,
        widths=(8, 19, 28, 28, 17),
    )
    yield Paragraph(_("Thời hạn hoàn thiện: trước hết ngày %(day)s.") % {"day": day}, strong=True)
    if terms:
        yield Paragraph(_("Thời hạn: %(terms)s.") % {"terms": terms})
    yield Paragraph(
        _(
            "Cơ quan trả lời từng nội dung trên cổng và gửi lại hồ sơ. Trong thời gian chờ, thời hạn thẩm định tạm "
            "dừng./."
        ),
        with_next=True,
    )


def _row(point: CompletionPoint) -> tuple[str, ...]:
    criterion = str(point.criterion) if point.criterion else _("Thành phần hồ sơ")
    return str(point.number), criterion, point.what, point.remedy, cite(point.clause)
