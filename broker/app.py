"""The broker as an ASGI application: one call from its first byte to its last, top to bottom.

Wire form → who calls → may it → limits → admission → provider → record → answer. The middle is the DRF view.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings

from broker.answers import Answer, finished, problem_answer
from broker.authorising import addressed
from broker.engine import Engine
from broker.front import prefix_of, view_of
from broker.incoming import Incoming
from broker.pages import PAGES, own_page
from broker.problems import Refusal, refusal
from broker.server import raise_descriptor_limit, respond
from broker.streaming import Ending, send_streamed
from broker.tokens import MOST_FORM_BYTES
from broker.wire import CallerGone, Receive, check_host, check_target, declared_length, read_body, read_headers
from core import clock
from core.ids import uuid7
from core.web.addresses import address_of

log = structlog.get_logger(__name__)
Send = Callable[[dict[str, Any]], Awaitable[None]]
DEFAULT_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 30.0


class BrokerApp:
    """Answers ``/api/data/…``. The engine starts with the server, or with the first call where no server says so."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._starting: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Start the engine once, whoever asks first."""
        if self._starting is None:
            raise_descriptor_limit()
            self._starting = asyncio.ensure_future(self.engine.start())
        await asyncio.shield(self._starting)

    async def stop(self) -> None:
        """Stop the engine if it was started."""
        if self._starting is not None:
            await self._starting
            self._starting = None
            await self.engine.stop()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """Follow the server's life (ASGI lifespan)."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one call, or follow the server's life."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if self._starting is None or not self._starting.done():
            await self.start()
        if scope["raw_path"] in PAGES:
            await self.show(scope, receive, send)
            return
        engine, load = self.engine, self.engine.load
        incoming = Incoming(scope, receive, uuid7(), clock.now())
        load.running += 1
        try:
            answer = await self._within_time(incoming, scope)
            if answer.rest is None:
                ending = Ending(len(answer.body), answer.reason, answer.side)
            else:
                ending = await send_streamed(answer, incoming, engine, send)
        except CallerGone:
            engine.counts.abandoned += 1
            return
        finally:
            load.running -= 1
            load.over(incoming)
            engine.end(incoming)
        engine.counts.count(incoming, answer.status, ending.reason, ending.side, ending.sent)
        status = answer.wire or answer.status
        if answer.rest is None and not respond(scope, status, finished(answer, incoming), answer.body):
            await send({"type": "http.response.start", "status": status, "headers": finished(answer, incoming)})
            await send({"type": "http.response.body", "body": answer.body})

    async def show(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer a keeper's question, or say that there is nothing at this address."""
        incoming = Incoming(scope, receive, uuid7(), clock.now())
        try:
            incoming.sent = read_headers(scope["headers"])
            answer = own_page(scope, self.engine)
        except Refusal as error:
            answer = problem_answer(error, incoming)
        await send({"type": "http.response.start", "status": answer.status, "headers": finished(answer, incoming)})
        await send({"type": "http.response.body", "body": answer.body})

    async def _within_time(self, incoming: Incoming, scope: dict[str, Any]) -> Answer:
        """Answer; a call that takes longer than a call may (``load``) is told so and recorded behind its back."""
        try:
            return await self._answer(incoming, scope)
        except asyncio.CancelledError:
            if not self.engine.load.ended(incoming):
                raise
            answer = problem_answer(refusal("deadline-exceeded").with_header("Retry-After", 5), incoming)
            self.engine.record_later(incoming, answer)
            return answer

    async def _answer(self, incoming: Incoming, scope: dict[str, Any]) -> Answer:
        engine = self.engine
        try:
            # Turned away at once and not written down: the log is not asked for more than it bears, nor told a time
            # that nobody believes, nor what nobody seals.
            engine.load.require_room()
            engine.policy.clocks.require(incoming.received_at, incoming.begun)
            engine.policy.sealed.require()
        except Refusal as error:
            return self._last(problem_answer(error, incoming))
        try:
            await self._take_in(incoming, scope)
            engine.load.whole(incoming)
            incoming.snapshot = engine.policy.current()
        except Refusal as error:
            return self._last(await self._turn_away(incoming, problem_answer(error, incoming)))
        view = view_of(incoming.raw_path)(engine=engine)
        try:
            return await view.answer(incoming)
        except Exception:
            # Not even the refusal could be written; the caller is told, and nothing counts as answered.
            log.exception("broker.fault", request_id=incoming.request_id)
            return problem_answer(refusal("internal-error"), incoming)

    async def _turn_away(self, incoming: Incoming, answer: Answer) -> Answer:
        """Record what never became a call, paced as all refusals of nobody are (decisions, 8)."""
        incoming.address = incoming.address or incoming.client
        return await self.engine.record(incoming, answer) if self.engine.ledger.ready else answer

    @staticmethod
    def _last(answer: Answer) -> Answer:
        """The rest of the request may still be under way: it must not be read as the next one."""
        answer.headers.append((b"connection", b"close"))
        return answer

    async def _take_in(self, incoming: Incoming, scope: dict[str, Any]) -> None:
        """Check the wire form and read the body. Raises a refusal."""
        engine = self.engine
        incoming.sent = read_headers(scope["headers"])
        check_target(incoming.raw_path, incoming.raw_query, prefix_of(incoming.raw_path))
        incoming.authority = check_host(incoming.sent.get(b"host", b""), engine.allowed_hosts)
        proxies = settings.TRUSTED_PROXIES
        forwarded = incoming.text(b"x-forwarded-for") if proxies else ""
        incoming.address = address_of(incoming.client, forwarded, proxies) or ""
        declared = declared_length(
            incoming.sent, inflates=b"content-encoding" in incoming.sent and self._inflates(incoming)
        )
        if declared == 0:
            return
        limit = self._body_limit(incoming)
        if declared is not None and declared <= limit:
            engine.budget.take(declared)
            incoming.held = declared
        incoming.content = await read_body(incoming.receive, declared=declared, limit=limit, seconds=BODY_SECONDS)
        if declared is None:
            engine.budget.take(len(incoming.content))
            incoming.held = len(incoming.content)

    def _inflates(self, incoming: Incoming) -> bool:
        """Return whether the service takes gzip; what comes out of it is judged when the caller is known."""
        return not incoming.asks_token and addressed(incoming.target) in self.engine.policy.current().inflating

    def _body_limit(self, incoming: Incoming) -> int:
        if incoming.asks_token:
            return MOST_FORM_BYTES
        service, version = addressed(incoming.target)
        limits = self.engine.policy.current().body_limits
        return limits.get((service, version), DEFAULT_BODY_BYTES)
