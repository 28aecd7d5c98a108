"""A periodic report as a workbook (xlsx): a sheet a section and appendix, numbers to reckon with, native charts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO

from django.utils.translation import gettext as _

from core.documents.archive import steady, without_saving_moment
from core.documents.qr import qr_png
from core.sheets import XLSX
from core.text import printable
from reports.choices import Unit
from reports.content.figures import Cell, Column, Figure, Frozen, Section, Table
from reports.documents.outline import (
    OPENING,
    Annex,
    annexes,
    check_address,
    closing_parts,
    has_comparisons,
    roman,
    words_of,
)
from reports.documents.periodic import definitions
from reports.documents.sheet_charts import add_chart
from reports.documents.sheet_pictures import put_picture
from reports.documents.sheets import (
    DIFFERENCE,
    POINTS,
    SHARE,
    Book,
    Page,
    Value,
    measure_cell,
    no_cell,
    place_cell,
    text_cell,
)
from reports.documents.wording import paragraphs
from reports.models import ReportRun
from reports.selectors.runs import period_name
from reports.wording import NO_DATA

CONTENT_TYPE = XLSX
_PROPERTY = 255
# 28 mm: what a telephone reads off a screen or a sheet of paper.
_QR_PIXELS = 106
_PLACE, _NAME, _WORDS, _NUMBER, _LONG_WORDS = 7.0, 44.0, 22.0, 17.0, 70.0
_Filled = tuple[Value, str, str]


@dataclass(frozen=True, slots=True)
class _Told:
    """What every sheet is made from: figures and words, the tables behind the text, the foot of each page."""

    frozen: Frozen
    narrative: Mapping[str, str]
    behind: tuple[Annex, ...]
    foot: str


def render(run: ReportRun, frozen: Frozen, narrative: Mapping[str, str]) -> bytes:
    """Return the workbook of *run*: the same run, figures and words give the same bytes."""
    foot = _("Mã báo cáo: %(code)s. Kiểm tra: %(address)s") % _named(run)
    book, told = Book(), _Told(frozen, narrative, annexes(frozen), foot)
    info = book.sheet(_("Thông tin báo cáo"), widths=(30, 90), foot=foot)
    for place, section in enumerate(frozen.sections, start=1):
        _section(book, f"{roman(place)}. {section.title}", section, told)
    for annex in told.behind:
        _annex(book, annex, foot)
    _definitions(book, frozen, foot)
    _info(info, run, told, book.names[1:])
    return _saved(book, run, frozen)


def _named(run: ReportRun) -> dict[str, str]:
    return {"code": run.code, "address": check_address(run.code)}


def _info(page: Page, run: ReportRun, told: _Told, sheets: Sequence[str]) -> None:
    head = told.frozen.letterhead
    page.title(f"{head.subject} {period_name(run)}")
    facts: list[tuple[str, Value]] = [
        (_("Cơ quan báo cáo"), head.issuer),
        (_("Nơi nhận báo cáo"), head.addressee),
        (_("Từ ngày"), run.period_start),
        (_("Đến hết ngày"), run.period_end),
        (_("Số liệu đến"), run.data_until),
        (_("Tính chất số liệu"), _("Số liệu tạm tính") if run.preliminary else _("Số liệu đã chốt")),
        (_("Mã báo cáo"), run.code),
        *((_("Căn cứ"), basis) for basis in head.legal_bases),
    ]
    for term, value in facts:
        page.row([(term, "term", "@"), (value, "plain", "General")])
    page.row([(_("Kiểm tra báo cáo tại"), "term", "@"), (check_address(run.code), "plain", "@")])
    page.sheet.cell(row=page.at - 1, column=2).hyperlink = check_address(run.code)
    page.row([(_("Mã QR kiểm tra báo cáo"), "term", "@")])
    shown = _("Mã QR: %(address)s") % {"address": check_address(run.code)}
    put_picture(page, 2, qr_png(check_address(run.code)), side=_QR_PIXELS, words=shown)
    for part in paragraphs(told.narrative.get(OPENING, "")):
        page.wide(part)
    for title, words in closing_parts(told.frozen, told.narrative):
        page.wide(title, kind="term")
        for part in words:
            page.wide(part)
    page.at += 1
    page.wide(_("Các trang tính"), kind="term")
    for place, name in enumerate(sheets, start=1):
        page.row([(place, "plain", "0"), (name, "plain", "@")])
        # Inside the quotes of a reference an apostrophe would end it; names of sheets have none.
        page.sheet.cell(row=page.at - 1, column=2).hyperlink = f"#'{name}'!A1"


def _section(book: Book, title: str, section: Section, told: _Told) -> None:
    moved = [annex for annex in told.behind if annex.section is section]
    tables = [table for table in section.tables if not any(annex.table is table for annex in moved)]
    columns = _columns(section, tables)
    widths = (_PLACE, _NAME, *([_NUMBER] * (columns - 2)))
    page = book.sheet(title, widths=widths, foot=told.foot, landscape=columns > 5)
    page.title(title)
    heads = [_figures(page, section.figures, compare=has_comparisons(told.frozen))] if section.figures else []
    heads += [_table(page, table) for table in tables]
    if len(heads) == 1 and heads[0]:
        page.freeze(heads[0], repeated=not section.charts)
    for annex in moved:
        page.wide(_("%(title)s: trang tính «%(sheet)s».") % {"title": annex.table.title, "sheet": annex.sheet})
    for chart in section.charts:
        if not chart.empty:
            page.at += 1
            add_chart(page, chart)
    page.at += 1
    for part in words_of(section, told.narrative):
        page.wide(part)


def _columns(section: Section, tables: Sequence[Table]) -> int:
    """Return how many columns the sheet of *section* needs."""
    widths = [7 if section.figures else 3, *(len(table.columns) + 1 for table in tables)]
    return max([*widths, *(len(chart.series) + 2 for chart in section.charts)])


def _figures(page: Page, figures: Sequence[Figure], *, compare: bool) -> int:
    earlier = [_("Kỳ trước"), _("Tăng/giảm"), _("Tăng/giảm (%)"), _("Cùng kỳ năm trước")] if compare else []
    head = page.heads([_("STT"), _("Chỉ tiêu"), _("Kỳ này"), *earlier])
    for place, figure in enumerate(figures, start=1):
        cells = [place_cell(place), text_cell(figure.label), measure_cell(figure.value, figure.unit)]
        page.row([*cells, *(_compared(figure) if compare else ())])
    return head


def _compared(figure: Figure) -> Iterator[_Filled]:
    yield measure_cell(figure.previous, figure.unit, missing=NO_DATA)
    if figure.value is None or figure.previous is None:
        yield from (no_cell(), no_cell())
    else:
        apart = round(figure.value - figure.previous, 4)
        yield apart, "number", POINTS if figure.unit == Unit.PERCENT else DIFFERENCE
        share = figure.unit != Unit.PERCENT and figure.previous
        yield (round(apart / figure.previous, 6), "number", SHARE) if share else no_cell()
    yield measure_cell(figure.last_year, figure.unit, missing=NO_DATA)


def _table(page: Page, table: Table) -> int:
    """Write *table*; return the row of its heads, 0 where it has no rows."""
    page.at += 1 if page.at > 2 else 0
    page.wide(table.title, kind="term")
    if not table.rows:
        page.wide(table.empty)
        return 0
    head = page.heads([_("STT"), *(column.label for column in table.columns)])
    for place, row in enumerate(table.rows, start=1):
        page.row([place_cell(place), *(_cell(*pair) for pair in zip(row, table.columns, strict=True))])
    if table.note:
        page.wide(table.note)
    return head


def _cell(value: Cell, column: Column) -> _Filled:
    if column.unit is None:
        return text_cell(str(value or "–"))
    return measure_cell(value if isinstance(value, int | float) else None, column.unit)


def _annex(book: Book, annex: Annex, foot: str) -> None:
    table = annex.table
    words = [_NAME if not place else _WORDS for place in range(len(table.columns))]
    widths = [_NUMBER if column.unit else word for column, word in zip(table.columns, words, strict=True)]
    page = book.sheet(annex.sheet, widths=(_PLACE, *widths), foot=foot, landscape=annex.landscape)
    page.title(annex.sheet)
    head = page.heads([_("STT"), *(column.label for column in table.columns)])
    for place, row in enumerate(table.rows, start=1):
        page.row([place_cell(place), *(_cell(*pair) for pair in zip(row, table.columns, strict=True))])
    page.sheet.auto_filter.ref = f"A{head}:{page.sheet.cell(row=page.at - 1, column=len(widths) + 1).coordinate}"
    page.freeze(head)
    if table.note:
        page.wide(table.note)


def _definitions(book: Book, frozen: Frozen, foot: str) -> None:
    page = book.sheet(_("Cách tính số liệu"), widths=(_PLACE, _NAME, _LONG_WORDS), foot=foot)
    page.title(_("Cách tính số liệu"))
    head = page.heads([_("STT"), _("Chỉ tiêu"), _("Cách tính")])
    for place, (name, told) in enumerate(definitions(frozen), start=1):
        page.row([place_cell(place), text_cell(name), text_cell(told)])
    page.freeze(head)


def _saved(book: Book, run: ReportRun, frozen: Frozen) -> bytes:
    file, at = book.finished(), run.requested_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = file.properties
    properties.title = printable(f"{frozen.letterhead.subject} {period_name(run)}")[:_PROPERTY]
    properties.subject, properties.language = run.code, "vi-VN"
    properties.creator = properties.lastModifiedBy = printable(frozen.letterhead.issuer)[:_PROPERTY]
    properties.created = properties.modified = at
    raw = BytesIO()
    file.save(raw)
    return steady(raw, without_saving_moment)
