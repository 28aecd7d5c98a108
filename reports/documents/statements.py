"""An agency's own statement of use as an official document (P12, Nghị định 30/2020/NĐ-CP). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from connections.printouts.letterheads import Body, place_and_date
from connections.printouts.paper import listed
from core.clock import VIETNAM
from core.documents.layout import Block, Document, Grid, Heading, Paragraph, Sign
from core.documents.wording import moment, number, short_date
from core.regulation import cite
from reports.models import Campaign, StatementRow


@dataclass(frozen=True, slots=True)
class Stated:
    """What the paper says: who states it to whom, rows and answers as handed in, under which receipt, when."""

    code: str
    body: Body
    agency_name: str
    addressee: str
    campaign: Campaign
    rows: tuple[StatementRow, ...]
    answers: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    at: datetime


def compose_statement(stated: Stated) -> Document:
    """Return the document; the same statement gives the same document for ever."""
    days = {
        "start": short_date(stated.campaign.period_start),
        "end": short_date(stated.campaign.period_end),
    }
    return Document(
        head=stated.body.head,
        place_and_date=place_and_date(stated.body.head, None, stated.at.astimezone(VIETNAM).year),
        kind=_("BÁO CÁO"),
        subject=(
            _("Tình hình khai thác, sử dụng dữ liệu qua Nền tảng tích hợp, chia sẻ dữ liệu (LGSP)"),
            _("từ ngày %(start)s đến hết ngày %(end)s") % days,
        ),
        addressee=_("Kính gửi: %(to)s.") % {"to": stated.addressee},
        legal_bases=tuple(listed([str(cite("QC15.5"))], _("Căn cứ %(item)s"))),
        blocks=tuple(_blocks(stated)),
        recipients=tuple(listed([_("Như trên"), _("Lưu: Văn thư")], "- %(item)s")),
        signs=(Sign(stated.body.signer),),
        foot=_("Mã biên nhận: %(code)s. Nộp lúc %(when)s.") % {"code": stated.code, "when": moment(stated.at)},
        code=stated.code,
        made_at=stated.at.replace(microsecond=0),
    )


def _blocks(stated: Stated) -> Iterator[Block]:
    campaign = stated.campaign
    yield Paragraph(
        _("Thực hiện đợt báo cáo «%(title)s» (mã %(code)s), %(agency)s báo cáo như sau:")
        % {"title": campaign.title, "code": campaign.code, "agency": stated.agency_name}
    )
    yield Heading(_("I. Số lượt khai thác theo dịch vụ dữ liệu"))
    if stated.rows:
        yield _grid(stated.rows)
        for row in stated.rows:
            if row.explanation:
                yield Paragraph(f"{row.service.title}: {_one_line(row.explanation)}")
    else:
        yield Paragraph(_("Trong kỳ cơ quan không có quyền khai thác và không có lượt gọi nào."))
    yield Heading(_("II. Nội dung khác"))
    for place, (text, answer) in enumerate(stated.answers, start=1):
        yield Heading(f"{place}. {text}", level=2)
        for line in answer.splitlines() or [_("Không nêu.")]:
            if line.strip():
                yield Paragraph(line)
    if stated.files:
        yield Heading(_("III. Tài liệu kèm theo"))
        yield from (Paragraph(text) for text in listed(list(stated.files), "- %(item)s"))
    yield Paragraph(_("Trên đây là báo cáo của %(agency)s./.") % {"agency": stated.agency_name}, with_next=True)


def _grid(rows: tuple[StatementRow, ...]) -> Grid:
    return Grid(
        heads=(_("STT"), _("Dịch vụ dữ liệu"), _("Nhật ký"), _("Cơ quan khai"), _("Chênh lệch")),
        rows=tuple(
            (
                str(place),
                f"{row.service.title} ({row.service.code})",
                number(row.logged),
                number(row.declared or 0),
                number(row.difference or 0),
            )
            for place, row in enumerate(rows, start=1)
        ),
        numeric=(False, False, True, True, True),
        widths=(8, 44, 16, 16, 16),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
