"""``Idempotency-Key``: a deed asked for again under the same key is not carried again (decisions, 11).

Decided in the database, so exact across workers, and asked only for calls that send the header. The key is free again
when the provider certainly did not get the call.
"""

from typing import TYPE_CHECKING

import structlog

from audit.admission import LogUnavailable
from broker.incoming import Incoming
from broker.problems import refusal

if TYPE_CHECKING:
    from broker.engine import Engine

log = structlog.get_logger(__name__)
HEADER = b"idempotency-key"
LONGEST = 255
# Methods that change nothing at the provider (RFC 9110 §9.2.1): asked again, they may be answered again.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def key_of(incoming: Incoming, engine: "Engine") -> bytes | None:
    """Return the keyed digest of system, grant and key; None when the call has none. Raises a refusal."""
    sent = incoming.sent.get(HEADER)
    if sent is None or incoming.method in SAFE:
        return None
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    if not 0 < len(sent) <= LONGEST:
        raise refusal("idempotency-key-invalid", most=LONGEST)
    return engine.ledger.digest(b"idempotency\0%d\0%b\0%b" % (warrant.grant.system_id, _code(incoming), sent))


def _code(incoming: Incoming) -> bytes:
    return incoming.grant_code.encode()


async def claim(digest: bytes, incoming: Incoming, engine: "Engine") -> None:
    """Take the key for this call. Raises a refusal: in progress, used, or ``log-unavailable``."""
    try:
        first = await engine.ledger.claims.take(digest, incoming.call_id)
    except LogUnavailable:
        raise refusal("log-unavailable").with_header("Retry-After", 5) from None
    if first is None:
        return
    named = str(first.call_id)
    if first.running:
        error = refusal("idempotency-in-progress", first=named).with_header("Retry-After", 1)
    else:
        error = refusal("idempotency-key-used", first=named)
    raise error.with_members(first_request_id=named)


async def release(digest: bytes, incoming: Incoming, engine: "Engine") -> None:
    """Free the key: nothing reached the provider. What cannot be freed stays used, which harms no deed."""
    try:
        await engine.ledger.claims.free(digest, incoming.call_id)
    except LogUnavailable:
        log.warning("broker.idempotency_key_not_freed", request_id=incoming.request_id)
