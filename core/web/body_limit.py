"""How much of a form the portal takes in: Django keeps a whole body on disk before any page sees it."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]
# What a refused sender may still send before the line is cut, as a multiple of the limit: browsers read an answer only
# when they have sent everything.
_PATIENCE = 20
_PAGE = "/loi/too-large/"


class BodyLimit:
    """Answer 413 with the page of that problem to a body over *limit* bytes; nothing of it is kept."""

    def __init__(self, app: App, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        claimed = dict(scope["headers"]).get(b"content-length", b"")
        if claimed.isdigit():
            if int(claimed) > self.limit:
                await self._refuse(scope, receive, send)
                return
            await self.app(scope, receive, send)
            return
        await self._unclaimed(scope, receive, send)

    async def _unclaimed(self, scope: Any, receive: Receive, send: Send) -> None:
        """Let a body through whose length nobody told, and cut it off at the limit."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > self.limit else message

        await self.app(scope, counted, send)

    async def _refuse(self, scope: Any, receive: Receive, send: Send) -> None:
        taken, more = 0, True
        while more and taken <= _PATIENCE * self.limit:
            message = await receive()
            taken += len(message.get("body", b""))
            more = bool(message.get("more_body")) and message["type"] == "http.request"
        place = {"path": _PAGE, "raw_path": _PAGE.encode(), "query_string": b""}
        first: Iterator[Message] = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def empty() -> Message:
            for message in first:
                return message
            while True:  # what still comes is not kept
                message = await receive()
                if message["type"] == "http.disconnect":
                    return message

        async def told(message: Message) -> None:
            await send({**message, "status": 413} if message["type"] == "http.response.start" else message)

        await self.app({**scope, **place, "method": "GET"}, empty, told)
