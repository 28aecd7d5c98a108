"""Group commit: calls of the last moments become one batch, one statement, one commit, each with its own answer.

One writer has one connection, one epoch and at most one batch on its way; what arrives meanwhile is the next batch.
Nobody waits for others to come: that woke the loop for nothing and cost a tenth of the speed (docs/bench.md).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import random
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg
import structlog

from audit.ledger.calls import LogUnavailable
from audit.ledger.epochs import Chain
from audit.ledger.link import SILENCE_SECONDS, Link
from audit.ledger.running import Statement

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")
# Long pauses would be added to the time a database takes to come back (docs/faults.md).
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 1.0
MAX_WAITING = 4_000


@dataclass(slots=True)
class Item(Generic[Answer]):
    """One row on its way. ``kept`` ones are written even when whoever asked has left."""

    call_id: UUID
    group: int
    values: tuple[Any, ...]
    future: "asyncio.Future[Answer]"
    kept: bool = False


Commit = Callable[[Statement, Chain, Sequence[Item[Answer]]], Awaitable[tuple[list[Answer], Chain]]]


@dataclass(slots=True)
class Writer(Generic[Answer]):
    """Writes rows of one kind. *commit* writes a batch and returns an answer for each item and the chain behind it."""

    link: Link
    commit: Commit[Answer]
    max_batch: int
    forsaken: Callable[[Item[Answer], Answer], None] | None = None
    _waiting: "deque[Item[Answer]]" = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _task: "asyncio.Task[None] | None" = None
    _down: bool = False
    _stopping: bool = False
    _pause: float = FIRST_PAUSE_SECONDS

    async def start(self) -> None:
        """Connect and open an epoch; when the database cannot be reached, go on trying in the background."""
        self._stopping = False
        self._down = not await self.link.open()
        self._task = asyncio.create_task(self._run(), name=f"log-{self.link.kind}")

    async def stop(self) -> None:
        """Write what waits, close the epoch and the connection."""
        self._stopping = True
        self._arrived.set()
        if self._task is not None:
            await self._task
            self._task = None
        await self.link.close()

    @property
    def ready(self) -> bool:
        """True while rows can be written."""
        return self._task is not None and not self._down and not self._stopping

    def submit(
        self, call_id: UUID, values: tuple[Any, ...], *, group: int = 0, kept: bool = False
    ) -> "asyncio.Future[Answer]":
        """Put a row in the next batch. Raises :class:`LogUnavailable` at once while the log cannot be written."""
        if not self.ready or len(self._waiting) >= MAX_WAITING:
            raise LogUnavailable(f"the {self.link.kind} log cannot be written now")
        item = Item(call_id, group, values, asyncio.get_running_loop().create_future(), kept)
        self._waiting.append(item)
        if not self._arrived.is_set():
            self._arrived.set()
        return item.future

    async def _run(self) -> None:
        while self._waiting or not self._stopping:
            if self.link.connection is None:
                await self._reconnect()
            elif not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            elif batch := self._take():
                await self._send(batch)

    async def _reconnect(self) -> None:
        """Connect again; while that fails nobody waits for it, and attempts become rarer and never in step."""
        if await self.link.open():
            self._down, self._pause = False, FIRST_PAUSE_SECONDS
            return
        self._down = True
        waiting, self._waiting = list(self._waiting), deque()
        self._give_up(waiting, ConnectionError("no connection to the database"))
        if not self._stopping:
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
            await asyncio.sleep(self._pause * (0.5 + random()))  # noqa: S311

    def _take(self) -> list[Item[Answer]]:
        """Return the next batch: nobody who has left, no call twice (the statement tells rows apart by call)."""
        batch: dict[int, Item[Answer]] = {}
        again = []
        while self._waiting and len(batch) < self.max_batch:
            item = self._waiting.popleft()
            if item.future.cancelled() and not item.kept:
                continue
            if item.call_id.int in batch:
                again.append(item)
            else:
                batch[item.call_id.int] = item
        self._waiting.extendleft(reversed(again))
        return list(batch.values())

    async def _send(self, batch: Sequence[Item[Answer]]) -> None:
        """Commit a batch; what the server refuses as a whole is tried again in parts, so that one harms no other."""
        statement, chain = self.link.statement, self.link.chain
        if not await self.link.alive() or statement is None or chain is None:
            self._waiting.extendleft(reversed(batch))
            return
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                answers, ahead = await self.commit(statement, chain, batch)
        except Exception as error:
            if isinstance(error, psycopg.Error) and self.link.refused:
                await self._part(batch, error)
            else:
                await self._fail(batch, error)
        else:
            self.link.chain = ahead
            self._answer(batch, answers)

    def _answer(self, batch: Sequence[Item[Answer]], answers: Sequence[Answer]) -> None:
        for item, answer in zip(batch, answers, strict=True):
            if not item.future.done():
                item.future.set_result(answer)
            elif self.forsaken is not None:
                self.forsaken(item, answer)

    async def _part(self, batch: Sequence[Item[Answer]], error: psycopg.Error) -> None:
        """Send a refused batch, of which nothing was written, again: by gate when a lock was missed, else singly."""
        gates = {item.group for item in batch}
        by_gate = isinstance(error, psycopg.errors.LockNotAvailable)
        if len(batch) == 1 or (by_gate and len(gates) == 1):
            log.warning("audit.rows_refused", kind=self.link.kind, rows=len(batch), error=str(error)[:500])
            self._give_up(batch, error)
            return
        parts: dict[int, list[Item[Answer]]] = {}
        for place, item in enumerate(batch):
            parts.setdefault(item.group if by_gate else place, []).append(item)
        for part in parts.values():
            await self._send(part)

    async def _fail(self, batch: Sequence[Item[Answer]], error: Exception) -> None:
        """End the epoch: nobody knows whether the batch was committed."""
        log.warning("audit.batch_in_doubt", kind=self.link.kind, rows=len(batch), error=str(error)[:500])
        self._give_up(batch, error)
        await self.link.leave()

    def _give_up(self, batch: Sequence[Item[Answer]], error: Exception) -> None:
        for item in batch:
            if not item.future.done():
                refusal = LogUnavailable(f"the {self.link.kind} of the call is not certainly written")
                refusal.__cause__ = error
                item.future.set_exception(refusal)
