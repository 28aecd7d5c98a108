"""Frozen figures as a page shows them: each number with its definition and, where there is one, its list."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from core.actor import Actor
from reports.content.figures import Section, thaw
from reports.documents.periodic import cell_text
from reports.models import ReportRun
from reports.wording import measured

# Figure -> name of the page that lists its rows, query, who may open it ("" is everybody).
_PAGES = {
    "connections_live": ("admin:connections_connection_changelist", "", "request.view_all"),
    "systems_registered": ("systems", "", "system.view_all"),
    "services_published": ("catalogue", "", ""),
    "grants_in_force": ("admin:connections_grant_changelist", "", "request.view_all"),
    "dossiers_submitted": ("admin:connections_connectionrequest_changelist", "", "request.view_all"),
    "dossiers_open": ("admin:connections_connectionrequest_changelist", "", "request.view_all"),
    "unconnected": ("agencies", "", ""),
}


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure ready to be shown."""

    label: str
    text: str
    definition: str
    url: str


@dataclass(frozen=True, slots=True)
class TableView:
    """One table ready to be shown; a cell is its head, its text, and whether it is a number."""

    title: str
    heads: list[tuple[str, bool]]
    rows: list[list[tuple[str, str, bool]]]
    empty: str
    definition: str
    url: str


def sections_for(run: ReportRun, actor: Actor) -> list[dict[str, Any]]:
    """Return the parts of *run* for a reader, with links to the lists this reader may open."""
    if not run.figures:
        return []
    return [_section(section, actor) for section in thaw(run.figures).sections]


def _section(section: Section, actor: Actor) -> dict[str, Any]:
    return {
        "code": section.code,
        "title": section.title,
        "summary": section.summary,
        "figures": [
            FigureView(item.label, measured(item.value, item.unit), item.definition, _url(item.code, actor))
            for item in section.figures
        ],
        "tables": [
            TableView(
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
                url=_url(table.code, actor),
            )
            for table in section.tables
        ],
    }


def _url(code: str, actor: Actor) -> str:
    name, query, permission = _PAGES.get(code, ("", "", ""))
    if not name or (permission and not actor.may(permission)):
        return ""
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""
