"""What the calls of one worker share: policy, log, way to providers, limits; started and stopped with the server."""

import gc
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from audit.admission import Ledger, LogUnavailable, Outcome
from broker.admitting import call_of
from broker.answers import Answer, problem_answer
from broker.breaker import Breakers
from broker.forwarding import Transport
from broker.incoming import Incoming
from broker.limits import Budget, Running
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
    """The parts of a broker at work."""

    policy: Policy
    ledger: Ledger
    make_transport: Callable[[], Transport]
    allowed_hosts: list[str]
    signer: Signer
    breakers: Breakers = field(default_factory=Breakers)
    running: Running = field(default_factory=Running)
    budget: Budget = field(default_factory=Budget)
    rates: Rates = field(default_factory=Rates)
    sharing: Sharing | None = None
    transport: Transport = field(init=False)

    async def start(self) -> None:
        """Start the parts; a database out of reach is waited for in the background, and calls get 503 meanwhile."""
        self.transport = self.make_transport()
        await self.ledger.start()
        await self.policy.start()
        if self.sharing is not None:
            await self.sharing.start(self.rates, self.running)

    async def stop(self) -> None:
        """Write what waits to the log and close."""
        if self.sharing is not None:
            await self.sharing.stop()
        await self.policy.stop()
        await self.transport.close()
        await self.ledger.stop()

    async def record(self, incoming: Incoming, answer: Answer) -> Answer:
        """Write how the call ended; only then may it be answered. Without its row the answer is 503 (P1)."""
        progress = incoming.progress
        outcome = Outcome(
            status=answer.status,
            reason=answer.reason,
            side=answer.side,
            upstream_id=progress.upstream_id,
            upstream_status=progress.upstream_status,
            response_bytes=len(answer.body),
            total_ms=incoming.elapsed_ms,
            upstream_ms=progress.upstream_ms,
            fields_dropped=progress.fields_dropped,
        )
        try:
            if incoming.submitted is not None:
                await self.ledger.record(incoming.submitted, outcome)
            elif answer.reason != "log-unavailable":
                await self.ledger.refuse(call_of(incoming, self), outcome)
        except LogUnavailable:
            return problem_answer(refusal("log-unavailable").with_header("Retry-After", 5), incoming)
        return answer

    def end(self, incoming: Incoming) -> None:
        """Give back what the call held."""
        if incoming.counted and incoming.principal is not None:
            self.running.leave(incoming.principal.key.key_id)
        self.budget.give(incoming.held)
