"""Canonical bytes and MACs: every column of a row, in one spelling, under a key the database does not have.

A row is ``lgsp-log`` + format + table, then for each column in the order below a netstring ``<length>:<value>,`` or
``~,`` for NULL. Numbers are decimal, times whole microseconds since 1970-01-01T00:00:00Z, truth values 0 or 1, UUIDs
their 16 bytes, texts UTF-8. The MAC is HMAC-SHA-256. Later formats added the columns of ``ADDED``; rows of earlier
ones hold their defaults, which a verification requires. Values only the database knows when an intent is written (its
verdict and time) are covered by the outcome, which repeats them.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from audit.ledger.calls import Attempt

FORMAT = 3
MAC_BYTES = 32
NO_MAC = b""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    "address text, auth text, procedure text, total_gate_id int, request_bytes bigint, body_digest bytea,"
    "query_digest bytea, officer_digest bytea, created timestamptz, nonce bytea, owned boolean, refused boolean,"
    "calls int"
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
# Columns a later format added, with what rows of earlier formats hold there.
ADDED: dict[int, dict[str, Any]] = {
    2: {"auth": "", "procedure": "", "total_gate_id": 0},
    3: {"officer_digest": b""},
}
# Decided by the database while it writes the intent; covered by the outcome's columns of the same names.
ASSIGNED = ("verdict", "admitted_at")


def microseconds(value: datetime) -> int:
    """Return whole microseconds since 1970 in UTC."""
    return (value - _EPOCH) // _MICROSECOND


# Numbers and texts of a log repeat from row to row; identities, times and digests never do.
@lru_cache(maxsize=8192)
def net_text(value: str) -> bytes:
    """Return the netstring of a text."""
    plain = value.encode()
    return b"%d:%b," % (len(plain), plain)


@lru_cache(maxsize=8192)
def net_number(value: int) -> bytes:
    """Return the netstring of a number or a truth value (True and 1 are written alike)."""
    plain = b"%d" % value
    return b"%d:%b," % (len(plain), plain)


def net_time(value: datetime) -> bytes:
    """Return the netstring of a time."""
    plain = b"%d" % microseconds(value)
    return b"%d:%b," % (len(plain), plain)


def net_bytes(value: bytes) -> bytes:
    """Return the netstring of bytes."""
    return b"%d:%b," % (len(value), value)


def net_uuid(value: UUID) -> bytes:
    """Return the netstring of an identity."""
    return b"16:%b," % value.bytes


_NETS: dict[type, Any] = {
    str: net_text, int: net_number, bool: net_number, datetime: net_time, bytes: net_bytes, UUID: net_uuid,
}  # fmt: skip


def chunk(values: Iterable[Any]) -> bytes:
    """Return the netstrings of *values*, one after the other."""
    return b"".join([b"~," if value is None else _NETS[type(value)](value) for value in values])


@lru_cache(maxsize=64)
def head(table: str, form: int = FORMAT) -> bytes:
    """Return what the canonical bytes of a row begin with."""
    return b"lgsp-log %d %b\n" % (form, table.encode())


def canonical(table: str, values: Iterable[Any], form: int = FORMAT) -> bytes:
    """Return the canonical bytes of a row of *table*, its values in the order of the covered columns."""
    return head(table, form) + chunk(values)


def row_mac(key: bytes, table: str, values: Iterable[Any], form: int = FORMAT) -> bytes:
    """Return the MAC of a row of *table*."""
    return hmac.digest(key, canonical(table, values, form), "sha256")


def earlier_mac(key: bytes, attempts: Sequence[Attempt], form: int = FORMAT) -> bytes:
    """Return the MAC over what the database decided about the *attempts* before the last one; none: empty."""
    if not attempts:
        return NO_MAC
    flat = [value for row in attempts for value in (row.epoch, row.n, row.verdict, row.admitted_at)]
    return row_mac(key, "attempts", flat, form)
