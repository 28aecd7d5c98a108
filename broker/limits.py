"""Limits held in memory of one worker: calls of a key at once, calls to a provider at once, rates, bytes in transit.

They are approximate across workers by design (docs/limits.md says how far); the daily quota and the provider's total,
which are exact, are the gates' (decisions, 2).
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from broker.allowance import allowance
from broker.incoming import Incoming
from broker.problems import Refusal, refusal
from connections.projection import KeyRow
from core.choices import Environment

PER_PROVIDER = 1000
BUFFER_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Places:
    """Calls running at providers in one environment: a sandbox full of trials leaves the live places free."""

    providers: Counter[int] = field(default_factory=Counter)
    services: Counter[int] = field(default_factory=Counter)

    def take(self, provider_id: int, service_id: int, most: int = 0) -> None:
        """Count a call to a provider; whoever took gives it back. Raises ``provider-busy``.

        *most* is what the source system of the service bears at once by its provider's word (0: nothing said).
        """
        at_provider, of_service = self.providers[provider_id], self.services[service_id]
        if at_provider >= PER_PROVIDER or (most and of_service >= most):
            raise refusal("provider-busy").with_header("Retry-After", 1)
        self.providers[provider_id], self.services[service_id] = at_provider + 1, of_service + 1

    def give(self, provider_id: int, service_id: int) -> None:
        """Forget a call to a provider."""
        _less(self.providers, provider_id)
        _less(self.services, service_id)


@dataclass(slots=True)
class Running:
    """Calls running now, by key and by place at a provider; ``elsewhere`` is what other workers said last.

    ``places`` are by environment.
    """

    keys: Counter[int] = field(default_factory=Counter)
    places: Mapping[str, Places] = field(default_factory=lambda: {name: Places() for name in Environment.values})
    elsewhere: Mapping[int, int] = field(default_factory=dict)
    workers: int = 1

    def enter(self, key: KeyRow) -> None:
        """Count a call of a key. Raises ``concurrency-exceeded``.

        A worker lets its share of the limit run whatever the others say; past it, only while all together have room.
        """
        limit, own = key.calls_at_once, self.keys[key.key_id]
        others = self.elsewhere.get(key.key_id, 0)
        if own >= limit or (own + others >= limit and own * self.workers >= limit):
            raise refusal("concurrency-exceeded", limit=limit).with_header("Retry-After", 1)
        self.keys[key.key_id] = own + 1

    def leave(self, key_id: int) -> None:
        """Forget a call of a key."""
        _less(self.keys, key_id)


def _less(counts: Counter[int], name: int) -> None:
    left = counts[name] - 1
    if left > 0:
        counts[name] = left
    else:
        del counts[name]


@dataclass(slots=True)
class Budget:
    """Bytes of requests and answers held in memory; beyond it calls are refused, never queued."""

    limit: int = BUFFER_BYTES
    used: int = 0

    def take(self, size: int) -> None:
        """Reserve *size* bytes. Raises ``overloaded``."""
        if self.used + size > self.limit:
            raise refusal("overloaded").with_header("Retry-After", 1)
        self.used += size

    def give(self, size: int) -> None:
        """Return what was taken."""
        self.used -= size


class CallsAtOnce(BaseThrottle):
    """A key runs so many calls at once (N17)."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call; the app forgets it when the call ends. Raises a refusal."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        assert incoming.principal is not None  # noqa: S101
        engine = view.engine  # type: ignore[attr-defined]
        try:
            engine.running.enter(incoming.principal.key)
        except Refusal:
            incoming.allowance = allowance(incoming, engine.rates, None)
            raise
        incoming.counted = True
        return True


class CallRate(BaseThrottle):
    """A grant lets so many calls through a second and a minute."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the call. Raises ``rate-exceeded`` with the time to wait, to the second."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        assert incoming.warrant is not None  # noqa: S101
        grant, engine = incoming.warrant.grant, view.engine  # type: ignore[attr-defined]
        if not (grant.rate_per_second or grant.rate_per_minute):
            return True
        wait = engine.rates.take(grant, time.monotonic())
        if not wait:
            return True
        incoming.allowance = allowance(incoming, engine.rates, None)
        seconds = max(1, ceil(wait))
        raise refusal("rate-exceeded", grant=grant.code, seconds=seconds).with_header("Retry-After", seconds)
