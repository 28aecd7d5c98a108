"""The one seam where the wire to a provider is: ``forward(request) -> response``, with every foreign error translated.

aiohttp behind it; tests put another transport in. Never followed: redirects. Never kept: cookies. Never undone:
compression. Never repeated: anything, by itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from broker.guard import AddressNotAllowed, GuardedResolver
from core.addresses import AddressRefused, AddressRules

CONNECT_SECONDS = 5.0
KEEP_SECONDS = 4.0


class Failed(Exception):
    """The provider was not heard to the end. ``sent`` is False only when not a byte of the request left us."""

    code = "provider-unreachable"

    def __init__(self, *, sent: bool) -> None:
        super().__init__(self.code)
        self.sent = sent


class TimedOut(Failed):
    """The time of the service is over."""

    code = "provider-timeout"


class Unreadable(Failed):
    """What came is not HTTP, or more than its headers may hold."""

    code = "provider-answer-invalid"


class TooMuch(Failed):
    """The answer is larger than what is carried in one call."""

    code = "provider-answer-too-large"


class Forbidden(Failed):
    """The address is one the platform does not call."""

    code = "upstream-not-allowed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request to one upstream; ``target`` is sent byte for byte, ``seconds`` bounds all up to the last byte."""

    method: str
    base_url: str
    target: str
    headers: CIMultiDict[str]
    body: bytes
    seconds: float
    most_bytes: int
    hold: Callable[[int], None]  # told of every piece of the answer; may raise to end the exchange


@dataclass(frozen=True, slots=True)
class Answered:
    """What an upstream answered: whole, or its first MiB and ``rest``, which gives what follows.

    Whoever does not read ``rest`` to its end closes it; reading it raises :class:`Failed`.
    """

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    rest: AsyncGenerator[bytes, None] | None = None


class Transport(Protocol):
    """Carries one request and brings its answer."""

    async def forward(self, request: Outgoing) -> Answered:
        """Return the answer. Raises :class:`Failed`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class HttpTransport:
    """aiohttp with a guarded resolver and connections kept a few seconds."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=GuardedResolver(rules),
                ttl_dns_cache=10,
                limit=0,
                keepalive_timeout=KEEP_SECONDS,
                happy_eyeballs_delay=None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            requote_redirect_url=False,
            skip_auto_headers=("Accept", "Content-Type"),
            trust_env=False,
            max_field_size=8190,
            max_headers=64,
        )
        # aiohttp sends idempotent requests again on a connection that broke; the provider must see a call once.
        self._session._retry_connection = False

    async def forward(self, request: Outgoing) -> Answered:
        """Return the answer. Raises :class:`Failed`."""
        url = self._address(request)
        try:
            async with asyncio.timeout(request.seconds):
                return await self._exchange(request, url)
        except aiohttp.ConnectionTimeoutError:
            raise TimedOut(sent=False) from None
        except TimeoutError:
            raise TimedOut(sent=True) from None
        except AddressNotAllowed:
            raise Forbidden(sent=False) from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressNotAllowed):
                raise Forbidden(sent=False) from None
            raise Failed(sent=False) from None
        except aiohttp.ClientResponseError:
            raise Unreadable(sent=True) from None
        except (aiohttp.ClientError, OSError):
            raise Failed(sent=True) from None

    async def _exchange(self, request: Outgoing, url: URL) -> Answered:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        async with self._session.request(
            request.method,
            url,
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
            timeout=timeout,
        ) as response:
            parts: list[bytes] = []
            size = 0
            async for chunk in response.content.iter_any():
                size += len(chunk)
                if size > request.most_bytes:
                    response.close()
                    raise TooMuch(sent=True)
                request.hold(len(chunk))
                parts.append(chunk)
            return Answered(response.status, response.raw_headers, b"".join(parts))

    def _address(self, request: Outgoing) -> URL:
        """Judge the base address and put target behind it. Raises :class:`Forbidden`, :class:`Unreadable`."""
        try:
            base = self._rules.check_url(request.base_url)
        except AddressRefused:
            raise Forbidden(sent=False) from None
        target = base.path + request.target
        url = URL(base.origin + target, encoded=True)
        if url.raw_path_qs != target:
            raise Unreadable(sent=False)
        return url

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
