"""P12: an agency's own statement of its use of data through the platform, as an official document (QC15.5, ux.md §5).

What campaigns call: fill in a :class:`UseStatement`, then ``render_use(statement)`` gives Word file and PDF, the same
bytes for the same statement. Nothing is read from the database here; the head of the agency's papers is
``connections.printouts.letterheads.body_of(agency)``, which the caller hands over as ``body``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from connections.printouts.letterheads import Body, numbered, place_and_date
from core.clock import VIETNAM
from core.documents import docx, pdf
from core.documents.layout import Block, Document, Grid, Heading, Paragraph, Sign
from core.documents.wording import moment, number, short_date
from reports.choices import Format
from reports.documents.wording import ended, paragraphs, signed


@dataclass(frozen=True, slots=True)
class UseRow:
    """Calls of one data service: what the agency declares and what the platform's log holds; None: not stated."""

    service: str
    code: str
    declared: int | None
    logged: int | None
    purpose: str = ""
    note: str = ""

    @property
    def difference(self) -> int | None:
        """Declared less logged; None where one of them is missing."""
        return None if self.declared is None or self.logged is None else self.declared - self.logged


@dataclass(frozen=True, slots=True)
class UseStatement:
    """One agency's statement for one period.

    ``code`` is the statement's own code, in the foot of each page; ``made_at`` is the moment it was submitted (of a
    draft: last saved), the only clock in the files. ``number`` and ``number_date`` stay empty until the agency's clerk
    has issued them. ``remarks`` are (head, text) in order; paragraphs of a text are parted by blank lines.
    """

    code: str
    body: Body
    addressee: str
    period_start: date
    period_end: date
    rows: tuple[UseRow, ...]
    made_at: datetime
    legal_bases: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    attachments: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    number: str = ""
    number_date: date | None = None
    draft: bool = False


def render_use(statement: UseStatement) -> dict[Format, bytes]:
    """Return the statement as Word file and PDF."""
    document = compose_use(statement)
    return {Format.DOCX: docx.render(document), Format.PDF: pdf.render(document)}


def compose_use(statement: UseStatement) -> Document:
    """Return the document of *statement*, laid out as Nghị định 30/2020/NĐ-CP orders."""
    head, at = statement.body.head, statement.made_at
    return Document(
        head=replace(head, number=numbered(head, statement.number)),
        place_and_date=place_and_date(head, statement.number_date, at.astimezone(VIETNAM).year),
        kind=_("BÁO CÁO"),
        subject=tuple(_subject(statement)),
        addressee=_("Kính gửi: %(to)s.") % {"to": statement.addressee},
        legal_bases=tuple(ended(statement.legal_bases, _("Căn cứ %(item)s"))),
        blocks=tuple(_blocks(statement)),
        recipients=tuple(ended(statement.recipients or (_("Như trên"), _("Lưu: VT")), "- %(item)s")),
        signs=(Sign(statement.body.signer),),
        foot=_("Mã báo cáo: %(code)s. Lập lúc %(when)s.") % {"code": statement.code, "when": moment(at)},
        code=statement.code,
        made_at=at.replace(microsecond=0),
    )


def _subject(statement: UseStatement) -> Iterator[str]:
    yield _("Tình hình khai thác dữ liệu qua Nền tảng tích hợp, chia sẻ dữ liệu (LGSP)")
    yield _("Kỳ báo cáo từ ngày %(start)s đến hết ngày %(end)s") % _days(statement)
    if statement.draft:
        yield _("(Bản dự thảo, chưa gửi)")


def _days(statement: UseStatement) -> dict[str, str]:
    return {"start": short_date(statement.period_start), "end": short_date(statement.period_end)}


def _blocks(statement: UseStatement) -> Iterator[Block]:
    yield Paragraph(
        _(
            "%(agency)s báo cáo tình hình khai thác dữ liệu qua Nền tảng từ ngày %(start)s đến hết ngày %(end)s, "
            "như sau:"
        )
        % {"agency": statement.body.agency.name, **_days(statement)}
    )
    yield Heading(_("1. Số lượt khai thác theo dịch vụ dữ liệu"))
    if statement.rows:
        yield _grid(statement.rows)
        yield Paragraph(_compared(statement.rows))
    else:
        yield Paragraph(_("Trong kỳ cơ quan không khai thác dịch vụ dữ liệu nào qua Nền tảng."))
    place = 1
    for place, (title, text) in enumerate(statement.remarks, start=2):
        yield Heading(f"{place}. {title}")
        yield from (Paragraph(part) for part in paragraphs(text) or [_("Không có.")])
    if statement.attachments:
        yield Heading(f"{place + 1}. {_('Tài liệu kèm theo')}")
        yield from (Paragraph(text) for text in ended(statement.attachments, "- %(item)s"))
    yield Paragraph(
        _("Trên đây là báo cáo của %(agency)s./.") % {"agency": statement.body.agency.name}, with_next=True
    )


def _grid(rows: Sequence[UseRow]) -> Grid:
    return Grid(
        heads=(
            _("STT"),
            _("Dịch vụ dữ liệu"),
            _("Mục đích"),
            _("Kê khai"),
            _("Nhật ký"),
            _("Chênh lệch"),
            _("Ghi chú"),
        ),
        rows=tuple(
            (
                str(place),
                f"{row.service}\n({row.code})" if row.code else row.service,
                row.purpose or "–",
                _("Chưa kê khai") if row.declared is None else number(row.declared),
                _("Chưa có số liệu") if row.logged is None else number(row.logged),
                "–" if row.difference is None else signed(row.difference),
                row.note or "–",
            )
            for place, row in enumerate(rows, start=1)
        ),
        numeric=(False, False, False, True, True, True, False),
        widths=(8, 27, 16, 12, 12, 12, 13),
        title=_("Số lượt khai thác kê khai và số lượt trong nhật ký của Nền tảng"),
    )


def _compared(rows: Sequence[UseRow]) -> str:
    declared, logged = sum(row.declared or 0 for row in rows), sum(row.logged or 0 for row in rows)
    apart, unstated = sum(bool(row.difference) for row in rows), sum(row.declared is None for row in rows)
    text = _("Tổng số lượt kê khai: %(declared)s; tổng số lượt trong nhật ký của Nền tảng: %(logged)s.") % {
        "declared": number(declared),
        "logged": number(logged),
    }
    if apart:
        text += " " + _("Có %(n)s dịch vụ có số kê khai khác nhật ký.") % {"n": number(apart)}
    if unstated:
        text += " " + _("Có %(n)s dịch vụ chưa kê khai.") % {"n": number(unstated)}
    return text
