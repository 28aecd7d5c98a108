"""Figures with their words, as a report freezes them: readable without the code that made them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.charts import Chart, Series
from reports.choices import Unit

FORMAT = "lgsp-report-figures-2"
#: Formats that are read: the first had neither comparisons nor charts nor notes below tables.
READABLE = ("lgsp-report-figures-1", FORMAT)
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it is called, how it is reckoned, what it was in the two periods it is compared with.

    None is no number: nothing to reckon from (a share of nothing), or the platform did not run yet. Zero is a number.
    """

    code: str
    label: str
    value: float | None
    definition: str
    unit: Unit = Unit.COUNT
    previous: float | None = None
    last_year: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand right."""

    label: str
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below column heads; without rows *empty* is said instead. *note* stands below the rows.

    An *appendix* has a row for everybody and may be long: on paper it belongs behind the text.
    """

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    definition: str
    note: str = ""
    appendix: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a draft in words, figures, tables, charts."""

    code: str
    title: str
    summary: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes to whom, on which basis; frozen with the figures because offices and their names change."""

    superior: str
    issuer: str
    symbol: str
    place: str
    addressee: str
    subject: str
    legal_bases: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: str


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a report holds for ever."""

    letterhead: Letterhead
    sections: tuple[Section, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the form the database keeps."""
        parts = [_kept(part) for part in self.sections]
        return {"format": FORMAT, "letterhead": asdict(self.letterhead), "sections": parts}


def _kept(part: Section) -> dict[str, Any]:
    """Give a section as it is kept; rows go as they are, where ``asdict`` would copy each of their cells."""
    tables = [{**asdict(replace(one, rows=())), "rows": one.rows} for one in part.tables]
    return {**asdict(replace(part, tables=())), "tables": tables}


def thaw(kept: Mapping[str, Any]) -> Frozen:
    """Return what :meth:`Frozen.as_json` gave, of this format or an older one. Raises ValueError for another."""
    if kept.get("format") not in READABLE:
        raise ValueError(f"none of {READABLE}")
    head = kept["letterhead"]
    lines = {name: tuple(head[name]) for name in ("legal_bases", "recipients")}
    return Frozen(Letterhead(**{**head, **lines}), tuple(_section(part) for part in kept["sections"]))


def _section(part: Mapping[str, Any]) -> Section:
    return Section(
        code=part["code"],
        title=part["title"],
        summary=part["summary"],
        figures=tuple(Figure(**{**item, "unit": Unit(item["unit"])}) for item in part["figures"]),
        tables=tuple(map(_table, part["tables"])),
        charts=tuple(map(_chart, part.get("charts", ()))),
    )


def _table(part: Mapping[str, Any]) -> Table:
    columns = tuple(Column(item["label"], Unit(item["unit"]) if item["unit"] else None) for item in part["columns"])
    return Table(**{**part, "columns": columns, "rows": tuple(map(tuple, part["rows"]))})


def _chart(part: Mapping[str, Any]) -> Chart:
    series = tuple(Series(one["name"], tuple(one["values"])) for one in part["series"])
    return Chart(**{**part, "labels": tuple(part["labels"]), "series": series})
