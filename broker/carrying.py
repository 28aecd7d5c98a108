"""Carrying one lawful call: admit, forward, pass on. Nothing reaches a provider before the log says A."""

import time
from typing import TYPE_CHECKING

from broker.admitting import admit
from broker.answers import Answer
from broker.forwarding import Answered, Failed, Outgoing, TooMuch
from broker.headers import to_provider
from broker.incoming import Incoming, Warrant
from broker.passing import answer_of
from broker.problems import Refusal, refusal
from broker.watching import CallerWatch

if TYPE_CHECKING:
    from broker.engine import Engine

MOST_SECONDS = 30.0
MOST_ANSWER_BYTES = 10 * 1024 * 1024
_GATEWAY_FAILURES = frozenset({502, 503, 504})


async def carry(incoming: Incoming, engine: "Engine") -> Answer:
    """Admit, forward, filter, and return the caller's answer. Raises a refusal."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    row = warrant.service.row
    name = (row.provider_id, row.environment)
    engine.breakers.enter(name)
    heard = False
    try:
        with engine.running.at(row.provider_id, row.service_id, row.calls_at_once):
            await admit(incoming, engine)
            try:
                answered = await reach(incoming, engine)
            except Failed as failure:
                heard = _count(failure, name, engine)
                raise _told(failure, warrant) from None
        heard = True
        if answered.status in _GATEWAY_FAILURES:
            engine.breakers.failed(name)
        else:
            engine.breakers.succeeded(name)
    finally:
        if not heard:
            engine.breakers.abandoned(name)
    return answer_of(answered, incoming)


def _count(failure: Failed, name: tuple[int, str], engine: "Engine") -> bool:
    if isinstance(failure, TooMuch):
        return False
    engine.breakers.failed(name)
    return True


def _told(failure: Failed, warrant: Warrant) -> Refusal:
    limit = MOST_ANSWER_BYTES if isinstance(failure, TooMuch) else f"{seconds_of(warrant):g}"
    return refusal(failure.code, limit=limit)


def seconds_of(warrant: Warrant) -> float:
    """Return the time the service has for a whole call."""
    return min(MOST_SECONDS, warrant.service.row.timeout_ms / 1000)


async def reach(incoming: Incoming, engine: "Engine") -> Answered:
    """Ask the upstreams in order; only a GET of which no byte was sent goes on to the next. Raises ``Failed``."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    query = incoming.raw_query.decode("ascii")

    def hold(size: int) -> None:
        engine.budget.take(size)
        incoming.held += size

    begun = time.monotonic()
    until = begun + seconds_of(warrant)
    last: Failed = Failed(sent=False)
    for upstream in warrant.service.row.upstreams:
        incoming.progress.upstream_id = upstream.upstream_id
        outgoing = Outgoing(
            method=str(incoming.method),
            base_url=upstream.base_url,
            target=warrant.upstream_path + (f"?{query}" if query else ""),
            headers=to_provider(incoming, engine.signer),
            body=incoming.content,
            seconds=until - time.monotonic(),
            most_bytes=MOST_ANSWER_BYTES,
            hold=hold,
        )
        try:
            with CallerWatch(incoming.receive):
                answered = await engine.transport.forward(outgoing)
        except Failed as failure:
            last = failure
            if failure.sent or incoming.method != "GET":
                break
        else:
            incoming.progress.upstream_status = answered.status
            return answered
        finally:
            incoming.progress.upstream_ms = int((time.monotonic() - begun) * 1000)
    raise last
