"""Revocations outside the database: what was revoked since a backup must not come back to life with it.

Beside the checkpoints lies ``revocations.txt``, a signed note for each fact of a revoking deed, written by the sealer
within a second of the deed's commit. Each note names the hash of the one before; a restore applies them again.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from audit.sealing.notes import BadNote, Signer, Verifiers, open_note, signature_line, split_notes
from audit.sealing.outside import Outside

NAME = "revocations.txt"
_HEAD = "lgsp-revocation 1"
# A deed's fact becomes visible when its transaction commits, which the database ends after far less than this.
_LOOK_BACK = "interval '15 minutes'"
_COLUMNS = "id, at, deed, subject_type, subject_id, subject_name, actor_id, agency_id, agency_name, after, reason"
_FACTS = f"select {_COLUMNS} from audit_fact where deed = any(%s)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Revocation:
    """One fact of a revoking deed. Ids are of the life of the database it was written in; ``at`` tells lives apart."""

    fact: int
    at: datetime
    deed: str
    subject_type: str
    subject_id: str
    subject_name: str
    actor_id: int | None
    agency_id: int | None
    agency_name: str
    after: dict[str, Any]
    reason: str

    @property
    def text(self) -> str:
        """What is signed, but for the link to the note before."""
        names = [name for name in self.__slots__ if name != "at"]
        told = {"at": self.at.isoformat(), **{name: getattr(self, name) for name in names}}
        return f"{_HEAD}\n{json.dumps(told, ensure_ascii=False, sort_keys=True)}\n"

    @classmethod
    def parse(cls, text: str) -> "Revocation":
        """Read what :attr:`text` wrote. Raises BadNote."""
        head, _, line = text.partition("\n")
        try:
            told = json.loads(line)
            found = cls(**{**told, "at": datetime.fromisoformat(told["at"])})
        except (ValueError, TypeError, KeyError) as error:
            raise BadNote("not a revocation") from error
        if head != _HEAD:
            raise BadNote("not a revocation")
        return found


def read(place: Path, known: Verifiers) -> Iterator[Revocation]:
    """Give the revocations in the folder *place*, or beside the file of checkpoints *place*, oldest first.

    One that is there twice counts once: the second place may get it so. Raises BadNote where one was changed, taken
    out or signed by none of the *known* keys; OSError.
    """
    path = place / NAME if place.is_dir() else place.with_name(NAME)
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="\n") as lines:
        yield from (one for one, _note in _opened(lines, known))


def _opened(lines: Iterable[str], known: Verifiers) -> Iterator[tuple[Revocation, str]]:
    prev, seen = b"", set()
    for note in split_notes(lines):
        text, _signer, _signature = open_note(note, known)
        digest = sha256(text.encode()).digest()
        if digest in seen:
            continue
        body, _, link = text.rpartition("prev ")
        if b64decode(link) != prev:
            raise BadNote("a revocation is missing or out of order")
        prev = digest
        seen.add(digest)
        yield Revocation.parse(body), note


@dataclass(slots=True)
class Journal:
    """The sealer's side: appends what is new. ``deeds`` are the names of revoking deeds; none: nothing is written.

    ``notes`` is the whole book as it is on the disk, for the second place.
    """

    outside: Outside
    signer: Signer
    known: Verifiers
    deeds: Sequence[str] = ()
    notes: list[str] = field(default_factory=list)
    _written: set[tuple[int, datetime]] = field(default_factory=set)
    _prev: bytes = b""
    _whole: bool = False

    def begin(self) -> None:
        """Read what is there. Raises BadNote, OSError."""
        self._written, self._prev, self._whole, self.notes = set(), b"", False, []
        path = self.outside.folder / NAME
        if not path.exists():
            return
        with path.open(encoding="utf-8", newline="\n") as lines:
            for one, note in _opened(lines, self.known):
                self._written.add((one.fact, one.at))
                self._prev = self._digest(one)
                self.notes.append(note)

    def tell(self, connection: psycopg.Connection[Any]) -> None:
        """Append what was revoked and is not there yet: of all time at first, then of the last minutes.

        Raises psycopg.Error, OSError; what was not written is tried again.
        """
        if not self.deeds:
            return
        query = _FACTS if not self._whole else f"{_FACTS} and at > clock_timestamp() - {_LOOK_BACK}"
        found = [Revocation(*row) for row in connection.execute(f"{query} order by id", (list(self.deeds),))]
        for one in found:
            if (one.fact, one.at) in self._written:
                continue
            text = self._linked(one)
            note = f"{text}\n{signature_line(self.signer.verifier.name, self.signer.sign(text))}"
            self.outside.append_text(NAME, note)
            self._prev = sha256(text.encode()).digest()
            self._written.add((one.fact, one.at))
            self.notes.append(note)
        self._whole = True

    def _linked(self, one: Revocation) -> str:
        return f"{one.text}prev {b64encode(self._prev).decode()}\n"

    def _digest(self, one: Revocation) -> bytes:
        return sha256(self._linked(one).encode()).digest()
