"""Who calls, by a token of ours (RFC 6750): verified here, offline, and bound to key, grant, purpose and environment.

The token spares the signature, not the gate: the key must still be in force, and the call passes the same statement as
any other, so revocation and quota do not wait for the token's end.
"""

import hashlib
import hmac
from datetime import datetime
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from broker.authenticating import check_key, read_named
from broker.incoming import BEARER, Incoming, Principal
from broker.problems import refusal
from broker.tokens.clients import Presented
from broker.tokens.signer import Signer, Token
from broker.verifying import AHEAD_SECONDS, read_digest

_SCHEME = b"bearer "
# The platform's own questions are asked under no grant.
_NONE = "-"


class BearerToken(BaseAuthentication):
    """A call with a token instead of a signature."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def authenticate(self, request: Request) -> tuple[Principal, Any] | None:
        """Return the principal, None for a call without a token. Raises a refusal."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        given = incoming.sent.get(b"authorization")
        if given is None or given[:7].lower() != _SCHEME:
            return None
        incoming.challenge = BEARER
        if b"signature" in incoming.sent or b"signature-input" in incoming.sent:
            raise refusal("credentials-conflict")
        token = self._signer.read_token(given[7:].strip(b" "))
        key = incoming.snapshot.keys.get(token.keyid) if incoming.snapshot and token else None
        if token is None or key is None or key.system_code != token.system:
            raise refusal("token-invalid")
        incoming.claimed = key
        incoming.proof = Presented(token.keyid, incoming.received_at, f"{token.jti}.{incoming.call_id}")
        incoming.principal = Principal(key, incoming.proof, "token")
        incoming.grant_code, incoming.purpose_code = token.grant, token.purpose
        read_named(incoming)
        _check_term(token, incoming.received_at)
        check_key(key, incoming.day)
        _check_bound(token, incoming, key.environment)
        return incoming.principal, token


def _check_term(token: Token, now: datetime) -> None:
    second = now.timestamp()
    if token.expires <= second:
        raise refusal("token-expired")
    if token.issued > second + AHEAD_SECONDS:
        raise refusal("token-invalid")


def _check_bound(token: Token, incoming: Incoming, environment: str) -> None:
    """Refuse what is not what the token was issued for: its environment, grant and purpose, and a body as digested."""
    if token.environment != environment:
        raise refusal("environment-mismatch", environment=environment)
    for name, bound in ((b"x-lgsp-grant", token.grant), (b"x-lgsp-purpose", token.purpose)):
        said = incoming.text(name)
        if said not in ("", _NONE, bound):
            raise refusal("token-grant-differs")
    if b"content-digest" in incoming.sent:
        digest = read_digest(incoming.text(b"content-digest"))
        if not hmac.compare_digest(hashlib.sha256(incoming.content).digest(), digest):
            raise refusal("digest-mismatch")
