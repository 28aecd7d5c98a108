"""What follows the first MiB of a large answer: poured through, counted, timed, and let go of once (decisions, 9)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from broker.forwarding import Failed, TimedOut, TooMuch
from broker.passage import Passage
from broker.problems import Refusal, refusal
from broker.wire import Receive

Told = Callable[[Failed], Refusal]


class Rest(AsyncGenerator[bytes, None]):
    """Pieces of an answer as they come from the provider, to the end of the call's time, *most* bytes at most.

    Reading raises a refusal: what the provider did wrong, ``caller-gone`` when nobody listens any more. Whoever does
    not read to the end closes it; an object, not a generator function, because one that was never begun would give
    nothing back.
    """

    def __init__(
        self, source: AsyncGenerator[bytes, None], passage: Passage, receive: Receive, told: Told, most: int
    ) -> None:
        self._source, self._passage, self._receive, self._told = source, passage, receive, told
        self._left = most
        self._watcher: asyncio.Task[None] | None = None
        self._over = False

    async def asend(self, _value: None) -> bytes:
        """Return the next piece. Raises a refusal, StopAsyncIteration after the last one."""
        if self._over:
            raise StopAsyncIteration
        try:
            piece = await self._next()
        except StopAsyncIteration:
            self._passage.succeeded()
            await self.aclose()
            raise
        except Failed as failure:
            if failure.blames:
                self._passage.failed()
            await self.aclose()
            raise self._told(failure) from None
        except BaseException:
            await self.aclose()
            raise
        self._left -= len(piece)
        if self._left < 0:
            await self.aclose()
            raise self._told(TooMuch(sent=True))
        return piece

    async def _next(self) -> bytes:
        loop = asyncio.get_running_loop()
        if self._watcher is None:
            self._watcher = loop.create_task(_until_gone(self._receive), name="caller-watch-rest")
        reading = loop.create_task(_piece(self._source), name="provider-rest")
        try:
            wait = max(0.0, self._passage.until - time.monotonic())
            await asyncio.wait({reading, self._watcher}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if self._watcher.done():
                raise refusal("caller-gone")
            if not reading.done():
                raise TimedOut(sent=True)
            piece = reading.result()
        finally:
            if not reading.done():
                reading.cancel()
                await asyncio.wait({reading})
        if piece is None:
            raise StopAsyncIteration
        return piece

    async def athrow(self, *error: Any) -> bytes:
        """Close, and raise what was thrown in."""
        await self.aclose()
        raise error[0]

    async def aclose(self) -> None:
        """Let go of the provider's connection, the breaker's pass and the place; any number of times."""
        if self._over:
            return
        self._over = True
        try:
            if self._watcher is not None:
                self._watcher.cancel()
            await self._source.aclose()
        finally:
            self._passage.leave()


async def _piece(source: AsyncGenerator[bytes, None]) -> bytes | None:
    """Return the next piece, None after the last: a task cannot end by StopAsyncIteration's like."""
    return await anext(source, None)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def gathered(begin: bytes, rest: Rest, hold: Callable[[int], None]) -> bytes:
    """Return *begin* and all that follows, each piece told to *hold*. Raises as reading does."""
    parts = [begin]
    try:
        async for piece in rest:
            hold(len(piece))
            parts.append(piece)
    finally:
        await rest.aclose()
    return b"".join(parts)
