"""Which system asks for a token: its secret by Basic, or an assertion signed by its own Ed25519 key (RFC 7523 §2.2).

Until secret or signature is right there is one refusal and one duration, whatever is wrong; after it, the true reason.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from broker.authenticating import check_key
from broker.incoming import Incoming, Principal
from broker.problems import Refusal, refusal
from broker.signing import HMAC_SHA256
from broker.tokens.form import decoded, read_form
from broker.tokens.signer import Signer
from broker.verifying import AHEAD_SECONDS, check_time
from connections.projection import KeyRow
from core.jose import read_object, take_apart, verifies

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MOST_ASSERTION_SECONDS = 300
_JTI = re.compile(r"[!-~]{22,128}")
_KINDS = ("jwt", "client-authentication+jwt")
_BASIC = "basic "
# Keys nobody holds: an unknown key costs what a known one costs.
_NO_SECRET = secrets.token_bytes(51)
_NO_KEY = Ed25519PrivateKey.generate().public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Presented:
    """What a client proved itself by, as the log and the nonce know it."""

    keyid: str
    moment: datetime
    nonce: str


class ClientAuthentication(BaseAuthentication):
    """The client of the token endpoint."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def authenticate(self, request: Request) -> tuple[Principal, Any]:
        """Return the principal; its proof is used up by the request. Raises a refusal; nobody is anonymous here."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        form = incoming.form = read_form(incoming)
        basic = incoming.text(b"authorization")
        asserted = "client_assertion" in form or "client_assertion_type" in form
        if sum((bool(basic), asserted, "client_secret" in form)) > 1:
            raise refusal("credentials-conflict")
        if asserted:
            keyid, claims = _by_assertion(incoming, form)
        elif basic:
            keyid, claims = _by_secret(incoming, basic), None
        else:
            raise nobody("client-invalid")
        if form.get("client_id", keyid) != keyid:
            raise nobody("client-invalid")
        return self._proven(incoming, keyid, claims)

    def _proven(self, incoming: Incoming, keyid: str, claims: dict[str, Any] | None) -> tuple[Principal, Any]:
        """Take the client for known; what else is wrong it may be told."""
        key = incoming.claimed
        assert key is not None  # noqa: S101
        how = "assertion" if claims else "secret"
        proof = Presented(keyid, incoming.received_at, incoming.request_id)
        incoming.proof, incoming.principal = proof, Principal(key, proof, how)
        if claims:
            check_claims(claims, self._signer, incoming.received_at)
            proof = Presented(keyid, datetime.fromtimestamp(claims["iat"], tz=UTC), claims["jti"])
            incoming.proof, incoming.principal = proof, Principal(key, proof, how)
        check_key(key, incoming.day)
        return incoming.principal, proof


def _by_assertion(incoming: Incoming, form: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return access key and claims of an assertion that its key signed. Raises the one refusal."""
    segments = take_apart(form.get("client_assertion", "").encode("ascii", "replace"))
    claims = read_object(segments[1]) if segments else None
    named = claims.get("iss") if claims else None
    keyid = named if isinstance(named, str) else ""
    key = _claim(incoming, keyid)
    usable = key is not None and key.algorithm == "ed25519"
    public = key.secret if key is not None and usable else _NO_KEY
    fitting = verifies(Ed25519PublicKey.from_public_bytes(public), segments or (b"", b"", b""))
    if not (fitting and usable and claims and segments and _headed(segments[0])):
        raise nobody("client-invalid" if key else "key-unknown")
    if form.get("client_assertion_type") != ASSERTION:
        raise nobody("client-invalid")
    return keyid, claims


def nobody(logged: str) -> Refusal:
    """Return the one refusal of whoever has not proven anything; the log keeps what it knows."""
    return refusal("client-invalid").as_logged(logged)


def _headed(segment: bytes) -> bool:
    """Return whether the header says what it has to: EdDSA, and no extension to be understood (RFC 7515 §4.1.11)."""
    head = read_object(segment) or {}
    kind = head.get("typ", "JWT")
    return head.get("alg") == "EdDSA" and "crit" not in head and isinstance(kind, str) and kind.lower() in _KINDS


def check_claims(claims: dict[str, Any], signer: Signer, now: datetime) -> None:
    """Refuse an assertion whose signer is known and whose claims are not as required (RFC 7523 §3)."""
    issued: Any = claims.get("iat")
    expires, since = claims.get("exp"), claims.get("nbf", 0)
    second = int(now.timestamp())
    named = claims.get("aud")
    audience = named[0] if isinstance(named, list) and len(named) == 1 else named
    checks = {
        "sub": claims.get("sub") == claims["iss"],
        "aud": isinstance(audience, str) and audience in signer.endpoints,
        "jti": isinstance(claims.get("jti"), str) and _JTI.fullmatch(claims["jti"]) is not None,
        "iat": _seconds(issued),
        "exp": _seconds(expires) and _seconds(issued) and issued < expires <= issued + MOST_ASSERTION_SECONDS,
        "nbf": _seconds(since) and since <= second + AHEAD_SECONDS,
    }
    for name, right in checks.items():
        if not right:
            raise refusal("client-assertion-invalid", where=name)
    check_time(claims["iat"], now)
    if claims["exp"] <= second:
        raise refusal("client-assertion-invalid", where="exp")


def _seconds(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**11


def _by_secret(incoming: Incoming, basic: str) -> str:
    """Return the access key whose secret came with it. Raises the one refusal."""
    keyid, secret = _basic(basic)
    key = _claim(incoming, keyid)
    usable = key is not None and key.algorithm == HMAC_SHA256
    kept = key.secret if key is not None and usable else _NO_SECRET
    # Digests of equal length: the comparison tells nothing of the length of the secret.
    same = hmac.compare_digest(hashlib.sha256(kept).digest(), hashlib.sha256(secret.encode()).digest())
    if not (same and usable):
        raise nobody("client-invalid" if key else "key-unknown")
    return keyid


def _claim(incoming: Incoming, keyid: str) -> KeyRow | None:
    incoming.claimed = incoming.snapshot.keys.get(keyid) if incoming.snapshot else None
    if incoming.claimed is not None:
        incoming.proof = Presented(keyid, incoming.received_at, "")
    return incoming.claimed


def _basic(header: str) -> tuple[str, str]:
    """Return access key and secret: both form-encoded, joined by a colon, in base64 (RFC 6749 §2.3.1, RFC 7617)."""
    if header[: len(_BASIC)].lower() != _BASIC:
        return "", ""
    try:
        raw = binascii.a2b_base64(header[len(_BASIC) :].strip(" "), strict_mode=True)
        keyid, colon, secret = raw.decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    if not colon or base64.b64encode(raw).decode() != header[len(_BASIC) :].strip(" "):
        return "", ""
    try:
        return decoded(keyid), decoded(secret)
    except Refusal:
        return "", ""
