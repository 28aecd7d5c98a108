"""Carrying one lawful call: admit, forward, pass on. Nothing reaches a provider before the log says A."""

import time
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from broker import once
from broker.admitting import admit
from broker.answers import Answer
from broker.forwarding import CONNECT_SECONDS, Answered, Failed, Outgoing, TooMuch
from broker.headers import declared_length, to_provider
from broker.incoming import Incoming
from broker.messages import profiles
from broker.messages.inward import take_in
from broker.messages.message import asked
from broker.outbound import calling
from broker.passage import Passage
from broker.passing import answer_of, held_whole, restricted
from broker.problems import Refusal, refusal
from broker.rest import Rest, gathered
from broker.soap.asking import written
from broker.soap.hearing import heard
from broker.watching import CallerWatch
from catalog.projection import ServiceRow
from core.tls import context_of

if TYPE_CHECKING:
    from broker.engine import Engine

# Less than the 30 seconds after which a call is ended whatever it does (``load``): the answer is told and written.
MOST_SECONDS = 29.5
# What is filtered is held whole, up to so much; what is not is poured through beyond the first MiB (decisions, 9).
MOST_ANSWER_BYTES = 10 * 1024 * 1024
STREAM_AFTER = 1024 * 1024
# Asked of one more upstream if not a byte of them was sent; nothing else ever is (decisions, 10; broker.md §4).
REPEATABLE = frozenset({"GET", "HEAD"})
MOST_ATTEMPTS = 2
# With less left of the time no further upstream is asked.
_TOO_LATE_SECONDS = 0.01
_GATEWAY_FAILURES = frozenset({502, 503, 504})


async def carry(incoming: Incoming, engine: "Engine") -> Answer:
    """Admit, forward, filter, and return the caller's answer. Raises a refusal.

    While an answer has ``rest``, the way to the provider stays held until that is read to its end or closed.
    """
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    row = warrant.service.row
    soap = warrant.operation.soap
    if (
        incoming.content
        or warrant.operation.answer_profile is not None
        or asked(incoming.sent.get(b"accept"), row.form)
    ):
        await take_in(incoming, engine)
    if soap is not None:
        incoming.posting = await written(incoming, soap, engine)
    passage = Passage(engine, row, goes_on=incoming.method in REPEATABLE)
    try:
        digest = once.key_of(incoming, engine)
        if digest is None:
            await admit(incoming, engine)
            if warrant.operation.request_profile is not None:
                await profiles.judge_request(incoming, engine)
            answered = await _reach(incoming, engine, passage)
        else:
            answered = await _reach_once(digest, incoming, engine, passage)
        if answered.rest is not None:
            return await _large(answered, incoming, engine, passage)
        answer = await _whole(answered, incoming, engine)
    except Failed as failure:
        passage.leave()
        raise _told(failure, row) from None
    except BaseException:
        passage.leave()
        raise
    passage.leave()
    return answer


async def _reach_once(digest: bytes, incoming: Incoming, engine: "Engine", passage: Passage) -> Answered:
    """Admit and forward under an idempotency key, which is free again if nothing was sent."""
    await once.claim(digest, incoming, engine)
    sent = False
    try:
        await admit(incoming, engine)
        if incoming.warrant is not None and incoming.warrant.operation.request_profile is not None:
            await profiles.judge_request(incoming, engine)
        sent = True
        return await _reach(incoming, engine, passage)
    except Failed as failure:
        sent = failure.sent
        raise
    finally:
        if not sent:
            await once.release(digest, incoming, engine)


async def _reach(incoming: Incoming, engine: "Engine", passage: Passage) -> Answered:
    """Ask the upstreams that may be asked, in order. Raises ``Failed``."""
    assert incoming.warrant is not None  # noqa: S101
    begun = time.monotonic()
    # Time begins with the provider: what admission took is not its fault.
    passage.until = begun + seconds_of(incoming.warrant.service.row)
    progress = incoming.progress
    further = min(MOST_ATTEMPTS - 1, passage.after) if passage.goes_on else 0
    while True:
        progress.upstream_id = passage.upstream.upstream_id
        outgoing = _outgoing(incoming, engine, passage, further)
        try:
            with CallerWatch(incoming):
                answered = await _asked(outgoing, engine, passage)
        except Failed as failure:
            if failure.blames:
                passage.failed()
            late = passage.until - time.monotonic() < _TOO_LATE_SECONDS
            if failure.sent or late or not further or not passage.go_on():
                raise
            further -= 1
        else:
            progress.upstream_status = answered.status
            if answered.status in _GATEWAY_FAILURES:
                passage.failed()
            elif answered.rest is None:
                passage.succeeded()
            return answered
        finally:
            progress.upstream_ms = int((time.monotonic() - begun) * 1000)


def _asked(outgoing: Outgoing, engine: "Engine", passage: Passage) -> Awaitable[Answered]:
    if passage.upstream.account is None:
        return engine.transport.forward(outgoing)
    return calling.forward(outgoing, passage.upstream, engine, passage.until)


def _outgoing(incoming: Incoming, engine: "Engine", passage: Passage, further: int) -> Outgoing:
    """Return the request to the present upstream; *further* ones are left enough time to be connected to."""
    warrant, upstream = incoming.warrant, passage.upstream
    assert warrant is not None  # noqa: S101
    query = incoming.raw_query.decode("ascii") if incoming.raw_query else ""
    seconds = passage.until - time.monotonic()
    whole, most = restricted(incoming), warrant.service.row.max_answer_bytes
    posting = incoming.posting
    headers = to_provider(incoming, engine.signer if upstream.asserted else None)
    if upstream.relayed:
        headers += calling.told(incoming, upstream.relayed)
    return Outgoing(
        method=str(incoming.method) if posting is None else "POST",
        base_url=upstream.base_url,
        target=warrant.upstream_path + (f"?{query}" if query else "") if posting is None else posting.target,
        headers=headers,
        body=incoming.going if posting is None else posting.body,
        seconds=seconds,
        most_bytes=min(MOST_ANSWER_BYTES, most) if whole else most,
        hold=partial(engine.hold, incoming),
        tls=None if upstream.tls is None else context_of(upstream.tls),
        stream_after=None if whole else STREAM_AFTER,
        whole_bytes=min(MOST_ANSWER_BYTES, most),
        connect_seconds=min(CONNECT_SECONDS, seconds / (1 + further)),
    )


async def _large(answered: Answered, incoming: Incoming, engine: "Engine", passage: Passage) -> Answer:
    """Return a large answer: poured through, or held whole and filtered or converted where that is asked for."""
    assert answered.rest is not None and incoming.warrant is not None  # noqa: S101, PT018
    row = incoming.warrant.service.row
    whole = held_whole(answered, incoming)
    most = min(MOST_ANSWER_BYTES, row.max_answer_bytes) if whole else row.max_answer_bytes

    def told(failure: Failed) -> Refusal:
        return _told(failure, row, most)

    rest = Rest(answered.rest, passage, incoming.receive, told, most - len(answered.body))
    if declared_length(answered.headers) > most:
        await rest.aclose()
        raise told(TooMuch(sent=True))
    try:
        if not whole:
            return await answer_of(replace(answered, rest=rest), incoming, engine)
        body = await gathered(answered.body, rest, partial(engine.hold, incoming))
        return await _whole(replace(answered, body=body, rest=None), incoming, engine)
    except BaseException:
        await rest.aclose()
        raise


async def _whole(answered: Answered, incoming: Incoming, engine: "Engine") -> Answer:
    """Return an answer in our hands as the caller may have it, judged by its structure if it has one."""
    assert incoming.warrant is not None  # noqa: S101
    operation = incoming.warrant.operation
    if operation.soap is not None:
        answered = await heard(answered, operation.soap, incoming, engine)
    answer = await answer_of(answered, incoming, engine)
    if operation.answer_profile is not None:
        await profiles.judge_answer(answered, incoming, engine)
    return answer


def _told(failure: Failed, row: ServiceRow, most: int = MOST_ANSWER_BYTES) -> Refusal:
    limit = min(most, row.max_answer_bytes) if isinstance(failure, TooMuch) else f"{seconds_of(row):g}"
    error = refusal(failure.code, limit=limit)
    return error.with_header("Retry-After", failure.retry_after) if failure.retry_after else error


def seconds_of(row: ServiceRow) -> float:
    """Return the time the service has for a whole call."""
    return min(MOST_SECONDS, row.timeout_ms / 1000)
