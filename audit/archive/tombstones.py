"""What stands in the database for an archived month: which places of which chains, and the MACs at their ends.

The ranges are text, a line each: kind, epoch, first and last n, the MAC before the first row, the MAC of the last.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from audit.ledger import canonical

COLUMNS = (
    "at", "month", "intents", "outcomes", "first_leaf", "last_leaf", "file", "size", "sha256", "ranges", "basis",
    "key_name",
)  # fmt: skip
PARTS = ("audit_intent", "audit_outcome")
_READ = f"select id, {', '.join(COLUMNS)}, mac from audit_tombstone order by month"  # noqa: S608
# A month of which no part belongs to the log any more is gone; one that is still there is looked at as any other.
_THERE = """
select distinct right(c.relname, 6) from pg_class c join pg_inherits i on i.inhrelid = c.oid
 where i.inhparent in ('audit_intent'::regclass, 'audit_outcome'::regclass) and c.relname ~ '_[0-9]{6}$'
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Places of one chain without a hole: ``prev`` is the MAC before its first row, ``mac`` that of its last."""

    kind: str
    epoch: int
    first: int
    last: int
    prev: bytes
    mac: bytes

    @property
    def line(self) -> str:
        """Return it as a tombstone holds it."""
        return f"{self.kind} {self.epoch} {self.first} {self.last} {self.prev.hex() or '-'} {self.mac.hex()}\n"

    @classmethod
    def parse(cls, line: str) -> "Stretch":
        """Read a line. Raises ValueError."""
        kind, epoch, first, last, prev, mac = line.split(" ")
        return cls(kind, int(epoch), int(first), int(last), bytes.fromhex(prev.strip("-")), bytes.fromhex(mac))


@dataclass(frozen=True, slots=True)
class Stone:
    """One tombstone as it is stored."""

    id: int
    values: Mapping[str, Any]
    mac: bytes

    def sound(self, keys: Mapping[str, bytes]) -> bool:
        """Return whether its MAC fits under the key it names."""
        key = keys.get(self.values["key_name"])
        return key is not None and hmac.compare_digest(mac_of(key, self.values), self.mac)

    @property
    def stretches(self) -> list[Stretch]:
        """Return its ranges. Raises ValueError for what are none."""
        return [Stretch.parse(line) for line in self.values["ranges"].splitlines()]


def mac_of(key: bytes, values: Mapping[str, Any]) -> bytes:
    """Return the MAC of a tombstone with these *values*."""
    return canonical.row_mac(key, "tombstone", [values[name] for name in COLUMNS], 1)


def stones(link: psycopg.Connection[Any]) -> list[Stone]:
    """Return every tombstone, oldest month first."""
    rows = link.execute(_READ).fetchall()
    return [Stone(row[0], dict(zip(COLUMNS, row[1:-1], strict=True)), bytes(row[-1])) for row in rows]


def attached(link: psycopg.Connection[Any]) -> set[str]:
    """Return the months (``YYYYMM``) that have a partition in the log."""
    return {month for (month,) in link.execute(_THERE).fetchall()}


class Gone:
    """The places that are in the archive and no longer in the log."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        self._by_chain: dict[tuple[str, int], list[Stretch]] = {}
        for one in sorted(stretches, key=lambda one: one.first):
            self._by_chain.setdefault((one.kind, one.epoch), []).append(one)

    def __bool__(self) -> bool:
        return bool(self._by_chain)

    def of(self, kind: str, epoch: int) -> Sequence[Stretch]:
        """Return what is gone of a chain, in order."""
        return self._by_chain.get((kind, epoch), ())

    def at(self, kind: str, epoch: int, n: int) -> Stretch | None:
        """Return the stretch that holds a place."""
        return next((one for one in self.of(kind, epoch) if one.first <= n <= one.last), None)

    def left(self, kind: str, epoch: int, first: int, last: int) -> list[tuple[int, int]]:
        """Return the parts of *first* to *last* that are not gone."""
        found = []
        for one in self.of(kind, epoch):
            if one.last < first or one.first > last:
                continue
            if one.first > first:
                found.append((first, one.first - 1))
            first = one.last + 1
        if first <= last:
            found.append((first, last))
        return found

    @property
    def epochs(self) -> set[tuple[str, int]]:
        """Return the chains something is gone of: kind and epoch."""
        return set(self._by_chain)

    @property
    def rows(self) -> int:
        """Return how many rows are gone."""
        return sum(one.last - one.first + 1 for chain in self._by_chain.values() for one in chain)
