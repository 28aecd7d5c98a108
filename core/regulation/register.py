"""The two regulations read from YAML, checked once and held frozen.

An id carries its own place: ``QC10.4`` is khoản 4 Điều 10 of the 2026 draft, ``Q50-12.2c`` điểm c khoản 2 Điều 12 of
the regulation issued with Decision 50/2024. Article, khoản, điểm and parent are read from the id, never typed again.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
FILES = ("qc.yaml", "q50.yaml")
_PLACE = re.compile(r"(?P<article>[1-9]\d?)(?:\.(?P<clause>[1-9]\d?)(?P<point>[a-zđ])?)?")
_CLAUSE_FIELDS = {"id", "title", "counterparts", "note"}


class RegulationError(ValueError):
    """The regulation files contradict themselves; the message names the file or the id at fault."""


class RegulationCode(StrEnum):
    """Which regulation a clause belongs to."""

    QC = "qc"
    Q50 = "q50"


class RegulationStatus(StrEnum):
    """How far the text itself has come. When each one applies is data of the calendar, not of this file."""

    DRAFT = "draft"
    IN_FORCE = "in_force"


@dataclass(frozen=True, slots=True)
class Regulation:
    """One regulation. ``None`` in number or a date means not known or not given yet, never a guess."""

    code: RegulationCode
    prefix: str
    name: str
    number: str | None
    status: RegulationStatus
    drafted_on: date | None
    signed_on: date | None
    in_force_from: date | None
    cited_as: str
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One article, khoản or điểm with our own short Vietnamese wording.

    ``is_heading`` is true when the substance lies in the clauses below it. ``counterparts`` name the clauses of the
    other regulation on the same matter, in both directions.
    """

    id: str
    regulation: RegulationCode
    article: int
    clause: int | None
    point: str | None
    title: str
    parent: str | None
    is_heading: bool
    counterparts: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Register:
    """Both regulations; clauses in the order of the texts."""

    regulations: dict[RegulationCode, Regulation]
    clauses: dict[str, Clause]


def read_register(paths: Iterable[Path] | None = None) -> Register:
    """Read and check the files. Raises :class:`RegulationError` on any contradiction."""
    regulations: dict[RegulationCode, Regulation] = {}
    rows: dict[str, tuple[Regulation, Mapping[str, Any]]] = {}
    for path in paths or [FOLDER / name for name in FILES]:
        document = _read(path)
        regulation = _regulation(document["regulation"], path)
        if regulation.code in regulations:
            raise RegulationError(f"{path.name}: regulation {regulation.code} is given twice")
        regulations[regulation.code] = regulation
        for row in document["clauses"]:
            if row["id"] in rows:
                raise RegulationError(f"{row['id']}: given twice")
            rows[row["id"]] = (regulation, row)
    parents = {clause_id: _parent(clause_id, regulation) for clause_id, (regulation, _row) in rows.items()}
    _require_known(parents, rows)
    mirrored = _mirror(rows)
    headings = set(parents.values())
    clauses = {
        clause_id: _clause(row, regulation, parents[clause_id], clause_id in headings, mirrored[clause_id])
        for clause_id, (regulation, row) in rows.items()
    }
    return Register(regulations, clauses)


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    if not unicodedata.is_normalized("NFC", text):
        raise RegulationError(f"{path.name}: text is not in Unicode form NFC")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def _regulation(fields: Mapping[str, Any], path: Path) -> Regulation:
    try:
        return Regulation(
            **{**fields, "code": RegulationCode(fields["code"]), "status": RegulationStatus(fields["status"])}
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RegulationError(f"{path.name}: the head of the file does not describe a regulation: {error}") from error


def _place(clause_id: str, regulation: Regulation) -> re.Match[str]:
    prefix, rest = clause_id[: len(regulation.prefix)], clause_id[len(regulation.prefix) :]
    place = _PLACE.fullmatch(rest)
    if prefix != regulation.prefix or place is None:
        raise RegulationError(f"{clause_id}: not an id of {regulation.code} such as {regulation.prefix}10.4")
    return place


def _parent(clause_id: str, regulation: Regulation) -> str | None:
    place = _place(clause_id, regulation)
    if place["point"]:
        return f"{regulation.prefix}{place['article']}.{place['clause']}"
    return f"{regulation.prefix}{place['article']}" if place["clause"] else None


def _require_known(parents: Mapping[str, str | None], rows: Mapping[str, object]) -> None:
    seen: set[str] = set()
    for clause_id, parent in parents.items():
        if parent is not None and parent not in seen:
            fault = "stands below it" if parent in rows else "does not exist"
            raise RegulationError(f"{clause_id}: its parent {parent} {fault}")
        seen.add(clause_id)


def _mirror(rows: Mapping[str, tuple[Regulation, Mapping[str, Any]]]) -> dict[str, tuple[str, ...]]:
    """Counterparts in both directions, each pair written once and ordered as the texts are."""
    found: dict[str, set[str]] = {clause_id: set() for clause_id in rows}
    for clause_id, (regulation, row) in rows.items():
        for other in row.get("counterparts", ()):
            if other not in rows:
                raise RegulationError(f"{clause_id}: its counterpart {other} does not exist")
            if rows[other][0].code == regulation.code:
                raise RegulationError(f"{clause_id}: its counterpart {other} is in the same regulation")
            if other in found[clause_id]:
                raise RegulationError(f"{clause_id}: the pair with {other} is written twice")
            found[clause_id].add(other)
            found[other].add(clause_id)
    return {clause_id: tuple(other for other in rows if other in others) for clause_id, others in found.items()}


def _clause(
    row: Mapping[str, Any], regulation: Regulation, parent: str | None, is_heading: bool, counterparts: tuple[str, ...]
) -> Clause:
    if unknown := set(row) - _CLAUSE_FIELDS:
        raise RegulationError(f"{row['id']}: unknown fields {sorted(unknown)}")
    if not isinstance(title := row.get("title"), str) or not title.strip():
        raise RegulationError(f"{row['id']}: has no wording")
    place = _place(row["id"], regulation)
    return Clause(
        id=row["id"],
        regulation=regulation.code,
        article=int(place["article"]),
        clause=int(place["clause"]) if place["clause"] else None,
        point=place["point"],
        title=title,
        parent=parent,
        is_heading=is_heading,
        counterparts=counterparts,
        note=row.get("note", ""),
    )
