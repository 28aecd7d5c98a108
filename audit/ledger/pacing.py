"""Refusals before authentication come as fast as an attacker likes: some rows a minute and address, then one for all.

Counted in each worker by itself. An IPv6 caller is its /64, which is what one subscriber holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from audit.ledger.calls import Call, Outcome, standing
from core.ids import uuid7

ROWS_PER_MINUTE = 100
MOST_ADDRESSES = 10_000
ELSEWHERE = "*"
MIXED = "mixed"


def bucket(address: str) -> str:
    """Return what *address* is counted as: itself, its IPv6 /64, or "" for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


@dataclass(slots=True)
class _Minute:
    at: datetime
    rows: int = 0
    call: Call | None = None
    outcome: Outcome | None = None
    folded: int = 0


@dataclass(slots=True)
class Pacer:
    """Counts refusals; says which get a row of their own and keeps the rest until their minute is over."""

    _minutes: dict[str, _Minute] = field(default_factory=dict)
    _over: list[_Minute] = field(default_factory=list)

    def own_row(self, call: Call, outcome: Outcome, *, at: datetime) -> bool:
        """Return whether this refusal gets its own row; if not, it is counted in its minute's row."""
        minute = self._minute(bucket(call.standing.address), at.replace(second=0, microsecond=0))
        if minute.rows < ROWS_PER_MINUTE:
            minute.rows += 1
            return True
        minute.folded += 1
        if minute.call is None or minute.outcome is None:
            minute.call, minute.outcome = call, outcome
        elif minute.outcome.reason != outcome.reason:
            minute.outcome = replace(minute.outcome, status=0, reason=MIXED)
        return False

    def _minute(self, name: str, at: datetime) -> _Minute:
        if name not in self._minutes and len(self._minutes) >= MOST_ADDRESSES:
            name = ELSEWHERE
        found = self._minutes.get(name)
        if found is None or found.at != at:
            if found is not None and found.folded:
                self._over.append(found)
            found = self._minutes[name] = _Minute(at)
        return found

    def due(self, *, before: datetime | None) -> Iterator[tuple[Call, Outcome, int]]:
        """Give and forget what the minutes ended *before* (None: all) have folded: call, outcome, how many refusals.

        The row keeps the address and nothing else of what the callers claimed.
        """
        begun = before and before.replace(second=0, microsecond=0)
        ended = [name for name, minute in self._minutes.items() if begun is None or minute.at < begun]
        over, self._over = self._over + [self._minutes.pop(name) for name in ended], []
        for minute in over:
            if minute.folded and minute.call is not None and minute.outcome is not None:
                yield _aggregate(minute.call), minute.outcome, minute.folded


def _aggregate(call: Call) -> Call:
    return Call(uuid7(), call.received_at, standing(address=call.standing.address))
