"""Canonical bytes and MACs: every column of a row, in one spelling, under a key the database does not have.

A row is ``lgsp-log`` + format + table, then for each column in the order below a netstring ``<length>:<value>,`` or
``~,`` for NULL. Numbers are decimal, times whole microseconds since 1970-01-01T00:00:00Z, truth values 0 or 1, UUIDs
their 16 bytes, texts UTF-8. The MAC is HMAC-SHA-256. Values only the database knows when an intent is written (its
verdict and time) are covered by the outcome, which repeats them.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.ledger.calls import Attempt

FORMAT = 1
MAC_BYTES = 32
NO_MAC = b""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Column:
    """One covered column: its name and its type in PostgreSQL."""

    name: str
    type: str


def _columns(text: str) -> tuple[Column, ...]:
    return tuple(Column(*part.split()) for part in text.split(",") if part.strip())


_CHAINED = _columns("epoch bigint, n bigint, prev_mac bytea")
REQUEST = _columns(
    "call_id uuid, received_at timestamptz, environment text, method text, service text, version text, operation text,"
    "key_id bigint, access_key text, system_id bigint, system_code text, agency_id bigint, agency_code text,"
    "provider_id bigint, provider_code text, grant_code text, purpose text, gate_id int, gate_version bigint,"
    "address text, request_bytes bigint, body_digest bytea, query_digest bytea, created timestamptz, nonce bytea,"
    "owned boolean, refused boolean, calls int"
)
ANSWER = _columns(
    "call_id uuid, received_at timestamptz, finished_at timestamptz, status smallint, reason text, side text,"
    "upstream_id bigint, upstream_status smallint, response_bytes bigint, total_ms int, upstream_ms int,"
    "fields_dropped int, stage text, verdict text, admitted_at timestamptz, intent_epoch bigint, intent_n bigint,"
    "earlier bytea"
)
INTENT = REQUEST + _CHAINED
OUTCOME = ANSWER + _CHAINED
EPOCH = _columns(
    "seq bigint, event text, kind text, at timestamptz, worker text, key_name text, format smallint,"
    "last_epoch bigint, last_n bigint, last_mac bytea, prev_mac bytea"
)
# Decided by the database while it writes the intent; covered by the outcome's columns of the same names.
ASSIGNED = ("verdict", "admitted_at")


def microseconds(value: datetime) -> int:
    """Return whole microseconds since 1970 in UTC."""
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _plain(value: Any) -> bytes:
    """Return one value's bytes (see the module)."""
    kind = type(value)
    if kind is str:
        return value.encode()
    if kind is int:
        return b"%d" % value
    if kind is bytes:
        return value
    if kind is datetime:
        return b"%d" % microseconds(value)
    if kind is bool:
        return b"1" if value else b"0"
    return value.bytes


def canonical(table: str, values: Iterable[Any]) -> bytes:
    """Return the canonical bytes of a row of *table*, its values in the order of the covered columns."""
    parts = [b"lgsp-log %d %b\n" % (FORMAT, table.encode())]
    for value in values:
        if value is None:
            parts.append(b"~,")
        else:
            plain = _plain(value)
            parts.append(b"%d:%b," % (len(plain), plain))
    return b"".join(parts)


def row_mac(key: bytes, table: str, values: Iterable[Any]) -> bytes:
    """Return the MAC of a row of *table*."""
    return hmac.digest(key, canonical(table, values), "sha256")


def earlier_mac(key: bytes, attempts: Sequence[Attempt]) -> bytes:
    """Return the MAC over what the database decided about the *attempts* before the last one; none: empty."""
    if not attempts:
        return NO_MAC
    flat = [value for row in attempts for value in (row.epoch, row.n, row.verdict, row.admitted_at)]
    return row_mac(key, "attempts", flat)


def array(column: Column, values: Iterable[Any]) -> str:
    """Return *values* as a PostgreSQL array literal.

    Written by hand: one text per column keeps the prepared statement's types the same for every batch, and costs a
    third of adapting each value by itself.
    """
    return "{" + ",".join(map(_LITERALS[column.type], values)) + "}"


def _quoted(value: str | None) -> str:
    return "NULL" if value is None else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _hex(value: bytes | None) -> str:
    return "NULL" if value is None else f'"\\\\x{value.hex()}"'


def _time(value: datetime | None) -> str:
    return "NULL" if value is None else value.isoformat()


def _number(value: int | None) -> str:
    return "NULL" if value is None else str(value)


_LITERALS: dict[str, Any] = {
    "uuid": str,
    "text": _quoted,
    "bytea": _hex,
    "timestamptz": _time,
    "bigint": _number,
    "int": _number,
    "smallint": _number,
    "boolean": str,
}
