"""The one seam where the wire to a provider is: ``forward(request) -> response``, with every foreign error translated.

Connections of our own behind it (``pool``, ``exchange``); tests put another transport in. Never followed: redirects.
Never kept: cookies. Never undone: compression. Never repeated: anything, by itself.
"""

import asyncio
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from broker.exchange import Answered, Order
from broker.failures import Failed, Forbidden, TimedOut, TooMuch, Unreadable, Untrusted
from broker.pool import CONNECT_SECONDS, Pool
from core.addresses import AddressRules

__all__ = ["Answered", "Failed", "Forbidden", "HttpTransport", "Outgoing", "TimedOut", "TooMuch", "Transport"]
__all__ += ["CONNECT_SECONDS", "Unreadable", "Untrusted"]

# Neither a target nor a header may begin a line of its own.
_TARGET = re.compile(r"/[!-~]*\Z")
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


@dataclass(slots=True)
class Outgoing:
    """One request to one upstream; ``target`` is sent byte for byte, ``seconds`` bounds all up to the last byte.

    ``tls`` is the upstream's own context, which knows the name to expect; None: the ordinary one. ``stream_after`` is
    the size in bytes from which an answer is followed instead of held whole, if it says how long it is;
    ``whole_bytes`` is what is held of one that does not (None: ``most_bytes``).
    ``connect_seconds`` bounds the way to a new connection, handshake included.
    """

    method: str
    base_url: str
    target: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    seconds: float
    most_bytes: int
    hold: Callable[[int], None]  # told of every piece held; may raise to end the exchange
    tls: ssl.SSLContext | None = None
    whole_bytes: int | None = None
    stream_after: int | None = None
    connect_seconds: float = CONNECT_SECONDS


class Transport(Protocol):
    """Carries one request and brings its answer."""

    async def forward(self, request: Outgoing) -> Answered:
        """Return the answer. Raises :class:`Failed`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class HttpTransport:
    """HTTP/1.1 over a pool of guarded connections."""

    def __init__(self, rules: AddressRules) -> None:
        self._pool = Pool(rules)

    async def forward(self, request: Outgoing) -> Answered:
        """Return the answer. Raises :class:`Failed`."""
        place = self._pool.place(request.base_url, request.tls)
        content = written(request, place.target.path, place.host)
        until = asyncio.get_running_loop().time() + request.seconds
        exchange = await self._pool.connection(place, until, request.connect_seconds)
        answer = exchange.send(
            Order(
                content,
                request.method == "HEAD",
                until,
                request.most_bytes,
                request.hold,
                request.stream_after,
                request.whole_bytes,
            )
        )
        try:
            return await answer
        except BaseException:
            # Also when the wait is called off: an answer that nobody waits for must not meet the next request.
            exchange.close()
            self._pool.left(exchange)
            raise

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()


def written(request: Outgoing, base_path: str, host: str) -> bytes:
    """Return the request as it goes out. Raises :class:`Unreadable` for a target that is no target."""
    target = base_path + request.target
    if not _TARGET.match(target):
        raise Unreadable(sent=False)
    lines = [f"{request.method} {target} HTTP/1.1\r\nHost: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body or request.method in _BODY_METHODS:
        lines.append(f"Content-Length: {len(request.body)}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode("latin-1") + request.body
