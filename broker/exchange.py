"""One connection to an upstream: HTTP/1.1 read by llhttp, strictly, one request at a time.

Nothing is followed, kept or undone; what is not HTTP ends the connection. An answer is given whole, or, where the
order wants that, its beginning first and the rest as it comes, read no faster than it is taken.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any

from httptools import HttpParserError, HttpResponseParser

from broker.failures import Failed, TimedOut, TooMuch, Unreadable, Untrusted
from broker.ticking import Deadlines

MOST_HEADERS, MOST_HEADER_BYTES = 64, 16 * 1024
# What of a followed answer may wait for the caller before the upstream is made to wait.
MOST_WAITING = 256 * 1024
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_FRAMING_LENGTHS = frozenset(map(len, _FRAMING))
Pairs = tuple[tuple[bytes, bytes], ...]


@dataclass(slots=True)
class Order:
    """One request on the wire: its bytes, its bounds, and who is told of every piece of the answer.

    ``until`` is a time of the loop. Of ``most_bytes`` at most ``most_whole`` are held; an answer that says how long it
    is will be followed from ``stream_after`` on (None: never). One that does not say may be without end: it is held or
    refused.
    """

    content: bytes
    head_only: bool
    until: float
    most_bytes: int
    hold: Callable[[int], None]
    stream_after: int | None = None
    most_whole: int | None = None


@dataclass(slots=True)
class Answered:
    """What an upstream answered: whole, or its beginning and ``rest``, which gives what follows.

    Whoever does not read ``rest`` to its end closes it; reading it raises :class:`Failed`.
    """

    status: int
    headers: Pairs
    body: bytes
    rest: AsyncGenerator[bytes, None] | None = None


class Exchange(asyncio.Protocol):
    """The connection. ``free`` is called when it may be used again."""

    def __init__(self, free: "Callable[[Exchange], None]", deadlines: Deadlines) -> None:
        self._loop = asyncio.get_running_loop()
        self._free, self._deadlines = free, deadlines
        self._transport: Any = None
        self._order: Order | None = None
        self._waiter: asyncio.Future[Answered] | None = None
        self._parser: Any = HttpResponseParser(self)
        self._begin()
        self.idle_since = 0.0
        self.open = False

    def _begin(self) -> None:
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._size = self._room = self._declared = 0
        self._status = 0
        self._framed = self._complete = self._keep = False
        self._fault: Exception | None = None
        self._following: Following | None = None

    # The way out.

    def send(self, order: Order) -> "asyncio.Future[Answered]":
        """Send a request; the future gives the answer or :class:`Failed`. Cancelling it ends the connection."""
        self._begin()
        self._order, self._room = order, MOST_HEADER_BYTES
        self._waiter = waiter = self._loop.create_future()
        self._deadlines.add(self._loop, self, order.until, self._expire)
        self._transport.write(order.content)
        return waiter

    def _expire(self) -> None:
        self.fail(TimedOut(sent=True))

    def fail(self, error: Exception) -> None:
        """End the exchange and the connection; whoever waits for the answer gets *error*."""
        self._settle()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)
        if self._following is not None:
            self._following.end(error)
        # The error leads back to us through its traceback: what came so far must not wait for the collector.
        self._parts, self._fault = [], None
        self.close()

    def close(self) -> None:
        """Hang up at once."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def _settle(self) -> None:
        self._order = None
        self._deadlines.discard(self)

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out."""
        self._transport = transport
        self.open = True

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._order is None or self._complete:
            self.close()  # nobody asked
            return
        try:
            self._parser.feed_data(data)
        except HttpParserError:
            self.fail(self._fault or Unreadable(sent=True))
            return
        except Exception as error:  # pragma: no cover  # httptools knows no other
            self.fail(error)
            return
        if self._complete:
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        """An answer without a length ends with the connection; any other one is broken off."""
        self.open = False
        if self._order is None:
            self._parser = None  # it refers to us
            return
        if error is None and self._status >= 200 and not self._framed:
            self._finish()
        else:
            # TLS 1.3: a provider refuses our certificate, or its absence, after the handshake.
            self.fail((Untrusted if isinstance(error, ssl.SSLError) else Failed)(sent=True))
        self._parser = None

    # What the parser tells.

    def on_message_begin(self) -> None:
        """Begin an answer; hints that came before it are forgotten, a second answer spoils the first."""
        if self._complete:
            self._refuse(Unreadable(sent=True))
        self._headers, self._status, self._framed, self._declared = [], 0, False, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._headers.append((name, value))
        self._room -= len(name) + len(value)
        if self._room < 0 or len(self._headers) > MOST_HEADERS:
            self._refuse(Unreadable(sent=True))
        if len(name) in _FRAMING_LENGTHS and (lower := name.lower()) in _FRAMING:
            self._framed = True
            if lower == b"content-length" and value.isdigit():
                self._declared = int(value[:18])

    def on_headers_complete(self) -> None:
        """Know the status; an answer to HEAD ends here."""
        status = self._parser.get_status_code()
        if status == 101:
            self._refuse(Unreadable(sent=True))
        if status >= 200:
            self._status = status
            if self._order is not None and self._order.head_only:
                self._complete = True
            elif self._order is not None and self._declared > self._order.most_bytes and status not in (204, 304):
                self._refuse(TooMuch(sent=True))  # what is said to be too much is not read to find out

    def on_body(self, body: bytes) -> None:
        """Take a piece of the body."""
        order = self._order
        if order is None or self._complete:
            return
        self._size += len(body)
        if self._size > order.most_bytes:
            self._refuse(TooMuch(sent=True))
        if self._following is not None:
            self._following.add(body)
            return
        try:
            order.hold(len(body))
        except Exception as error:
            self._refuse(error)
        self._parts.append(body)
        if order.stream_after is not None and self._declared and self._size > order.stream_after:
            self._follow()
        elif order.most_whole is not None and self._size > order.most_whole:
            self._refuse(TooMuch(sent=True))

    def on_message_complete(self) -> None:
        """The answer is whole; what was only a hint is not the answer."""
        if self._status >= 200:
            self._complete = True
            self._keep = self._parser.should_keep_alive()

    def _refuse(self, error: Exception) -> None:
        self._fault = error
        raise Unreadable(sent=True)

    def _finish(self) -> None:
        """Give the answer, and the connection back if it may be used again."""
        reusable = self.open and self._keep
        waiter, following = self._waiter, self._following
        self._settle()
        if following is not None:
            following.end(None)
        elif waiter is not None and not waiter.done():
            waiter.set_result(Answered(self._status, tuple(self._headers), b"".join(self._parts)))
        # What was told is not kept while the connection is idle; `send` begins anew.
        self._waiter, self._following, self._headers, self._parts = None, None, [], []
        if reusable:
            self._free(self)
        else:
            self.close()

    def _follow(self) -> None:
        """Give what is there, and the rest as it comes."""
        self._following = following = Following(self._transport, self.close)
        if self._waiter is not None and not self._waiter.done():
            begun = b"".join(self._parts)
            self._waiter.set_result(Answered(self._status, tuple(self._headers), begun, following))
            self._parts = []


class Following(AsyncGenerator[bytes, None]):
    """The rest of an answer on its way to whoever takes it.

    Reading raises what broke the answer off; closing early hangs up on the upstream. An object, not a generator
    function: one that was never begun would close nothing.
    """

    def __init__(self, transport: Any, close: Callable[[], None]) -> None:
        self._transport, self._close = transport, close
        self._waiting: list[bytes] = []
        self._size = 0
        self._paused = self._ended = False
        self._error: Exception | None = None
        self._arrived = asyncio.Event()

    def add(self, piece: bytes) -> None:
        """Take a piece; beyond the bound the upstream has to wait."""
        self._waiting.append(piece)
        self._size += len(piece)
        if self._size > MOST_WAITING and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._arrived.set()

    def end(self, error: Exception | None) -> None:
        """Nothing more comes: the answer is whole, or broken off by *error*."""
        self._ended, self._error = True, error
        if self._paused and error is None:
            # The connection may be used again: whoever has it next must hear its answer.
            self._paused = False
            self._transport.resume_reading()
        self._arrived.set()

    async def asend(self, _value: None) -> bytes:
        """Return what came since. Raises what broke the answer off, StopAsyncIteration after the last piece."""
        while not self._waiting:
            if self._ended:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        pieces, self._waiting, self._size = self._waiting, [], 0
        if self._paused and not self._ended:
            self._paused = False
            self._transport.resume_reading()
        return b"".join(pieces)

    async def athrow(self, *error: Any) -> bytes:
        """Close, and raise what was thrown in."""
        await self.aclose()
        raise error[0]

    async def aclose(self) -> None:
        """Take no more; any number of times."""
        if not self._ended:
            self._ended = True
            self._close()
