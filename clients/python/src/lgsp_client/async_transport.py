"""HTTP/1.1 in an event loop, on httpcore: target and headers go out as they are given, no redirect, no proxy."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from lgsp_client.answers import Headers
from lgsp_client.errors import AnswerLost, CertificateRefused, Unreachable
from lgsp_client.transport import IDLE_SECONDS, MOST_IDLE

try:
    import httpcore
except ImportError as absent:
    raise ImportError("AsyncClient needs: pip install 'lgsp-client[async]'") from absent

if TYPE_CHECKING:
    from lgsp_client.retrying import Deadline
    from lgsp_client.steps import Send
    from lgsp_client.transport import Address

# What a key may have running at once by the platform's usual terms: the rest waits here instead of being refused.
_MOST_CONNECTIONS = 50
# httpcore's own bounds come first: they tell whether anything was sent.
_GRACE_SECONDS = 0.1
_UNSENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)
_FAILED = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, asyncio.TimeoutError, OSError)


class AsyncTransport:
    """Connections to one platform, for any number of tasks of one event loop."""

    def __init__(self, address: Address, context: ssl.SSLContext | None, timeout: float) -> None:
        self._address, self._timeout = address, timeout
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=_MOST_CONNECTIONS,
            max_keepalive_connections=MOST_IDLE,
            keepalive_expiry=IDLE_SECONDS,
        )

    @contextlib.asynccontextmanager
    async def send(self, step: Send) -> AsyncIterator[AsyncResponse]:
        """Send one request and give what comes back, its body still to be read.

        Raises :class:`Unreachable` when nothing was sent, :class:`AnswerLost` when something was.
        """
        found = await self._ask(step)
        try:
            yield AsyncResponse(found, step.deadline, self._timeout)
        finally:
            await found.aclose()

    async def _ask(self, step: Send) -> httpcore.Response:
        address, left = self._address, step.deadline.left()
        seconds = max(0.001, min(self._timeout, left))
        request = httpcore.Request(
            step.method,
            httpcore.URL(
                scheme=address.scheme.encode(),
                host=address.host.encode("idna"),
                port=address.port,
                target=step.target.encode("ascii"),
            ),
            headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in step.headers.items()],
            content=step.body or None,
            extensions={"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": left}},
        )
        try:
            return await asyncio.wait_for(self._pool.handle_async_request(request), left + _GRACE_SECONDS)
        except _UNSENT as failed:
            if (refused := _refusal_of(failed)) is not None:
                raise CertificateRefused(f"{address.url}: {refused.verify_message}") from None
            raise Unreachable(f"{address.url}: {_said(failed)}") from None
        except _FAILED as failed:
            raise AnswerLost(f"{address.url}: {_said(failed)}") from None

    async def close(self) -> None:
        """End the connections."""
        await self._pool.aclose()


class AsyncResponse:
    """An answer whose head is read."""

    def __init__(self, found: httpcore.Response, deadline: Deadline, timeout: float) -> None:
        self._found, self._deadline, self._timeout = found, deadline, timeout
        self.status = found.status
        self.headers = Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in found.headers])

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece. Raises :class:`AnswerLost` for one that ends early or late."""
        stream = self._found.aiter_stream().__aiter__()
        while True:
            left = self._deadline.left()
            if not left:
                raise AnswerLost("no whole answer in the time of the call")
            try:
                piece = await asyncio.wait_for(stream.__anext__(), min(self._timeout, left))
            except StopAsyncIteration:
                return
            except _FAILED as failed:
                raise AnswerLost(f"the answer broke off: {_said(failed)}") from None
            yield piece


def _refusal_of(failed: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the refused certificate behind a connection that did not come about."""
    found: BaseException | None = failed
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return found
        found = found.__cause__ or found.__context__
    return None


def _said(failed: BaseException) -> str:
    return str(failed) or type(failed).__name__
