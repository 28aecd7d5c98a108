"""What the provider learns of a call, signed by the platform: who calls, under which grant, and exactly what.

A JWT of sixty seconds in ``X-LGSP-Assertion`` that the provider verifies offline with our published keys. It holds
nothing of the caller's own credentials (broker.md §3, docs/tokens.md).
"""

import hashlib
from typing import Any

import orjson

from broker.incoming import Incoming
from broker.tokens.signer import Signer
from core import clock
from core.jose import b64url

ASSERTION = "X-LGSP-Assertion"
SECONDS = 60
_EMPTY = b64url(hashlib.sha256(b"").digest()).decode()


def assertion_for(incoming: Incoming, signer: Signer) -> str:
    """Return the assertion of a call that is about to be forwarded."""
    warrant, principal = incoming.warrant, incoming.principal
    assert warrant is not None and principal is not None  # noqa: S101, PT018
    key, service, now = principal.key, warrant.service.row, int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": signer.issuer,
        "aud": service.provider_code,
        "iat": now,
        "exp": now + SECONDS,
        "jti": incoming.call_id,
        "consumer": {"system": key.system_code, "agency": key.agency_code},
        "environment": key.environment,
        "grant": warrant.grant.code,
        "purpose": warrant.grant.purpose,
        "htm": incoming.method,
        "htu": f"{service.code}/{service.version}{warrant.upstream_path}",
        "digest": _digest(incoming.going),
    }
    if incoming.procedure:
        claims["procedure"] = incoming.procedure
    if incoming.raw_query:
        claims["query"] = _digest(incoming.raw_query)
    return signer.assertions.make(orjson.dumps(claims))


def _digest(content: bytes) -> str:
    return b64url(hashlib.sha256(content).digest()).decode() if content else _EMPTY
