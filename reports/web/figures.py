"""Frozen figures as a page shows them: each number with its definition, what it was before, and its list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.actor import Actor
from core.clock import VIETNAM
from core.documents.wording import number
from reports.content.figures import Cell, Column, Figure, Section, Table, thaw
from reports.documents.periodic import cell_text
from reports.models import ReportRun
from reports.web.rows import Span, url_of
from reports.wording import change, compared, measured

#: Rows of one table on a page, a row for every body of a province among them; all rows are in the workbook.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure ready to be shown; a *change* is "" where one of the two has no data.

    *url*: the list of the rows it counts, else the table of their sums on the same page; "" where there is neither.
    """

    label: str
    text: str
    definition: str
    url: str
    previous: str = ""
    previous_change: str = ""
    last_year: str = ""
    last_year_change: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """One table ready to be shown; *rows* are the cells of each, written out: templates take ten times as long.

    Of *total* rows the first ``SHOWN`` are in *rows*; *more* says that there are others.
    """

    title: str
    heads: list[tuple[str, bool]]
    rows: list[SafeString]
    total: str
    more: bool
    empty: str
    definition: str
    url: str
    place: str
    note: str = ""


def sections_for(run: ReportRun, actor: Actor) -> list[dict[str, Any]]:
    """Return the parts of *run* for a reader, with links to the lists this reader may open."""
    if not run.figures:
        return []
    period, moment = run.period, run.data_until
    last = (moment - timedelta(microseconds=1)).astimezone(VIETNAM).date()
    span = Span(since=period.since, until=moment, first=period.start, last=min(last, period.end))
    return [_section(section, span, actor) for section in thaw(run.figures).sections]


def _section(section: Section, span: Span, actor: Actor) -> dict[str, Any]:
    # Who may not open the list of the things themselves is led to their sums in this report.
    sums = next((f"#{_place(table)}" for table in section.tables if table.rows), "")
    return {
        "code": section.code,
        "title": section.title,
        "summary": section.summary,
        "figures": [_figure(item, url_of(item.code, span, actor) or sums) for item in section.figures],
        "tables": [_table(table, url_of(table.code, span, actor)) for table in section.tables],
        "charts": section.charts,
    }


def _figure(item: Figure, url: str) -> FigureView:
    return FigureView(
        label=item.label,
        text=measured(item.value, item.unit),
        definition=item.definition,
        url=url,
        previous=compared(item.previous, item.unit),
        previous_change=change(item.value, item.previous, item.unit),
        last_year=compared(item.last_year, item.unit),
        last_year_change=change(item.value, item.last_year, item.unit),
    )


def _table(table: Table, url: str) -> TableView:
    return TableView(
        title=table.title,
        heads=[(column.label, column.unit is not None) for column in table.columns],
        rows=[_cells(row, table.columns) for row in table.rows[:SHOWN]],
        total=number(len(table.rows)),
        more=len(table.rows) > SHOWN,
        empty=table.empty,
        definition=table.definition,
        url=url,
        place=_place(table),
        note=table.note,
    )


def _cells(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> SafeString:
    """Return the cells of a row; the first names it."""
    texts = [(column.label, cell_text(value, column)) for value, column in zip(row, columns, strict=True)]
    kinds = [mark_safe(' class="number"') if column.unit is not None else "" for column in columns]
    others = ((label, kind, text) for (label, text), kind in zip(texts[1:], kinds[1:], strict=True))
    return format_html(
        '<th scope="row" data-label="{}">{}</th>{}',
        *texts[0],
        format_html_join("", '<td data-label="{}"{}>{}</td>', others),
    )


def _place(table: Table) -> str:
    """Return the id of *table* on the page."""
    return f"rows-{table.code}"
