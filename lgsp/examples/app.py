"""The example server as a plain ASGI application: ``/{service}/{version}/{path of an operation}``, ``/-/health``.

Answers are examples of the applied OpenAPI description, or made-up records; errors are
``{"error": {"code", "message"}}`` with 404, 405, 413 or 503. What a body says is read within bounds and not looked at.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.db import DatabaseError

from lgsp.examples.answers import Answer, answer_of
from lgsp.examples.shelf import Shelf

log = structlog.get_logger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
MAX_BODY = 10 * 1024 * 1024
HEALTH = "/-/health"


class ExampleApp:
    """Answers from the catalogue; what it read is kept for a few seconds."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            answer = await self._answer(scope, receive)
            content = b""
            headers = [(b"cache-control", b"no-store"), (b"x-lgsp-example", b"1")]
            if answer.status != 204:
                content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
                headers.append((b"content-type", b"application/json; charset=utf-8"))
                headers.append((b"content-length", str(len(content)).encode()))
            if answer.allow:
                headers.append((b"allow", ", ".join(answer.allow).encode()))
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["path"] == HEALTH:
            return Answer(200, {"status": "ok"})
        if not await _within(receive):
            return Answer.error(413, "too-large", "Thân yêu cầu quá lớn.")
        service, _slash, rest = scope["path"].removeprefix("/").partition("/")
        version, slash, path = rest.partition("/")
        try:
            book = await asyncio.to_thread(self._shelf.book, service, version)
        except DatabaseError:
            log.exception("examples.catalogue_out_of_reach")
            return Answer.error(503, "unavailable", "Máy chủ mẫu tạm thời không đọc được danh mục.")
        if book is None or not slash:
            return Answer.error(404, "not-found", "Không có dịch vụ, phiên bản hoặc địa chỉ này.")
        return answer_of(book, "GET" if scope["method"] == "HEAD" else scope["method"], f"/{path}")


async def _within(receive: Receive) -> bool:
    """Read the body to its end; return whether it kept to the bound."""
    size = 0
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            return size <= MAX_BODY
        if size > MAX_BODY:
            return False


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
