"""Frozen figures as a page shows them: each number with its definition, what it was before, and its list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.actor import Actor
from core.clock import VIETNAM
from reports.content.figures import Figure, Section, Table, thaw
from reports.documents.periodic import cell_text
from reports.models import ReportRun
from reports.web.rows import Span, url_of
from reports.wording import change, compared, measured


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
    """One table ready to be shown; a cell is its head, its text, and whether it is a number."""

    title: str
    heads: list[tuple[str, bool]]
    rows: list[list[tuple[str, str, bool]]]
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
        rows=[
            [
                (column.label, cell_text(value, column), column.unit is not None)
                for value, column in zip(row, table.columns, strict=True)
            ]
            for row in table.rows
        ],
        empty=table.empty,
        definition=table.definition,
        url=url,
        place=_place(table),
        note=table.note,
    )


def _place(table: Table) -> str:
    """Return the id of *table* on the page."""
    return f"rows-{table.code}"
