"""A periodic report as an official document: frozen figures put in the order of Nghị định 30/2020/NĐ-CP."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.clock import VIETNAM
from core.documents.layout import Appendix, Block, Document, Grid, Heading, Letterhead, Paragraph, Sign
from core.documents.wording import long_date, moment, short_date, two_lines
from core.text import nfc
from reports.content.figures import Cell, Column, Figure, Frozen, Section, Table
from reports.models import ReportRun
from reports.selectors.runs import period_name
from reports.wording import measured

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII")


def compose(run: ReportRun, frozen: Frozen) -> Document:
    """Return the document of *run*; the same run and figures give the same document for ever."""
    head = frozen.letterhead
    return Document(
        head=Letterhead(
            superior=two_lines(head.superior.upper()),
            issuer=head.issuer.upper(),
            number=nfc(_("Số:          /BC-%(symbol)s") % {"symbol": head.symbol}),
            place=head.place,
        ),
        place_and_date=f"{head.place}, {long_date(run.requested_at.astimezone(VIETNAM).date())}",
        kind=_("BÁO CÁO"),
        subject=tuple(_subject(run, head.subject)),
        addressee=_("Kính gửi: %(to)s.") % {"to": head.addressee},
        legal_bases=tuple(_bases(head.legal_bases)),
        blocks=tuple(_body(run, frozen)),
        recipients=tuple(_recipients(head.recipients)),
        signs=(Sign((head.signer,)),),
        appendix=_definitions(frozen),
        foot=_("Mã báo cáo: %(code)s. Số liệu đến %(when)s.") % {"code": run.code, "when": moment(run.data_until)},
        code=run.code,
        made_at=run.requested_at,
    )


def _subject(run: ReportRun, subject: str) -> Iterator[str]:
    yield _("%(subject)s %(period)s") % {"subject": subject, "period": period_name(run)}
    if run.preliminary:
        yield _("(Số liệu tạm tính đến %(when)s)") % {"when": moment(run.data_until)}


def _bases(bases: tuple[str, ...]) -> Iterator[str]:
    for place, basis in enumerate(bases, start=1):
        yield _("Căn cứ %(basis)s%(end)s") % {"basis": basis, "end": "." if place == len(bases) else ";"}


def _recipients(recipients: tuple[str, ...]) -> Iterator[str]:
    for place, one in enumerate(recipients, start=1):
        yield f"- {one}{'.' if place == len(recipients) else ';'}"


def _body(run: ReportRun, frozen: Frozen) -> Iterator[Block]:
    yield Paragraph(
        _(
            "%(issuer)s báo cáo %(to)s tình hình kết nối, chia sẻ dữ liệu và hoạt động của Nền tảng tích hợp, chia sẻ "
            "dữ liệu (LGSP) %(period)s, từ ngày %(start)s đến hết ngày %(end)s, như sau:"
        )
        % {
            "issuer": frozen.letterhead.issuer,
            "to": frozen.letterhead.addressee,
            "period": period_name(run),
            "start": short_date(run.period_start),
            "end": short_date(run.period_end),
        }
    )
    if run.preliminary:
        yield Paragraph(
            _("Kỳ báo cáo chưa kết thúc. Số liệu dưới đây là số liệu tạm tính đến %(when)s.")
            % {"when": moment(run.data_until)},
            strong=True,
        )
    for numeral, section in zip(ROMAN, frozen.sections, strict=False):
        yield from _section(numeral, section)
    yield Paragraph(_("Trên đây là báo cáo của %(issuer)s./.") % {"issuer": frozen.letterhead.issuer}, with_next=True)


def _section(numeral: str, section: Section) -> Iterator[Block]:
    yield Heading(f"{numeral}. {section.title}")
    yield Paragraph(section.summary)
    if section.figures:
        yield _figures(section.figures)
    for table in section.tables:
        if table.rows:
            yield _grid(table)
        else:
            yield Paragraph(_("%(title)s: %(empty)s") % {"title": table.title, "empty": table.empty})


def _figures(figures: tuple[Figure, ...]) -> Grid:
    return Grid(
        heads=(_("STT"), _("Chỉ tiêu"), _("Số liệu")),
        rows=tuple(
            (str(place), figure.label, measured(figure.value, figure.unit))
            for place, figure in enumerate(figures, start=1)
        ),
        numeric=(False, False, True),
        widths=(8, 67, 25),
    )


def _grid(table: Table) -> Grid:
    words = [column.unit is None for column in table.columns]
    numbers = 13 if words.count(False) < 4 else 9
    # The first column names the thing and is half as wide again as the other words.
    word = (92 - numbers * words.count(False)) * 2 // (2 * words.count(True) + 1)
    return Grid(
        title=table.title,
        heads=(_("STT"), *(column.label for column in table.columns)),
        rows=tuple(
            (str(place), *(cell_text(*pair) for pair in zip(row, table.columns, strict=True)))
            for place, row in enumerate(table.rows, start=1)
        ),
        numeric=(False, *(not word for word in words)),
        widths=(8, word * 3 // 2, *(word if is_text else numbers for is_text in words[1:])),
    )


def cell_text(value: Cell, column: Column) -> str:
    """Return what stands in a cell: numbers with their unit, text as it is."""
    if column.unit is None:
        return str(value or "–")
    return measured(value if isinstance(value, int | float) else None, column.unit)


def _definitions(frozen: Frozen) -> Appendix:
    rows = [(figure.label, figure.definition) for section in frozen.sections for figure in section.figures]
    rows += [(table.title, table.definition) for section in frozen.sections for table in section.tables]
    grid = Grid(
        heads=(_("STT"), _("Chỉ tiêu"), _("Cách tính")),
        rows=tuple((str(place), *row) for place, row in enumerate(rows, start=1)),
        numeric=(False, False, False),
        widths=(8, 34, 58),
    )
    return Appendix(_("Phụ lục") + "\n" + _("CÁCH TÍNH SỐ LIỆU"), (grid,))
