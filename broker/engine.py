"""What the calls of one worker share: policy, log, way to providers, limits; started and stopped with the server."""

import asyncio
import gc
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from audit.admission import Ledger, LogUnavailable, Outcome, Stage
from broker.admitting import call_of
from broker.answers import Answer, problem_answer
from broker.breaker import Breakers
from broker.forwarding import Transport
from broker.incoming import Incoming
from broker.limits import Budget, Running
from broker.load import Load
from broker.messages.coding import Coder
from broker.messages.lanes import Lanes
from broker.messages.working import Workshop
from broker.metrics.counts import Counts
from broker.metrics.workers import Workers
from broker.outbound.logins import Logins
from broker.policy import Policy
from broker.problems import refusal
from broker.rates import Rates
from broker.sharing import Sharing
from broker.tokens.signer import Signer

log = structlog.get_logger(__name__)
# Generations are looked at rarely; a call leaves no cycle behind (tests/broker), so there is nothing to find.
GC_THRESHOLDS = (50_000, 20, 100)


def settle_memory() -> None:
    """Take what lives for long out of the collector's sight; a pause of it is a pause of every call."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


@dataclass(slots=True)
class Engine:
    """The parts of a broker at work. ``metrics_folder`` is where the workers of one port leave their numbers."""

    policy: Policy
    ledger: Ledger
    make_transport: Callable[[], Transport]
    allowed_hosts: list[str]
    signer: Signer
    breakers: Breakers = field(default_factory=Breakers)
    running: Running = field(default_factory=Running)
    budget: Budget = field(default_factory=Budget)
    load: Load = field(default_factory=Load)
    counts: Counts = field(default_factory=Counts)
    metrics_networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    metrics_folder: Path | None = None
    worker: str = "1"
    rates: Rates = field(default_factory=Rates)
    sharing: Sharing | None = None
    lanes: Lanes = field(default_factory=Lanes)
    workshop: Workshop = field(default_factory=Workshop)
    coder: Coder = field(default_factory=Coder)
    transport: Transport = field(init=False)
    logins: Logins = field(init=False)
    metrics: Workers = field(init=False)
    _jobs: set["asyncio.Task[Answer]"] = field(default_factory=set)

    async def start(self) -> None:
        """Start the parts; a database out of reach is waited for in the background, and calls get 503 meanwhile."""
        self.transport = self.make_transport()
        self.logins = Logins(lambda: self.transport, self.counts.count_login)
        self.metrics = Workers(self, self.metrics_folder, self.worker)
        self.metrics.adopt()
        self.load.each_tick.append(self.metrics.tick)
        self.load.start()
        await self.ledger.start()
        await self.policy.start()
        if self.sharing is not None:
            await self.sharing.start(self.rates, self.running)

    async def stop(self) -> None:
        """Write what waits to the log and close."""
        await self.load.stop()
        if self.sharing is not None:
            await self.sharing.stop()
        await self.policy.stop()
        await self.workshop.stop()
        self.coder.stop()
        await self.logins.stop()
        await self.transport.close()
        await self.lanes.close()
        while self._jobs:
            await asyncio.wait(set(self._jobs))
        await self.ledger.stop()
        await self.metrics.close()

    async def record(self, incoming: Incoming, answer: Answer) -> Answer:
        """Write how the call ended; only then may it be answered. Without its row the answer is 503 (P1).

        Of an answer that streams this is the first row; :meth:`close` writes the second.
        """
        stage = Stage.FINAL if answer.rest is None else Stage.STREAMING
        outcome = _outcome(incoming, answer, answer.reason, answer.side, len(answer.body), stage)
        begun = time.monotonic()
        try:
            if incoming.submitted is not None:
                await self.ledger.record(incoming.submitted, outcome)
            elif answer.reason != "log-unavailable":
                await self.ledger.refuse(call_of(incoming, self), outcome)
        except LogUnavailable:
            if answer.rest is not None:
                await answer.rest.aclose()
            return problem_answer(refusal("log-unavailable").with_header("Retry-After", 5), incoming)
        self.counts.record.observe(time.monotonic() - begun)
        return answer

    async def close(self, incoming: Incoming, answer: Answer, sent: int, reason: str, side: str) -> bool:
        """Write how a streamed answer ended; return whether that is certainly in the log."""
        assert incoming.submitted is not None  # noqa: S101
        outcome = _outcome(incoming, answer, reason or answer.reason, side or answer.side, sent, Stage.CLOSING)
        try:
            await self.ledger.record(incoming.submitted, outcome)
        except LogUnavailable:
            log.warning("broker.stream_not_closed", request_id=incoming.request_id, reason=reason)
            return False
        return True

    def record_later(self, incoming: Incoming, answer: Answer) -> None:
        """Write how a call ended that cannot be waited for any longer."""
        if incoming.submitted is not None:
            task = asyncio.get_running_loop().create_task(self._record_late(incoming, answer))
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)

    async def _record_late(self, incoming: Incoming, answer: Answer) -> Answer:
        with suppress(ValueError):  # it was written, or is about to be, when the time was over
            await self.record(incoming, answer)
        return answer

    def hold(self, incoming: Incoming, size: int) -> None:
        """Count bytes of the call's content that came into being here. Raises ``overloaded``."""
        self.budget.take(size)
        incoming.held += size

    def give_back(self, incoming: Incoming, size: int) -> None:
        """Return bytes of the call's content that are on their way to the caller."""
        size = min(size, incoming.held)
        incoming.held -= size
        self.budget.give(size)

    def end(self, incoming: Incoming) -> None:
        """Give back what the call held."""
        if incoming.counted and incoming.principal is not None:
            self.running.leave(incoming.principal.key.key_id)
        self.budget.give(incoming.held)
        incoming.held = 0


def _outcome(incoming: Incoming, answer: Answer, reason: str, side: str, size: int, stage: Stage) -> Outcome:
    progress = incoming.progress
    return Outcome(
        status=answer.status,
        reason=reason,
        side=side,
        upstream_id=progress.upstream_id,
        upstream_status=progress.upstream_status,
        response_bytes=size,
        total_ms=incoming.elapsed_ms,
        upstream_ms=progress.upstream_ms,
        fields_dropped=progress.fields_dropped,
        stage=stage,
    )
