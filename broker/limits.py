"""Limits held in memory of one worker: calls of a key at once, calls to a provider at once, bytes in transit.

They are approximate across workers by design; the daily quota, which is exact, is the gate's (decisions, 2).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from broker.incoming import Incoming
from broker.problems import refusal

PER_KEY = 50
PER_PROVIDER = 1000
BUFFER_BYTES = 256 * 1024 * 1024


@dataclass(slots=True)
class Running:
    """Calls running now, by key and by provider."""

    keys: Counter[int] = field(default_factory=Counter)
    providers: Counter[int] = field(default_factory=Counter)

    def enter(self, key_id: int) -> None:
        """Count a call of a key. Raises ``concurrency-exceeded``."""
        if self.keys[key_id] >= PER_KEY:
            raise refusal("concurrency-exceeded", limit=PER_KEY).with_header("Retry-After", 1)
        self.keys[key_id] += 1

    def leave(self, key_id: int) -> None:
        """Forget a call of a key."""
        _less(self.keys, key_id)

    @contextmanager
    def at(self, provider_id: int) -> Iterator[None]:
        """Count a call to a provider while it runs. Raises ``provider-busy``."""
        if self.providers[provider_id] >= PER_PROVIDER:
            raise refusal("provider-busy").with_header("Retry-After", 1)
        self.providers[provider_id] += 1
        try:
            yield
        finally:
            _less(self.providers, provider_id)


def _less(counts: Counter[int], name: int) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
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
        running: Running = view.engine.running  # type: ignore[attr-defined]
        running.enter(incoming.principal.key.key_id)
        incoming.counted = True
        return True
