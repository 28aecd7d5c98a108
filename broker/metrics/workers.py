"""What workers of one port know of each other: each keeps its numbers in a file, whoever is asked answers for all.

The port is one, so a scrape reaches any worker. A worker that starts in the place of another goes on with its counts;
of one that was killed the last second is lost.
"""

import asyncio
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import structlog

from broker.metrics import standing
from broker.metrics.exposing import State
from broker.metrics.gauges import gauges
from core import clock

if TYPE_CHECKING:
    from broker.engine import Engine

log = structlog.get_logger(__name__)
EVERY_SECONDS = 1.0
# A worker that has not written for so long is not there: its counts stay, how it stands is not told.
SILENT_SECONDS = 10.0


@dataclass(slots=True, weakref_slot=True)
class Workers:
    """The numbers of this worker and, with a *folder*, of its brothers. ``worker`` is its place, "1" and up."""

    engine: "Engine"
    folder: Path | None = None
    worker: str = "1"
    _written: float = float("-inf")
    _writing: "asyncio.Future[None] | None" = field(default=None)

    @property
    def _file(self) -> Path | None:
        return self.folder / f"worker-{self.worker}.json" if self.folder else None

    def adopt(self) -> None:
        """Go on with the counts of the worker that was in this place; without a folder, be known in this process."""
        if self.folder is None:
            standing.enter(self.own)
        if self._file is not None and (before := _read(self._file)) is not None:
            self.engine.counts.add(before["counts"])

    def tick(self) -> None:
        """Write the file now and then, in a thread: a slow disk is no reason to wait."""
        if self._file is None or time.monotonic() - self._written < EVERY_SECONDS:
            return
        if self._writing is None or self._writing.done():
            self._written = time.monotonic()
            content = orjson.dumps(self.own())
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(None, _write, self._file, content)

    async def close(self) -> None:
        """Write the last counts; there are no present values any more."""
        if self.folder is None:
            standing.leave()
        if self._file is not None:
            if self._writing is not None:
                await self._writing
            _write(self._file, orjson.dumps({**self.own(), "gauges": None}))

    def own(self) -> State:
        """Return what this worker says of itself."""
        return {
            "worker": self.worker,
            "counts": self.engine.counts.document(),
            "gauges": gauges(self.engine),
        }

    def all(self) -> list[State]:
        """Return what every worker of the port says; files of the others are at most two seconds old."""
        states = [self.own()]
        for path in sorted(self.folder.glob("worker-*.json")) if self.folder else ():
            state = None if path == self._file else _read(path)
            if state is not None:
                states.append(state if _fresh(path) else {**state, "gauges": None})
        return states


def _fresh(path: Path) -> bool:
    try:
        return clock.now().timestamp() - path.stat().st_mtime < SILENT_SECONDS
    except OSError:
        return False


def _read(path: Path) -> State | None:
    try:
        found: State = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def _write(path: Path, content: bytes) -> None:
    """Write all or nothing; numbers are no reason to stop calls."""
    partial = path.with_suffix(".partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        log.warning("broker.metrics_not_written", error=str(error)[:200])
