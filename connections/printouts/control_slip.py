"""P9: control slip: every stay of a dossier, with whom, when, how long (ux.md §5). Internal: it names people."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.paper import Paper, frame, minute, stamp
from connections.selectors.handovers import handovers_of, terms_of_steps
from core.documents.layout import Block, Document, Facts, Grid, Heading, Paragraph, Sign


def compose(paper: Paper) -> Document:
    """Say through whose hands the dossier went and how each deadline was kept."""
    return frame(
        paper,
        kind=_("PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"),
        subject=(
            _("Hồ sơ %(number)s, hệ thống «%(system)s»") % {"number": paper.request, "system": paper.system_name},
        ),
        blocks=_body(paper),
        signs=(Sign(paper.signer, _("(Ký, ghi rõ họ tên)"), (paper.actor.name,)),),
    )


def _body(paper: Paper) -> Iterator[Block]:
    request = paper.request
    yield Facts(
        (
            (_("Cơ quan đề nghị"), str(request.agency)),
            (_("Gửi lúc"), minute(request.submitted_at)),
            (_("Tình trạng khi lập phiếu"), str(request.get_state_display())),
        )
    )
    yield Heading(_("I. GIAO, NHẬN VÀ XỬ LÝ"))
    rows = [
        (str(place), str(stay.what), stay.who or "–", stamp(stay.since), stamp(stay.until), stay.held)
        for place, stay in enumerate(handovers_of(request, paper.at), start=1)
    ]
    yield Grid(
        heads=(_("STT"), _("Việc"), _("Người thực hiện"), _("Nhận lúc"), _("Chuyển lúc"), _("Thời gian giữ")),
        rows=tuple(rows),
        numeric=(False,) * 6,
        widths=(8, 23, 25, 15, 15, 14),
    )
    yield Heading(_("II. THỜI HẠN TỪNG BƯỚC"))
    terms = [
        (
            str(place),
            item.step,
            item.term,
            stamp(item.started_at),
            stamp(item.due_at),
            stamp(item.ended_at),
            item.result,
        )
        for place, item in enumerate(terms_of_steps(request, paper.at), start=1)
    ]
    yield Grid(
        heads=(_("STT"), _("Bước"), _("Thời hạn"), _("Bắt đầu"), _("Đến hạn"), _("Xong"), _("Kết quả")),
        rows=tuple(terms),
        numeric=(False,) * 7,
        widths=(8, 18, 13, 15, 15, 15, 16),
    )
    yield Paragraph(_("Thời gian giữ tính theo ngày làm việc; trong cùng một ngày tính theo giờ./."), with_next=True)
