"""Checkpoints held outside against those of the database: each must be there, word for word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import BadNote, Verifiers, split_notes
from audit.sealing.outside import Outside

_CHUNK = 1000


@dataclass(slots=True)
class Compared:
    """What lies outside: how many notes, the last one, what does not fit; ``lost`` went with an accepted restore."""

    notes: int = 0
    last: Sealed | None = None
    lost: int = 0
    different: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def notes_at(place: Path) -> Iterator[str]:
    """Give the notes of a folder or of one file. Raises OSError."""
    if place.is_dir():
        yield from Outside(place).notes()
        return
    with place.open(encoding="utf-8", newline="\n") as lines:
        yield from split_notes(lines)


def compare(connection: psycopg.Connection[Any], place: Path, known: Verifiers, *, since: int = 0) -> Compared:
    """Compare the notes at *place* that are numbered after *since*. Raises OSError."""
    found = Compared()
    ends = lives(place)
    chunk: list[Sealed] = []
    for note in notes_at(place):
        try:
            sealed = Sealed.read(note, known)
        except (BadNote, ValueError) as error:
            found.unread.append(f"{note.splitlines()[0][:80] if note.splitlines() else ''}: {error}")
            continue
        found.notes, found.last = found.notes + 1, sealed
        if sealed.checkpoint.number <= since:
            continue
        if sealed.checkpoint.number >= ends.get(sealed.checkpoint.origin, 1 << 62):
            found.lost += 1
            continue
        chunk.append(sealed)
        if len(chunk) >= _CHUNK:
            _compare(connection, found, chunk)
            chunk = []
    _compare(connection, found, chunk)
    return found


def lives(place: Path) -> dict[str, int]:
    """Return, for each life of the log that an accepted restore ended, the number the next one began with."""
    ends: dict[str, int] = {}
    origin = ""
    for note in notes_at(place):
        lines = note.split("\n\n", 1)[0].splitlines()
        if lines and lines[0] != origin:
            number = next((line.partition(" ")[2] for line in lines if line.startswith("number ")), "")
            if origin and number.isdecimal() and any(line.startswith("after ") for line in lines):
                ends[origin] = int(number)
            origin = lines[0]
    return ends


def _compare(connection: psycopg.Connection[Any], found: Compared, chunk: Iterable[Sealed]) -> None:
    numbered = {sealed.checkpoint.number: sealed for sealed in chunk}
    if not numbered:
        return
    here = {
        sealed.checkpoint.number: sealed
        for sealed in store.checkpoints_after(connection, min(numbered) - 1, most=max(numbered) - min(numbered) + 1)
    }
    for number, sealed in numbered.items():
        if number not in here:
            found.missing.append(number)
        elif here[number].note != sealed.note:
            found.different.append(number)
