"""A section of a report as blocks of a document: words, figures, charts with their numbers, tables."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from core.charts import Chart, table_twin
from core.documents.layout import Block, ChartBlock, Grid, Heading, Paragraph
from core.documents.pictures import chart_picture
from reports.content.figures import Cell, Column, Figure, Section, Table
from reports.documents.outline import Annex, has_twin, words_of
from reports.wording import change, compared, measured


def section_blocks(
    numeral: str, section: Section, narrative: Mapping[str, str], *, behind: Sequence[Annex], compare: bool
) -> Iterator[Block]:
    """Give *section* under its *numeral*; tables among *behind* are only named, *compare* adds earlier periods."""
    yield Heading(f"{numeral}. {section.title}")
    yield from map(Paragraph, words_of(section, narrative))
    if section.figures:
        yield _compared_figures(section.figures) if compare else _figures(section.figures)
    for chart in section.charts:
        yield from _chart(chart, section)
    moved = {id(annex.table): annex for annex in behind if annex.section is section}
    for table in section.tables:
        if id(table) in moved:
            said = {"title": table.title, "annex": moved[id(table)].name}
            yield Paragraph(_("%(title)s: chi tiết tại %(annex)s.") % said)
        else:
            yield from table_blocks(table)


def table_blocks(table: Table, *, titled: bool = True) -> Iterator[Block]:
    """Give *table* with what is said below it, or what is said where it has no rows."""
    if not table.rows:
        yield Paragraph(_("%(title)s: %(empty)s") % {"title": table.title, "empty": table.empty})
        return
    yield _grid(table, table.title if titled else "")
    if table.note:
        yield Paragraph(table.note, italic=True)


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


def _compared_figures(figures: tuple[Figure, ...]) -> Grid:
    return Grid(
        heads=(_("STT"), _("Chỉ tiêu"), _("Kỳ này"), _("Kỳ trước"), _("Tăng/giảm"), _("Cùng kỳ năm trước")),
        rows=tuple(
            (
                str(place),
                figure.label,
                measured(figure.value, figure.unit),
                compared(figure.previous, figure.unit),
                change(figure.value, figure.previous, figure.unit) or "–",
                compared(figure.last_year, figure.unit),
            )
            for place, figure in enumerate(figures, start=1)
        ),
        numeric=(False, False, True, True, True, True),
        widths=(8, 32, 15, 15, 15, 15),
    )


def _chart(chart: Chart, section: Section) -> Iterator[Block]:
    if chart.empty:
        yield Paragraph(_("%(title)s: chưa có số liệu.") % {"title": chart.title})
        return
    yield ChartBlock(chart, _("Biểu đồ. %(words)s") % {"words": chart_picture(chart).words})
    if not has_twin(chart, section):
        yield _twin(chart)


def _twin(chart: Chart) -> Grid:
    twin = table_twin(chart)
    share = 92 // (len(twin.heads) + 2)
    return Grid(
        title=_("Số liệu của biểu đồ «%(title)s»") % {"title": chart.title},
        heads=(_("STT"), _("Nội dung"), *twin.heads),
        rows=tuple(
            (str(place), label, *(value for _name, value in values))
            for place, (label, values) in enumerate(twin.rows, start=1)
        ),
        numeric=(False, False, *(True for _head in twin.heads)),
        widths=(8, 2 * share, *(share for _head in twin.heads)),
    )


def _grid(table: Table, title: str) -> Grid:
    words = [column.unit is None for column in table.columns]
    numbers = 13 if words.count(False) < 4 else 9
    # The first column names the thing and is half as wide again as the other words.
    word = max((92 - numbers * words.count(False)) * 2 // (2 * words.count(True) + 1), numbers)
    return Grid(
        title=title,
        heads=(_("STT"), *(column.label for column in table.columns)),
        rows=tuple(
            (str(place), *(cell_text(*pair) for pair in zip(row, table.columns, strict=True)))
            for place, row in enumerate(table.rows, start=1)
        ),
        numeric=(False, *(not word for word in words)),
        widths=(8, word * 3 // 2 if words[0] else numbers, *(word if is_text else numbers for is_text in words[1:])),
    )


def cell_text(value: Cell, column: Column) -> str:
    """Return what stands in a cell: numbers with their unit, text as it is."""
    if column.unit is None:
        return str(value or "–")
    return measured(value if isinstance(value, int | float) else None, column.unit)
