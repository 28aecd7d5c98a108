"""The second place: checkpoints go to another party, in order, each until it is taken. Sealing never waits for it."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import structlog

from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.outside import Outside
from audit.sealing.standing import Standing

log = structlog.get_logger(__name__)
MOST = 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
# Takes notes or raises OSError, in words that tell what is wrong.
Send = Callable[[Sequence[Sealed]], None]


def to_folder(folder: Path) -> Send:
    """Return the way into a folder that another party holds."""

    def send(notes: Sequence[Sealed]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        Outside(folder).append(notes)

    return send


class Witness:
    """Hands notes over in a thread of its own. Without a way to send it is not there."""

    def __init__(self, send: Send | None = None) -> None:
        self._send = send
        self._thread: threading.Thread | None = None
        self._taken: Sealed | None = None
        self._fault = ""
        self._pause, self._not_before = FIRST_PAUSE_SECONDS, 0.0

    def tell(self, connection: psycopg.Connection[Any], standing: Standing) -> None:
        """Note how far the other party is, and hand over what is next; returns at once."""
        if self._send is None or (self._thread is not None and self._thread.is_alive()):
            return
        if self._taken is not None:
            standing.witness_number = self._taken.checkpoint.number
            standing.witness_at = self._taken.checkpoint.at
            self._taken = None
        if self._fault != standing.witness_fault:
            standing.witness_fault = self._fault
        if time.monotonic() < self._not_before or standing.witness_number >= standing.outside_number:
            return
        notes = store.checkpoints_after(connection, standing.witness_number, most=MOST)
        notes = [one for one in notes if one.checkpoint.number <= standing.outside_number]
        if notes:
            self._thread = threading.Thread(target=self._hand_over, args=(self._send, notes), daemon=True)
            self._thread.start()

    def _hand_over(self, send: Send, notes: Sequence[Sealed]) -> None:
        try:
            send(notes)
        except OSError as error:
            self._fault = str(error.strerror or error)[:200]
            self._not_before = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("sealing.witness_out_of_reach", error=self._fault)
        else:
            self._taken, self._fault, self._pause = notes[-1], "", FIRST_PAUSE_SECONDS
