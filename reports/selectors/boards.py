"""What leadership reads first, on the workbench (``core.web.boards``): one click on a phone, too (ux.md D1, D2)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.actor import Actor
from core.clock import VIETNAM
from core.documents.wording import short_date
from core.web.boards import Board, BoardRow
from reports.guards import VIEW
from reports.models import ReportRun
from reports.selectors.runs import report_name

#: Published reports shown, the newest period first.
MOST = 3


def boards_for(actor: Actor) -> list[Board]:
    """Return the leadership page and the newest published reports for who may read them; one query."""
    if not (actor.is_person and actor.may(VIEW)):
        return []
    known = ReportRun.objects.visible_to(actor).in_force().filter(published_at__isnull=False).defer("figures")
    rows = [
        BoardRow(
            _("Tình hình và việc cần chỉ đạo"),
            reverse("leadership"),
            _("Sáu chỉ tiêu so với kỳ trước, biểu đồ, xếp hạng cơ quan"),
        ),
        *map(_row, known[:MOST]),
    ]
    return [Board(_("Điều hành và báo cáo"), rows, "", _("Xem tất cả báo cáo"), reverse("reports"))]


def _row(run: ReportRun) -> BoardRow:
    assert run.published_at is not None  # noqa: S101 - the query asks for it
    day = short_date(run.published_at.astimezone(VIETNAM).date())
    hint = _("Phát hành %(day)s, số liệu tạm tính") if run.preliminary else _("Phát hành %(day)s")
    name = _("Báo cáo %(name)s") % {"name": report_name(run)}
    return BoardRow(name, reverse("report", args=[run.code]), hint % {"day": day})
