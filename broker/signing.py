"""How a call is signed: profile ``lgsp-1`` of RFC 9421, with the standard library alone, so that it can be pasted.

The text signed has eight lines (RFC 9421 §2.5), and one more for each of these that the call names: the administrative
procedure it serves, the officer who asks. The profile fixes components, order and label: nothing is negotiated.
``path`` and ``query`` are the bytes sent, never decoded; ``query`` begins with ``?`` and is ``?`` when absent.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

COMPONENTS = ("@method", "@authority", "@path", "@query", "content-digest", "x-lgsp-grant", "x-lgsp-purpose")
PROCEDURE, OFFICER = "x-lgsp-procedure", "x-lgsp-officer"
LABEL = "lgsp"
TAG = "lgsp-1"
HMAC_SHA256 = "hmac-sha256"


def content_digest(body: bytes) -> str:
    """Return the value of ``Content-Digest`` (RFC 9530); it is sent for an empty body too."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_params(
    *, created: int, nonce: str, keyid: str, alg: str = HMAC_SHA256, procedure: str = "", officer: str = ""
) -> str:
    """Return the value of ``@signature-params``; ``created`` is Unix time in seconds."""
    names = (*COMPONENTS, *([PROCEDURE] if procedure else []), *([OFFICER] if officer else []))
    listed = " ".join(f'"{name}"' for name in names)
    return f'({listed});created={created};nonce="{nonce}";keyid="{keyid}";alg="{alg}";tag="{TAG}"'


def signature_base(  # noqa: PLR0913  # one for each line
    *,
    method: str,
    authority: str,
    path: str,
    query: str,
    digest: str,
    grant: str,
    purpose: str,
    params: str,
    procedure: str = "",
    officer: str = "",
) -> bytes:
    """Return the text that is signed; its lines for procedure and officer are there when the call names them."""
    served = f'"{PROCEDURE}": {procedure}\n' if procedure else ""
    if officer:
        served += f'"{OFFICER}": {officer}\n'
    return (
        f'"@method": {method}\n"@authority": {authority}\n"@path": {path}\n"@query": {query}\n'
        f'"content-digest": {digest}\n"x-lgsp-grant": {grant}\n"x-lgsp-purpose": {purpose}\n'
        f'{served}"@signature-params": {params}'
    ).encode("ascii")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a system holds for one grant."""

    access_key: str
    secret: str = field(repr=False)
    grant: str
    purpose: str


def sign(
    credentials: Credentials,
    *,
    method: str,
    authority: str,
    target: str,
    created: int,
    body: bytes = b"",
    nonce: str = "",
    procedure: str = "",
    officer: str = "",
) -> dict[str, str]:
    """Return the headers of a signed call: five, and those of procedure and officer if they are named.

    ``authority`` is the Host header (``lgsp.example`` or ``127.0.0.1:8000``), ``target`` path and query as sent
    (``/api/data/…?q=…``), ``created`` Unix time in seconds; ``nonce`` is 128 random bits unless given,
    ``procedure`` the code of the procedure the call serves, ``officer`` the id of the officer who asks.
    """
    path, mark, query = target.partition("?")
    digest, nonce = content_digest(body), nonce or secrets.token_urlsafe(16)
    named = {"procedure": procedure, "officer": officer}
    params = signature_params(created=created, nonce=nonce, keyid=credentials.access_key, **named)
    asked = {"method": method, "authority": authority, "path": path, "query": mark + query or "?", "digest": digest}
    allowed = {"grant": credentials.grant, "purpose": credentials.purpose}
    text = signature_base(**asked, **allowed, **named, params=params)
    mac = hmac.digest(credentials.secret.encode(), text, "sha256")
    return {
        "Content-Digest": digest,
        "X-LGSP-Grant": credentials.grant,
        "X-LGSP-Purpose": credentials.purpose,
        **({"X-LGSP-Procedure": procedure} if procedure else {}),
        **({"X-LGSP-Officer": officer} if officer else {}),
        "Signature-Input": f"{LABEL}={params}",
        "Signature": f"{LABEL}=:{base64.b64encode(mac).decode()}:",
    }
