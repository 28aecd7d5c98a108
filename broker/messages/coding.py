"""gzip on messages: requests out of it within a bound, answers into it where the caller takes it and it pays.

Answers below the bound are not asked about at all, so a small call costs one comparison. Large contents are coded in
a thread of its own behind the calls; zlib lets go of the interpreter meanwhile.
"""

import asyncio
import os
import threading
import zlib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import Any

from broker.answers import Answer
from broker.incoming import Incoming
from broker.messages.message import form_of, weights_of
from core.formats import BadMessage

# What fits into one packet of a network is not sent faster by being smaller; ``LGSP_GZIP_FROM``.
LEAST = 1400
# Above so many bytes a content is coded in the thread.
BESIDE = 64 * 1024
# Half the time of zlib's usual level for a few hundredths of the size.
LEVEL = 5
# With so many waiting an answer goes out as it is.
MOST_WAITING = 32
# Of how many bytes a coded content is made on the spot.
INLINE_CODED = 1024
_GZIP, _MAGIC = 31, b"\x1f\x8b"
_TYPES = frozenset({"application/javascript", "application/x-ndjson", "application/yaml", "image/svg+xml"})


@lru_cache(maxsize=256)
def takes_gzip(accepted: bytes) -> bool:
    """Return whether ``Accept-Encoding`` likes gzip no less than no coding (RFC 9110 §12.5.3); 0 is a no."""
    weights = weights_of(accepted)
    others = weights.get("*", 0.0)
    gzip = weights.get("gzip", weights.get("x-gzip", others))
    return gzip > 0 and gzip >= weights.get("identity", others)


@lru_cache(maxsize=1024)
def shrinks(content_type: bytes) -> bool:
    """Return whether a content of this type is text; pictures, archives and PDF are compressed already."""
    media = form_of(content_type).media
    return media.startswith("text/") or media in _TYPES or media.endswith(("/json", "/xml", "+json", "+xml"))


class Coder:
    """What codes for one worker. ``least`` bytes have to be there for an answer to be compressed, 0: none ever is."""

    def __init__(self, least: int = LEAST) -> None:
        self.least = least or 1 << 62
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="broker-gzip", initializer=_behind_calls)
        self._waiting = 0

    async def squeezed(self, answer: Answer, incoming: Incoming) -> Answer:
        """Return *answer*, ``least`` bytes or more, in gzip where the caller takes that and it gets smaller.

        Of an answer that is poured through the rest is compressed piece by piece.
        """
        headers = dict(answer.headers)
        if not shrinks(headers.get(b"content-type", b"")) or answer.status == 206:
            return answer
        if b"vary" not in headers:
            answer.headers.append((b"vary", b"accept-encoding"))
        accepted = incoming.sent.get(b"accept-encoding")
        if accepted is None or not takes_gzip(accepted) or self._waiting >= MOST_WAITING:
            return answer
        if answer.rest is None:
            body = await self.work(zlib.compress, answer.body, LEVEL, _GZIP)
            if len(body) >= len(answer.body):
                return answer
            answer.body = body
        else:
            await self._pour(answer)
        answer.headers = [(name, _weak(value) if name == b"etag" else value) for name, value in answer.headers]
        answer.headers.append((b"content-encoding", b"gzip"))
        return answer

    async def _pour(self, answer: Answer) -> None:
        machine = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
        assert answer.rest is not None  # noqa: S101
        try:
            answer.body = await self.work(machine.compress, answer.body)
        except BaseException:
            await answer.rest.aclose()
            raise
        answer.rest = Squeezed(answer.rest, machine, self)

    async def inflated(self, content: bytes, limit: int) -> bytes:
        """Return *content* out of gzip, beside the loop unless it is small. Raises as :func:`inflate` does."""
        if len(content) <= INLINE_CODED:
            return inflate(content, limit)
        return await self._beside(inflate, content, limit)

    async def work(self, deed: Any, content: bytes, *more: Any) -> bytes:
        """Return what *deed* makes of *content*, beside the loop where that is large."""
        return deed(content, *more) if len(content) <= BESIDE else await self._beside(deed, content, *more)

    async def _beside(self, deed: Any, *arguments: Any) -> bytes:
        self._waiting += 1
        try:
            return bytes(await asyncio.get_running_loop().run_in_executor(self._threads, deed, *arguments))
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        """Let the thread end."""
        self._threads.shutdown(wait=False)


class Squeezed(AsyncGenerator[bytes, None]):
    """What follows the beginning of a large answer, in gzip; raises as *rest* does, and closes it."""

    def __init__(self, rest: AsyncGenerator[bytes, None], machine: Any, coder: Coder) -> None:
        self._rest, self._machine, self._coder = rest, machine, coder

    async def asend(self, _value: None) -> bytes:
        """Return the next piece that is ready. Raises StopAsyncIteration after the last one."""
        while self._machine is not None:
            piece = await anext(self._rest, None)
            if piece is None:
                machine, self._machine = self._machine, None
                return bytes(machine.flush())
            if made := await self._coder.work(self._machine.compress, piece):
                return made
        raise StopAsyncIteration

    async def athrow(self, *error: Any) -> bytes:
        """Close, and raise what was thrown in."""
        await self.aclose()
        raise error[0]

    async def aclose(self) -> None:
        """Let go of the provider; any number of times."""
        await self._rest.aclose()


def inflate(content: bytes, limit: int) -> bytes:
    """Return *content* out of one gzip member. Raises OverflowError above *limit* bytes, :class:`BadMessage`.

    Refused: what ends early, what goes on behind its end, what is gzip again inside.
    """
    machine = zlib.decompressobj(wbits=_GZIP)
    try:
        made = machine.decompress(content, limit + 1)
    except zlib.error:
        raise _unreadable("Nội dung không phải gzip.", "The content is not gzip.") from None
    if len(made) > limit:
        raise OverflowError
    if not machine.eof:
        raise _unreadable("Nội dung gzip bị cắt.", "The gzip content ends early.")
    if machine.unused_data:
        raise _unreadable("Có dữ liệu thừa sau phần gzip.", "Something follows the gzip content.")
    if made.startswith(_MAGIC):
        raise _unreadable("Nội dung được nén hai lần.", "The content is compressed twice.")
    return made


def _unreadable(detail: str, english: str) -> BadMessage:
    return BadMessage("gzip-invalid", detail, english)


def _weak(tag: bytes) -> bytes:
    """A strong tag promises the very bytes (RFC 9110 §8.8.3)."""
    return tag if tag.startswith(b"W/") else b"W/" + tag


def _behind_calls() -> None:
    """Let the thread wait for calls, not calls for it; on Linux each thread has a niceness of its own."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)
