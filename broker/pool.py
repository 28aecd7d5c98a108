"""Connections to upstreams, kept a few seconds for the next call: by address and by terms of TLS."""

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from broker import guard
from broker.exchange import Exchange
from broker.failures import Failed, Forbidden, TimedOut, Untrusted
from broker.ticking import Deadlines
from core.addresses import AddressRefused, AddressRules, Target

CONNECT_SECONDS = 5.0
# Shorter than what servers commonly keep: one that hangs up just as we send leaves the call in doubt.
KEEP_SECONDS = 4.0
NAMES_SECONDS = 10.0
SWEEP_SECONDS = 1.0


@dataclass(slots=True)
class Place:
    """One upstream address with its idle connections."""

    target: Target
    tls: ssl.SSLContext | None
    host: str
    idle: deque[Exchange] = field(default_factory=deque)
    addresses: list[str] = field(default_factory=list)
    known_until: float = float("-inf")

    def take(self) -> Exchange | None:
        """Return the connection used last, if one may still be used."""
        while self.idle:
            found = self.idle.pop()
            if found.open and time.monotonic() - found.idle_since < KEEP_SECONDS:
                return found
            found.close()
        return None

    def give(self, exchange: Exchange) -> None:
        """Keep a connection that may be used again."""
        exchange.idle_since = time.monotonic()
        self.idle.append(exchange)

    def sweep(self) -> None:
        """Hang up on what lay idle too long."""
        while self.idle and time.monotonic() - self.idle[0].idle_since >= KEEP_SECONDS:
            self.idle.popleft().close()


class Pool:
    """All places. Addresses are judged when they are resolved, and the judged address is what is connected to."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._places: dict[tuple[str, int], Place] = {}
        self._plain_tls: ssl.SSLContext | None = None
        self._sweeper: asyncio.TimerHandle | None = None
        self._busy: set[Exchange] = set()
        self._deadlines = Deadlines()

    def place(self, base_url: str, tls: ssl.SSLContext | None) -> Place:
        """Return the place of *base_url*. Raises :class:`Forbidden` for one the platform does not call."""
        found = self._places.get((base_url, id(tls)))
        return found or self._settle(base_url, tls)

    def _settle(self, base_url: str, tls: ssl.SSLContext | None) -> Place:
        try:
            target = self._rules.check_url(base_url)
        except AddressRefused:
            raise Forbidden(sent=False) from None
        if target.scheme == "https" and tls is None:
            self._plain_tls = self._plain_tls or ssl.create_default_context()
        context = (tls or self._plain_tls) if target.scheme == "https" else None
        authority = target.origin.partition("://")[2]
        # The place keeps the context, so that nothing else gets its identity.
        place = self._places[base_url, id(tls)] = Place(target, context, authority)
        return place

    async def connection(self, place: Place, until: float, patience: float = CONNECT_SECONDS) -> Exchange:
        """Return a connection to *place*: an idle one, or a new one within *patience* seconds.

        Raises :class:`Failed` (nothing was sent).
        """
        found = place.take()
        if found is None:
            found = await self._connect(place, until, patience)
        self._busy.add(found)
        return found

    async def _connect(self, place: Place, until: float, patience: float) -> Exchange:
        loop = asyncio.get_running_loop()
        self._sweep_later(loop)
        last: Failed = Failed(sent=False)
        try:
            async with asyncio.timeout(min(patience, until - loop.time())):
                for address in await self._judged(place):
                    try:
                        return await self._reach(place, address)
                    except ssl.SSLError:
                        last = Untrusted(sent=False)
                    except OSError:
                        last = Failed(sent=False)
        except TimeoutError:
            raise TimedOut(sent=False) from None
        raise last

    async def _reach(self, place: Place, address: str) -> Exchange:
        loop = asyncio.get_running_loop()
        name = place.target.host if place.tls else None
        _transport, exchange = await loop.create_connection(
            lambda: Exchange(self._freed(place), self._deadlines),
            address,
            place.target.port,
            ssl=place.tls,
            server_hostname=name,
        )
        return exchange

    def _freed(self, place: Place) -> Callable[[Exchange], None]:
        def freed(exchange: Exchange) -> None:
            self._busy.discard(exchange)
            place.give(exchange)

        return freed

    async def _judged(self, place: Place) -> list[str]:
        """Return the addresses of a place, judged; names are asked again after a while."""
        now = time.monotonic()
        if now >= place.known_until:
            try:
                found = await guard.look_up(place.target.host, place.target.port, 0)
                place.addresses = self._rules.check_resolved(found, place.target.port)
            except AddressRefused:
                raise Forbidden(sent=False) from None
            except OSError:
                raise Failed(sent=False) from None
            place.known_until = now + NAMES_SECONDS
        return place.addresses

    def left(self, exchange: Exchange) -> None:
        """Forget a connection that ended."""
        self._busy.discard(exchange)

    def _sweep_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._sweeper is None:
            self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        self._sweeper = None
        for key, place in list(self._places.items()):
            place.sweep()
            if not place.idle and time.monotonic() >= place.known_until and len(self._places) > 1000:
                del self._places[key]
        if any(place.idle for place in self._places.values()):
            self._sweep_later(asyncio.get_running_loop())

    async def close(self) -> None:
        """Hang up everywhere."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for place in self._places.values():
            while place.idle:
                place.idle.pop().close()
        for exchange in list(self._busy):
            exchange.close()
        await asyncio.sleep(0)
