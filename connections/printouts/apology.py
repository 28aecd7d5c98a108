"""P9: apology for a late answer, with a new day (ux.md §5)."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from connections.printouts.paper import Paper, day_of, frame
from core.documents.layout import Block, Document, Facts, Paragraph
from core.documents.wording import short_date


def compose(paper: Paper) -> Document:
    """Say what is late by how much, why, and until when it will be answered."""
    return frame(
        paper,
        kind=_("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"),
        subject=(
            _("Hồ sơ %(number)s, hệ thống «%(system)s»") % {"number": paper.request, "system": paper.system_name},
        ),
        addressee=str(paper.request.agency),
        blocks=_body(paper),
    )


def _body(paper: Paper) -> Iterator[Block]:
    request, given = paper.request, paper.given
    yield Paragraph(
        _("%(body)s đã tiếp nhận hồ sơ kết nối của %(agency)s nhưng chưa giải quyết xong đúng thời hạn đã hẹn.")
        % {"body": paper.body.agency.name, "agency": request.agency}
    )
    yield Facts(
        (
            (_("Mã hồ sơ"), request.number),
            (_("Ngày tiếp nhận"), day_of(request.received_at)),
            (_("Bước quá hạn"), str(given["step"])),
            (_("Ngày đã hẹn"), day_of(given["due_at"])),
            (_("Đã quá hạn"), _("%(n)s ngày làm việc") % {"n": given["late_days"]}),
            (_("Lý do"), str(given["reason"])),
        )
    )
    yield Paragraph(
        _("Hẹn lại ngày trả kết quả: ngày %(day)s.") % {"day": short_date(given["new_day"])},
        strong=True,
    )
    yield Paragraph(
        _("%(body)s xin lỗi %(agency)s vì sự chậm trễ này và mong được thông cảm./.")
        % {"body": paper.body.agency.name, "agency": request.agency},
        with_next=True,
    )
