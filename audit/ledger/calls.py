"""What the broker says about a call, and how that becomes a row nobody can poison."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

# What is made anew for each call is not frozen: freezing costs a Python call a field. Nothing changes it all the same.
_BIGINT = 2**63 - 1
_INT = 2**31 - 1
_SMALLINT = 2**15 - 1
_NONCE_BYTES = 128
_DIGEST_BYTES = 64


class LogUnavailable(Exception):
    """The log cannot be written, or it is not certain that it was: answer 503, forward nothing."""


class Verdict(StrEnum):
    """What the database decided about one submitted call."""

    ADMITTED = "A"
    REPLAY = "R"
    STALE = "S"
    QUOTA = "Q"
    TOTAL = "T"
    NO_GATE = "G"
    REFUSED = "X"


class Stage(StrEnum):
    """Which outcome of a call a row is: the only one, or the two of a streamed answer (decisions, 9).

    ``UNKNOWN`` is written by the sealer for a call whose process died before it wrote how the call ended.
    """

    FINAL = "F"
    STREAMING = "S"
    CLOSING = "C"
    UNKNOWN = "U"


# Calling an enumeration costs ten times as much as looking a member up.
VERDICTS = {item.value: item for item in Verdict}
_STAGES = {item.value: item.value for item in Stage}


@dataclass(slots=True, eq=False)
class Standing:
    """What is the same for most calls of a caller: columns of the intent row, and how they are written, once known.

    Unknown ids are 0, unknown texts "". ``operation`` is the operation's code, never the real path. ``auth`` is how
    the caller proved itself ("signature", "token", "" for nobody), ``procedure`` the code of the administrative
    procedure served (QC4.4), ``total_gate_id`` the gate that counts all calls to the service (0: none).
    """

    environment: str = ""
    method: str = ""
    service: str = ""
    version: str = ""
    operation: str = ""
    key_id: int = 0
    access_key: str = ""
    system_id: int = 0
    system_code: str = ""
    agency_id: int = 0
    agency_code: str = ""
    provider_id: int = 0
    provider_code: str = ""
    grant_code: str = ""
    purpose: str = ""
    gate_id: int = 0
    gate_version: int = 0
    address: str = ""
    auth: str = ""
    procedure: str = ""
    total_gate_id: int = 0
    # Netstrings and literal (``ledger.rows``).
    written: tuple[bytes, str] | None = field(default=None, init=False, repr=False)


@dataclass(slots=True)
class Call:
    """Everything known before forwarding; each field is a column of the intent row and inside its MAC, or holds some.

    The digests are keyed (``Ledger.digest``). ``created`` and ``nonce`` are as signed. ``officer_digest`` is the keyed
    digest of the id of the officer who asks (empty: nobody was named; decisions, 4).
    """

    call_id: UUID
    received_at: datetime
    standing: Standing
    request_bytes: int = 0
    body_digest: bytes = b""
    query_digest: bytes = b""
    created: datetime | None = None
    nonce: bytes = b""
    officer_digest: bytes = b""


@dataclass(slots=True)
class Outcome:
    """How a call ended: ``reason`` a problem code or "", ``side`` who failed: "", platform, provider or consumer."""

    status: int
    reason: str = ""
    side: str = ""
    upstream_id: int = 0
    upstream_status: int = 0
    response_bytes: int = 0
    total_ms: int = 0
    upstream_ms: int = 0
    fields_dropped: int = 0
    stage: str = Stage.FINAL


@dataclass(slots=True)
class Attempt:
    """One intent row of a call as the database wrote it: where it stands, and what the database decided and when.

    ``room`` is how many calls its gate lets through after this one today; None where no gate was asked.
    """

    epoch: int
    n: int
    verdict: str
    admitted_at: datetime
    room: int | None = None


def text(value: str, limit: int = 64) -> str:
    """Return *value* as PostgreSQL can hold it: no NUL, no lone surrogate, at most *limit* characters."""
    if value.isascii() and "\0" not in value:
        return value[:limit]
    return value[:limit].replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def number(value: int, most: int = _BIGINT) -> int:
    """Return *value* within 0 and *most*."""
    return 0 if value < 0 else most if value > most else int(value)


def moment(value: datetime) -> datetime:
    """Return *value* in UTC. Raises ValueError for a naive one, or one that leaves the calendar."""
    if value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time of the call log needs its zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time of the call log lies outside the calendar") from error


# How many characters a text of a standing may have; None: a number.
_BOUNDS = {
    "environment": 16, "method": 16, "service": 64, "version": 16, "operation": 64, "key_id": None, "access_key": 128,
    "system_id": None, "system_code": 64, "agency_id": None, "agency_code": 64, "provider_id": None,
    "provider_code": 64, "grant_code": 64, "purpose": 64, "gate_id": None, "gate_version": None, "address": 64,
    "auth": 16, "procedure": 64, "total_gate_id": None,
}  # fmt: skip
_INTS = frozenset({"gate_id", "total_gate_id"})


def standing(**values: Any) -> Standing:
    """Return what is the same for most calls of a caller, bounded."""
    bounded: dict[str, Any] = {}
    for name, value in values.items():
        limit = _BOUNDS[name]
        most = _INT if name in _INTS else _BIGINT
        bounded[name] = number(value, most) if limit is None else text(value, limit)
    return Standing(**bounded)


@dataclass(slots=True, eq=False)
class Ended:
    """What is the same for most outcomes: columns of the outcome row, and how they are written, once known."""

    status: int
    reason: str
    side: str
    upstream_id: int
    upstream_status: int
    written: tuple[bytes, str] | None = field(default=None, init=False, repr=False)


@lru_cache(maxsize=4096)
def _ended(status: int, reason: str, side: str, upstream_id: int, upstream_status: int) -> Ended:
    """Return what is the same for most outcomes, bounded."""
    return Ended(
        number(status, _SMALLINT),
        text(reason),
        text(side, 16),
        number(upstream_id),
        number(upstream_status, _SMALLINT),
    )


def intent_values(call: Call, *, owned: bool, refused: bool, calls: int = 1) -> tuple[Any, ...]:
    """Return the request half of an intent row, bounded, in the order of ``canonical.REQUEST``; the standing is one.

    Raises ValueError for a call no row can be made of.
    """
    created = None if call.created is None else moment(call.created)
    if created is None and not (owned or refused):
        raise ValueError("a call without its signed time has no nonce to burn")
    return (
        call.call_id,
        moment(call.received_at),
        call.standing,
        number(call.request_bytes),
        bytes(call.body_digest[:_DIGEST_BYTES]),
        bytes(call.query_digest[:_DIGEST_BYTES]),
        bytes(call.officer_digest[:_DIGEST_BYTES]),
        created,
        bytes(call.nonce[:_NONCE_BYTES]),
        owned,
        refused,
        number(calls, _INT),
    )


def outcome_values(
    call: Call, outcome: Outcome, *, attempt: Attempt, earlier: bytes, finished_at: datetime
) -> tuple[Any, ...]:
    """Return an outcome row, bounded, in the order of ``canonical.ANSWER``; what repeats is one."""
    return (
        call.call_id,
        moment(call.received_at),
        finished_at,
        _ended(outcome.status, outcome.reason, outcome.side, outcome.upstream_id, outcome.upstream_status),
        number(outcome.response_bytes),
        number(outcome.total_ms, _INT),
        number(outcome.upstream_ms, _INT),
        number(outcome.fields_dropped, _INT),
        _STAGES[outcome.stage],
        attempt.verdict,
        attempt.admitted_at,
        attempt.epoch,
        attempt.n,
        earlier,
    )
