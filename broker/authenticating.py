"""Who calls: a DRF authentication class over profile ``lgsp-1``.

Until the signature verifies there is one refusal and one duration, whatever is wrong (N02); after it, the true reason.
"""

import hashlib
import hmac
import re
import secrets
from datetime import date
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from broker.incoming import Incoming, Principal
from broker.problems import KINDS, Refusal, refusal
from broker.signing import HMAC_SHA256, OFFICER, PROCEDURE, signature_base
from broker.verifying import Signed, check_time, fits, read, read_digest
from connections.projection import KeyRow

_PROCEDURE, _OFFICER = PROCEDURE.encode(), OFFICER.encode()
PROCEDURE_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
OFFICER_ID = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_OF_NOTHING = hashlib.sha256(b"").digest()
_NEEDED = (b"content-digest", b"x-lgsp-grant", b"x-lgsp-purpose")
# Keys nobody holds: an unknown key costs what a known one costs.
_NOBODY: dict[str, Any] = {
    HMAC_SHA256: SimpleNamespace(algorithm=HMAC_SHA256, secret=secrets.token_bytes(51)),
    "ed25519": SimpleNamespace(
        algorithm="ed25519", secret=Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    ),
}


class SignedRequest(BaseAuthentication):
    """A call signed with a key of ours."""

    def authenticate(self, request: Request) -> tuple[Principal, Any]:
        """Return the principal. Raises a refusal; there is no anonymous call."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        sent = incoming.sent
        if b"signature" not in sent or b"signature-input" not in sent:
            raise refusal("signature-invalid").as_logged("signature-missing")
        for name in _NEEDED:
            if name not in sent:
                raise refusal("malformed-request", where=name.decode())
        signed = incoming.proof = read(incoming.text(b"signature-input"), incoming.text(b"signature"))
        said, grant, purpose = map(incoming.text, _NEEDED)
        digest = read_digest(said)
        read_named(incoming)
        key = incoming.claimed = incoming.snapshot.keys.get(signed.keyid) if incoming.snapshot else None
        tried = key or _NOBODY.get(signed.alg, _NOBODY[HMAC_SHA256])
        whole = signed.covers_procedure is bool(incoming.procedure) and signed.covers_officer is bool(incoming.officer)
        fitting = fits(tried.algorithm, tried.secret, _text(incoming, signed, said, grant, purpose), signed) and whole
        if key is None or not fitting:
            raise refusal("signature-invalid").as_logged("signature-invalid" if key else "key-unknown")
        incoming.principal = Principal(key, signed, "signature")
        incoming.grant_code, incoming.purpose_code = grant, purpose
        content = incoming.content
        if not hmac.compare_digest(hashlib.sha256(content).digest() if content else _OF_NOTHING, digest):
            raise refusal("digest-mismatch")
        check_time(signed.created, incoming.received_at)
        check_key(key, incoming.day)
        return incoming.principal, signed

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes DRF answer 401."""
        return 'Signature realm="lgsp"'


def read_named(incoming: Incoming) -> None:
    """Note the administrative procedure and the officer the caller names, if any. Raises ``malformed-request``."""
    if _PROCEDURE in incoming.sent:
        incoming.procedure = _read(incoming, PROCEDURE, PROCEDURE_CODE)
    if _OFFICER in incoming.sent:
        incoming.officer = _read(incoming, OFFICER, OFFICER_ID)


def _read(incoming: Incoming, name: str, form: re.Pattern[str]) -> str:
    found = incoming.text(name.encode())
    if not form.fullmatch(found):
        raise refusal("malformed-request", where=name)
    return found


def _text(incoming: Incoming, signed: Signed, digest: str, grant: str, purpose: str) -> bytes:
    return signature_base(
        method=str(incoming.method),
        authority=incoming.authority,
        path=incoming.target,
        query="?" + incoming.raw_query.decode("ascii"),
        digest=digest,
        grant=grant,
        purpose=purpose,
        params=signed.params,
        procedure=incoming.procedure,
        officer=incoming.officer,
    )


def check_key(key: KeyRow, today: date) -> None:
    """Refuse a key that is not in force; its owner has just proven to hold it and may know why."""
    if not key.active:
        raise because(key.reason, "key-suspended")
    if key.valid_to is not None and key.valid_to < today:
        raise refusal("key-expired", access_key=key.access_key, day=f"{key.valid_to:%d/%m/%Y}")


def because(reason: str, otherwise: str) -> Refusal:
    """Return the refusal a policy row gives as its reason; one we have no words for is told as *otherwise*."""
    return refusal(reason if reason in KINDS else otherwise)
