"""The broker as an ASGI application: one call from its first byte to its last, top to bottom.

Wire form → who calls → may it → limits → admission → provider → record → answer. The middle is the DRF view.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from broker.answers import Answer, finished, problem_answer
from broker.authorising import split
from broker.engine import Engine
from broker.front import prefix_of, view_of
from broker.incoming import Incoming
from broker.problems import Refusal, refusal
from broker.tokens import MOST_FORM_BYTES
from broker.wire import CallerGone, Receive, check_host, check_target, declared_length, read_body, read_headers
from core import clock
from core.ids import uuid7
from core.web.addresses import client_address

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
        incoming = Incoming(scope, receive, uuid7(), clock.now())
        try:
            answer = await self._answer(incoming, scope)
        except CallerGone:
            return
        finally:
            self.engine.end(incoming)
        headers = finished(answer, incoming)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, incoming: Incoming, scope: dict[str, Any]) -> Answer:
        try:
            await self._take_in(incoming, scope)
            incoming.snapshot = self.engine.policy.current()
        except Refusal as error:
            answer = problem_answer(error, incoming)
            # The rest of the request may still be under way: it must not be read as the next one.
            answer.headers.append((b"connection", b"close"))
            return answer
        view = view_of(incoming.raw_path)(engine=self.engine)
        try:
            return await view.answer(incoming)
        except Exception:
            # Not even the refusal could be written; the caller is told, and nothing counts as answered.
            log.exception("broker.fault", request_id=str(incoming.call_id))
            return problem_answer(refusal("internal-error"), incoming)

    async def _take_in(self, incoming: Incoming, scope: dict[str, Any]) -> None:
        """Check the wire form and read the body. Raises a refusal."""
        engine = self.engine
        incoming.sent = read_headers(scope["headers"])
        check_target(incoming.raw_path, incoming.raw_query, prefix_of(incoming.raw_path))
        incoming.authority = check_host(incoming.sent.get(b"host", b""), engine.allowed_hosts)
        incoming.META = {
            "REMOTE_ADDR": incoming.client,
            "HTTP_X_FORWARDED_FOR": incoming.text(b"x-forwarded-for"),
        }
        incoming.address = client_address(incoming) or ""
        declared = declared_length(incoming.sent)
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

    def _body_limit(self, incoming: Incoming) -> int:
        if incoming.asks_token:
            return MOST_FORM_BYTES
        service, version, _path = split(incoming.target)
        limits = self.engine.policy.current().body_limits
        return limits.get((service, version), DEFAULT_BODY_BYTES)
