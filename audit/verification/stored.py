"""Rows as a verification reads them, with as few objects for each as can be, and the MAC each should have.

Times are whole microseconds since 2000 and identities their 16 bytes, as the database sends them. The canonical bytes
are spelled here a second time, from a plan of the columns: what repeats from row to row is spelled once.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.types.numeric import Int8BinaryLoader
from psycopg.types.string import ByteaBinaryLoader

from audit.ledger import canonical
from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.verification.findings import INTENT, OUTCOME
from audit.verification.link import link

CHUNK = 5_000
TABLES = {INTENTS: (INTENT, canonical.INTENT), OUTCOMES: (OUTCOME, canonical.OUTCOME)}
# A row as it is read: the covered columns, of which these are the last, then its MAC.
Raw = tuple[Any, ...]
EPOCH_AT, N_AT, PREV_AT, MAC_AT = -4, -3, -2, -1
_MILLENNIUM = datetime(2000, 1, 1, tzinfo=UTC)
_SINCE_1970 = canonical.microseconds(_MILLENNIUM)
# Columns that hardly ever say the same in two rows: not worth looking up.
_OWN = {"n", "intent_n", "request_bytes", "response_bytes", "total_ms", "upstream_ms"}
_REPEATING = {"text", "bigint", "int", "smallint", "boolean"}
Net = Callable[[Any], bytes]


@dataclass(slots=True)
class Row:
    """One stored row: its covered values, its stored MAC and the MAC it should have."""

    values: Raw
    stored: bytes
    computed: bytes

    @property
    def sound(self) -> bool:
        """True when the MAC fits."""
        return self.stored == self.computed

    @property
    def call(self) -> UUID:
        """The call it is about."""
        return UUID(bytes=self.values[0])

    @property
    def place(self) -> tuple[int, int]:
        """Epoch and n."""
        return self.values[-3], self.values[-2]

    @property
    def prev(self) -> bytes:
        """The MAC it is chained to."""
        found: bytes = self.values[-1]
        return found


def _time(value: int | None) -> bytes:
    if value is None:
        return b"~,"
    plain = b"%d" % (value + _SINCE_1970)
    return b"%d:%b," % (len(plain), plain)


def _bytes(value: bytes | None) -> bytes:
    return b"~," if value is None else b"%d:%b," % (len(value), value)


def _number(value: int | None) -> bytes:
    if value is None:
        return b"~,"
    plain = b"%d" % value
    return b"%d:%b," % (len(plain), plain)


_NETS: dict[str, Net] = {"timestamptz": _time, "uuid": _bytes, "bytea": _bytes}


@cache
def _plan(kind: str, form: int) -> tuple[bytes, list[tuple[Callable[[Raw], Any], Net]], list[tuple[int, Any]]]:
    """Return how rows are spelled: their head, what to take from a row and how it is written; and the columns that
    format did not have, each with what it holds then."""
    later = {name: kept for added, names in canonical.ADDED.items() if added > form for name, kept in names.items()}
    columns = TABLES[kind][1]
    steps: list[tuple[Callable[[Raw], Any], Net]] = []
    begin: int | None = None
    for place, column in enumerate(columns):
        repeats = column.type in _REPEATING and column.name not in _OWN and column.name not in later
        if begin is not None and not repeats:
            steps.append((itemgetter(slice(begin, place)), lru_cache(maxsize=8192)(canonical.chunk)))
            begin = None
        if repeats:
            begin = place if begin is None else begin
        elif column.name not in later:
            steps.append((itemgetter(place), _NETS.get(column.type, _number)))
    missing = [(place, later[column.name]) for place, column in enumerate(columns) if column.name in later]
    return canonical.head(kind, form), steps, missing


def mac_of(key: bytes, kind: str, values: Raw, form: int) -> bytes:
    """Return the MAC a row of *form* should have (its own, at the end, is passed over); none fits one that holds
    what its format did not have."""
    head, steps, missing = _plan(kind, form)
    for place, kept in missing:
        if values[place] != kept:
            return canonical.NO_MAC
    return hmac.digest(key, b"".join([head, *[net(take(values)) for take, net in steps]]), "sha256")


def rows(kind: str, epoch: int, most: int, begin: int = 1) -> Iterator[Raw]:
    """Give the rows of *epoch* from *begin* up to *most* in order, in short statements: no snapshot stays open
    meanwhile."""
    table, columns = TABLES[kind]
    received = [column.name for column in columns].index("received_at")
    statement = (
        f"select {', '.join(column.name for column in columns)}, row_mac from {table}"  # noqa: S608
        " where epoch = %s and n <= %s and (n, received_at) > (%s, %s) order by n, received_at limit %s"
    )
    place: tuple[Any, Any] = (begin if begin > 1 else -(2**62), "-infinity")
    cursor = Cursor(link())
    cursor.adapters.register_loader("timestamptz", Int8BinaryLoader)
    cursor.adapters.register_loader("uuid", ByteaBinaryLoader)
    while True:
        found = cursor.execute(statement, [epoch, most, *place, CHUNK], binary=True).fetchall()
        yield from found
        if len(found) < CHUNK:
            return
        place = (found[-1][N_AT], _moment(found[-1][received]))


def _moment(value: int) -> datetime | str:
    try:
        return _MILLENNIUM + timedelta(microseconds=value)
    except OverflowError:
        return "infinity" if value > 0 else "-infinity"
