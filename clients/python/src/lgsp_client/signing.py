"""The profile ``lgsp-1`` of RFC 9421: components, their order, label and tag are fixed; nothing is negotiated.

``path`` and ``query`` are the characters sent, never decoded; the query's line has ``?`` alone when there is none.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lgsp_client.keys import SigningKey

COMPONENTS = ("@method", "@authority", "@path", "@query", "content-digest", "x-lgsp-grant", "x-lgsp-purpose")
PROCEDURE = "x-lgsp-procedure"
OFFICER = "x-lgsp-officer"
LABEL = "lgsp"
TAG = "lgsp-1"


def new_nonce() -> str:
    """Return 128 random bits as 22 characters: one for every sending, a repetition included."""
    return secrets.token_urlsafe(16)


def new_idempotency_key() -> str:
    """Return a key for one deed. Keep it before you send, and send the same deed again under the same key."""
    return str(uuid.uuid4())


def content_digest(body: bytes) -> str:
    """Return the value of ``Content-Digest`` (RFC 9530); it is sent for an empty body too."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_params(
    *, created: int, nonce: str, keyid: str, algorithm: str, procedure: str = "", officer: str = ""
) -> str:
    """Return the value of ``@signature-params``; ``created`` is Unix time in seconds."""
    names = (*COMPONENTS, *([PROCEDURE] if procedure else []), *([OFFICER] if officer else []))
    listed = " ".join(f'"{name}"' for name in names)
    return f'({listed});created={created};nonce="{nonce}";keyid="{keyid}";alg="{algorithm}";tag="{TAG}"'


def signature_base(method: str, authority: str, target: str, headers: dict[str, str], params: str) -> bytes:
    """Return the text that is signed, of the headers that are sent."""
    path, _mark, query = target.partition("?")
    lines = {
        "@method": method,
        "@authority": authority,
        "@path": path,
        "@query": f"?{query}",
        "content-digest": headers["Content-Digest"],
        "x-lgsp-grant": headers["X-LGSP-Grant"],
        "x-lgsp-purpose": headers["X-LGSP-Purpose"],
    }
    if "X-LGSP-Procedure" in headers:
        lines[PROCEDURE] = headers["X-LGSP-Procedure"]
    if "X-LGSP-Officer" in headers:
        lines[OFFICER] = headers["X-LGSP-Officer"]
    lines["@signature-params"] = params
    return "\n".join(f'"{name}": {value}' for name, value in lines.items()).encode("ascii")


def signed_headers(  # noqa: PLR0913 - what is signed has so many parts, each of them named
    key: SigningKey,
    *,
    method: str,
    authority: str,
    target: str,
    body: bytes,
    grant: str,
    purpose: str,
    created: int,
    nonce: str = "",
    procedure: str = "",
    officer: str = "",
) -> dict[str, str]:
    """Return the headers that prove a call: digest, grant, purpose, procedure and officer if named, signature."""
    headers = {"Content-Digest": content_digest(body), "X-LGSP-Grant": grant, "X-LGSP-Purpose": purpose}
    if procedure:
        headers["X-LGSP-Procedure"] = procedure
    if officer:
        headers["X-LGSP-Officer"] = officer
    params = signature_params(
        created=created,
        nonce=nonce or new_nonce(),
        keyid=key.access_key,
        algorithm=key.algorithm,
        procedure=procedure,
        officer=officer,
    )
    signature = key.sign(signature_base(method, authority, target, headers, params))
    headers["Signature-Input"] = f"{LABEL}={params}"
    headers["Signature"] = f"{LABEL}=:{base64.b64encode(signature).decode()}:"
    return headers
