"""Admission and record of brokered calls: the one door between the broker and the call log (docs/evidence.md).

psycopg and asyncio only, no Django: the address and the keys are given. What the database decides is in
``audit.ledger.statements``.
"""

import asyncio
import hashlib
import hmac
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog

from audit.idempotency import Claims
from audit.ledger import rows
from audit.ledger.calls import (
    VERDICTS,
    Attempt,
    Call,
    LogUnavailable,
    Outcome,
    Stage,
    Standing,
    Verdict,
    intent_values,
    outcome_values,
    standing,
)
from audit.ledger.canonical import NO_MAC, earlier_mac
from audit.ledger.epochs import INTENTS, OUTCOMES, Chain, LogKey
from audit.ledger.link import Link
from audit.ledger.pacing import Pacer
from audit.ledger.quotas import Quota, QuotaReader
from audit.ledger.running import Statement
from audit.ledger.sealed import seal_age
from audit.ledger.statements import ADMISSION, RECORDING
from audit.ledger.writer import Item, Writer
from core import clock
from core.crypto import Keyring

__all__ = ["Attempt", "Call", "Claims", "Ledger", "LogUnavailable", "Outcome", "Quota", "Stage", "Standing", "Verdict"]
__all__ += ["seal_age", "standing"]

log = structlog.get_logger(__name__)
# Calls admitted and not recorded yet; a broker holds far fewer, so the bound is only against a leak.
MOST_OPEN = 100_000
LEFT = Outcome(status=499, reason="caller-left", side="consumer")


def decisions_of(found: Any) -> Iterator[tuple[str, datetime, int | None]]:
    """Give what the database decided of each row of a batch: verdict, when, how many calls its gate has left."""
    at = datetime.fromisoformat(found.get_value(0, 0).decode())
    for said in found.get_value(0, 1).decode().split(" "):
        yield said[0], at, int(said[1:])


class Ledger:
    """The call log of one process: admits calls and records how they ended.

    Every method that writes raises :class:`LogUnavailable` unless the row is certainly durable. A caller who is
    cancelled while waiting harms nobody: its admission is recorded as ``caller-left``, its outcome is written anyway.
    """

    def __init__(self, address: str, keys: Keyring | str, *, max_batch: int = 64, worker: str = "") -> None:
        ring = Keyring.parse(keys) if isinstance(keys, str) else keys
        key = LogKey(*next(iter(ring.keys.items())))
        self._key = key
        name = (worker or f"{socket.gethostname()}:{os.getpid()}")[:64]
        self._intents: Writer[Attempt] = Writer(
            Link(address, INTENTS, key, name, ADMISSION), self._admit_batch, max_batch, self._forsaken
        )
        self._outcomes: Writer[None] = Writer(
            Link(address, OUTCOMES, key, name, RECORDING), self._record_batch, max_batch
        )
        # By the number of the call's id: a UUID is hashed in Python.
        self._open: dict[int, list[Attempt]] = {}
        self._nothing = self._keyed(b"")
        self._pacer = Pacer()
        self._quotas = QuotaReader(address)
        # Who came first under an idempotency key.
        self.claims = Claims(address)
        self._jobs: set[asyncio.Task[None]] = set()
        self._clockwork: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open this process's epochs. Without its database the ledger starts too, and refuses until it is back."""
        await asyncio.gather(self._intents.start(), self._outcomes.start())
        self._clockwork = asyncio.create_task(self._write_paced(), name="log-paced")

    async def stop(self) -> None:
        """Write what waits and close the epochs."""
        if self._clockwork is not None:
            self._clockwork.cancel()
            with suppress(asyncio.CancelledError):
                await self._clockwork
        await self._flush_paced(None)
        await self._intents.stop()
        while self._jobs:
            await asyncio.wait(set(self._jobs))
        await self._outcomes.stop()
        await self.claims.close()

    @property
    def ready(self) -> bool:
        """True while calls can be admitted and recorded."""
        return self._intents.ready and self._outcomes.ready

    @property
    def waiting(self) -> tuple[int, int]:
        """Rows that wait to be written: intents, outcomes."""
        return len(self._intents._waiting), len(self._outcomes._waiting)

    def digest(self, content: bytes) -> bytes:
        """Return the keyed digest of *content* (32 bytes); without the key nobody can try contents out."""
        return self._keyed(content) if content else self._nothing

    def _keyed(self, content: bytes) -> bytes:
        return hmac.digest(self._key.secret, hashlib.sha256(content).digest(), "sha256")

    async def quotas(self, gate_ids: Iterable[int]) -> dict[int, Quota]:
        """Return what is left of today's calls at each gate that exists. Raises :class:`LogUnavailable`."""
        return await self._quotas.read(gate_ids)

    async def admit(self, call: Call, owned: bool = False) -> Verdict:
        """Decide on *call* and write its intent.

        After :attr:`Verdict.STALE` the caller reloads what it judged by, judges again, and either submits the same
        call with *owned* (its nonce is burnt already) or records why not. Whatever the verdict, it records an outcome.
        Raises :class:`LogUnavailable`; ValueError for a call no row can be made of.
        """
        return await self._submit(call, intent_values(call, owned=owned, refused=False))

    def room(self, call: Call) -> int | None:
        """Return how many calls the gate of an admitted *call* lets through after it today; None: not known."""
        attempts = self._open.get(call.call_id.int)
        return attempts[-1].room if attempts else None

    async def record(self, call: Call, outcome: Outcome) -> None:
        """Write how *call* ended, before it is answered. Once for a call; a streamed answer twice (:class:`Stage`).

        Raises :class:`LogUnavailable` (answer 503); ValueError for a call without intent or recorded already.
        """
        attempts = self._open.get(call.call_id.int)
        if not attempts:
            raise ValueError(f"call {call.call_id} has no intent waiting for an outcome")
        values = outcome_values(
            call,
            outcome,
            attempt=attempts[-1],
            earlier=earlier_mac(self._key.secret, attempts[:-1]) if len(attempts) > 1 else NO_MAC,
            finished_at=clock.now(),
        )
        if outcome.stage != Stage.STREAMING:
            del self._open[call.call_id.int]
        await self._outcomes.submit(call.call_id, values, kept=True)

    async def refuse(self, call: Call, outcome: Outcome) -> None:
        """Write a call refused before admission: intent with verdict X and outcome.

        Calls of nobody (``key_id`` 0) are paced: those over their address's measure are counted in one row a minute.
        """
        if call.standing.key_id == 0 and not self._pacer.own_row(call, outcome, at=clock.now()):
            return
        await self._write_refusal(call, outcome, calls=1)

    async def _write_refusal(self, call: Call, outcome: Outcome, *, calls: int) -> None:
        await self._submit(call, intent_values(call, owned=False, refused=True, calls=calls))
        await self.record(call, outcome)

    async def _submit(self, call: Call, values: tuple[Any, ...]) -> Verdict:
        future = self._intents.submit(call.call_id, (call, values), group=call.standing.gate_id)
        try:
            attempt = await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._leave(call)
            raise
        return VERDICTS[attempt.verdict]

    def _forsaken(self, item: Item[Attempt], answer: Attempt) -> None:
        self._leave(item.values[0])

    def _leave(self, call: Call) -> None:
        """Record, for a caller who left while being admitted, that it left."""
        task = asyncio.get_running_loop().create_task(self._record_left(call))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _record_left(self, call: Call) -> None:
        with suppress(LogUnavailable, ValueError):
            await self.record(call, LEFT)

    async def _admit_batch(
        self, statement: Statement, chain: Chain, batch: Sequence[Item[Attempt]]
    ) -> tuple[list[Attempt], Chain]:
        written, ahead = chain.link(self._key.secret, rows.INTENTS, [item.values[1] for item in batch])
        decided = decisions_of(await statement.run(written))
        answers = [Attempt(chain.epoch, n, *told) for n, told in enumerate(decided, chain.n + 1)]
        for item, attempt in zip(batch, answers, strict=True):
            self._open.setdefault(item.call_id.int, []).append(attempt)
        while len(self._open) > MOST_OPEN:
            self._open.pop(next(iter(self._open)))
        return answers, ahead

    async def _record_batch(
        self, statement: Statement, chain: Chain, batch: Sequence[Item[None]]
    ) -> tuple[list[None], Chain]:
        written, ahead = chain.link(self._key.secret, rows.OUTCOMES, [item.values for item in batch])
        await statement.run(written)
        return [None] * len(batch), ahead

    async def _write_paced(self) -> None:
        while True:
            await asyncio.sleep(1)
            await self._flush_paced(clock.now())

    async def _flush_paced(self, before: datetime | None) -> None:
        for call, outcome, calls in list(self._pacer.due(before=before)):
            try:
                await self._write_refusal(call, outcome, calls=calls)
            except LogUnavailable:
                log.warning("audit.paced_refusals_lost", address=call.standing.address, calls=calls)
