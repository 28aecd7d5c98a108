"""Counting on the way of a call: plain integers in plain dictionaries; nothing is added up before a scrape."""

import time
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.incoming import Incoming

# Upper bounds in seconds; what takes longer falls into the last, unbounded one.
BOUNDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
# Service code, hundred of the status, reason, side.
Kind = tuple[str, int, str, str]


@dataclass(slots=True)
class Histogram:
    """How many took how long; ``total`` in seconds."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what another worker wrote down."""
        for place, count in enumerate(other["buckets"][: len(self.buckets)]):
            self.buckets[place] += count
        self.total += other["total"]

    def document(self) -> dict[str, Any]:
        """Return what :meth:`add` takes."""
        return {"buckets": self.buckets, "total": self.total}


@dataclass(slots=True)
class Counts:
    """Of one worker since its service began; only ever grows."""

    calls: dict[Kind, int] = field(default_factory=dict)
    # Requests for a token, by the upstream that needed it and by result.
    logins: dict[tuple[int, str], int] = field(default_factory=dict)
    forwarded: int = 0
    refused: int = 0
    abandoned: int = 0
    sent_bytes: int = 0
    whole: Histogram = field(default_factory=Histogram)
    upstream: Histogram = field(default_factory=Histogram)
    record: Histogram = field(default_factory=Histogram)

    def count(self, incoming: Incoming, status: int, reason: str, side: str, sent: int) -> None:
        """Count an answered call. The service is named only once it is known to exist."""
        warrant = incoming.warrant
        kind = (warrant.service.row.code if warrant else "", status // 100, reason, side)
        self.calls[kind] = self.calls.get(kind, 0) + 1
        self.sent_bytes += sent
        self.whole.observe(time.monotonic() - incoming.begun)
        if incoming.progress.upstream_id:
            self.forwarded += 1
            self.upstream.observe(incoming.progress.upstream_ms / 1000)
        elif reason:
            self.refused += 1

    def count_login(self, upstream_id: int, result: str) -> None:
        """Count a request for a token; *result* is ``ok``, ``refused`` or ``unavailable``."""
        self.logins[upstream_id, result] = self.logins.get((upstream_id, result), 0) + 1

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what another worker wrote down."""
        # What a worker of an earlier version left knows of none.
        for upstream_id, result, count in other.get("logins", ()):
            self.logins[upstream_id, result] = self.logins.get((upstream_id, result), 0) + count
        for service, hundred, reason, side, count in other["calls"]:
            kind = (service, hundred, reason, side)
            self.calls[kind] = self.calls.get(kind, 0) + count
        for name in ("forwarded", "refused", "abandoned", "sent_bytes"):
            setattr(self, name, getattr(self, name) + other[name])
        for name in ("whole", "upstream", "record"):
            getattr(self, name).add(other[name])

    def document(self) -> dict[str, Any]:
        """Return what :meth:`add` takes, fit for JSON."""
        return {
            "calls": [[*kind[:3], str(kind[3]), count] for kind, count in self.calls.items()],
            "logins": [[*kind, count] for kind, count in self.logins.items()],
            "forwarded": self.forwarded,
            "refused": self.refused,
            "abandoned": self.abandoned,
            "sent_bytes": self.sent_bytes,
            "whole": self.whole.document(),
            "upstream": self.upstream.document(),
            "record": self.record.document(),
        }
