"""The second place: what lies outside goes to another party, in order, each until it is taken. Sealing never waits
for it.

Two things go there, each at its own pace: checkpoints, and the book of revocations. A folder gets both as the
sealer's own folder holds them. An address gets them by POST and tells them apart by their first line; of the book it
gets everything again when the sealer begins anew, and a note that came twice counts once.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import structlog

from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.notes import split_notes
from audit.sealing.outside import Outside
from audit.sealing.standing import Standing, why

log = structlog.get_logger(__name__)
MOST = 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
# Takes notes or raises OSError, in words that tell what is wrong.
Send = Callable[[Sequence[Sealed]], None]
# Takes the whole book and how many notes of it were taken before; as above.
SendBook = Callable[[Sequence[str], int], None]


def to_folder(folder: Path) -> Send:
    """Return the way into a folder that another party holds."""

    def send(notes: Sequence[Sealed]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        Outside(folder).append(notes)

    return send


def book_to_folder(folder: Path, name: str) -> SendBook:
    """Return the way of the book into a folder that another party holds, as file *name*.

    What is there is never touched: where it does not begin as the book does, somebody changed or cut one of the two.
    """

    def send(notes: Sequence[str], _taken: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        there = _notes(folder / name)
        if there != list(notes[: len(there)]):
            raise OSError(f"{name} ở bên giữ khác bản ở đây")
        for note in notes[len(there) :]:
            Outside(folder).append_text(name, note)

    return send


def _notes(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="\n") as lines:
        return list(split_notes(lines))


class Errand:
    """One thing at a time handed over in a thread of its own, after a growing pause where it was not taken."""

    def __init__(self) -> None:
        self.fault = ""
        self._thread: threading.Thread | None = None
        self._taken = False
        self._pause, self._not_before = FIRST_PAUSE_SECONDS, 0.0

    @property
    def busy(self) -> bool:
        """True while something is on its way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def may_go(self) -> bool:
        """True when nothing is on its way and no pause is kept."""
        return not self.busy and time.monotonic() >= self._not_before

    def taken(self) -> bool:
        """Say, once, whether what was handed over was taken."""
        found, self._taken = self._taken, False
        return found

    def go(self, send: Callable[[], None]) -> None:
        """Hand over; returns at once."""
        self._thread = threading.Thread(target=self._run, args=(send,), daemon=True)
        self._thread.start()

    def _run(self, send: Callable[[], None]) -> None:
        try:
            send()
        except OSError as error:
            self.fault = why(error)
            self._not_before = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("sealing.witness_out_of_reach", error=self.fault)
        else:
            self._taken, self.fault, self._pause = True, "", FIRST_PAUSE_SECONDS


class Witness:
    """Hands over checkpoints and the book. Without a way to send it is not there."""

    def __init__(self, send: Send | None = None, send_book: SendBook | None = None) -> None:
        self._send, self._send_book = send, send_book
        self.checkpoints, self.book = Errand(), Errand()
        self._on_way: Sealed | None = None
        self._book_on_way = self._book_taken = 0

    def tell(self, connection: psycopg.Connection[Any], standing: Standing, book: Sequence[str] = ()) -> None:
        """Note how far the other party is, and hand over what is next; returns at once."""
        self._tell_checkpoints(connection, standing)
        self._tell_book(book)
        standing.witness_fault = "; ".join(filter(None, (self.checkpoints.fault, self.book.fault)))

    def _tell_checkpoints(self, connection: psycopg.Connection[Any], standing: Standing) -> None:
        if self._send is None or self.checkpoints.busy:
            return
        if self.checkpoints.taken() and self._on_way is not None:
            standing.witness_number = self._on_way.checkpoint.number
            standing.witness_at = self._on_way.checkpoint.at
        if not self.checkpoints.may_go or standing.witness_number >= standing.outside_number:
            return
        notes = store.checkpoints_after(connection, standing.witness_number, most=MOST)
        notes = [one for one in notes if one.checkpoint.number <= standing.outside_number]
        if notes:
            send, self._on_way = self._send, notes[-1]
            self.checkpoints.go(lambda: send(notes))

    def _tell_book(self, book: Sequence[str]) -> None:
        if self._send_book is None or self.book.busy:
            return
        if self.book.taken():
            self._book_taken = self._book_on_way
        if self.book.may_go and self._book_taken < len(book):
            send, notes, taken = self._send_book, tuple(book), self._book_taken
            self._book_on_way = len(notes)
            self.book.go(lambda: send(notes, taken))
