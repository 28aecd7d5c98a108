"""Figures with their words, as a report freezes them: readable without the code that made them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reports.choices import Unit

FORMAT = "lgsp-report-figures-1"
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it is called, how it is reckoned. None means there was nothing to reckon from."""

    code: str
    label: str
    value: float | None
    definition: str
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand right."""

    label: str
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below column heads; without rows *empty* is said instead."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str
    definition: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a sentence, figures, tables."""

    code: str
    title: str
    summary: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


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
        return {"format": FORMAT, **asdict(self)}


def thaw(kept: Mapping[str, Any]) -> Frozen:
    """Return what :meth:`Frozen.as_json` gave. Raises ValueError for another format."""
    if kept.get("format") != FORMAT:
        raise ValueError(f"not {FORMAT}")
    head = kept["letterhead"]
    lines = {name: tuple(head[name]) for name in ("legal_bases", "recipients")}
    return Frozen(Letterhead(**{**head, **lines}), tuple(_section(part) for part in kept["sections"]))


def _section(part: Mapping[str, Any]) -> Section:
    figures = tuple(Figure(**{**item, "unit": Unit(item["unit"])}) for item in part["figures"])
    return Section(part["code"], part["title"], part["summary"], figures, tuple(map(_table, part["tables"])))


def _table(part: Mapping[str, Any]) -> Table:
    columns = tuple(Column(item["label"], Unit(item["unit"]) if item["unit"] else None) for item in part["columns"])
    return Table(**{**part, "columns": columns, "rows": tuple(map(tuple, part["rows"]))})
