"""A client of the token endpoint, written from the RFCs and not from the product's code."""

import base64
import json
import secrets
import time
import urllib.parse
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tests.broker.live import Live, Reply
from tests.broker.world import World, new_key

ENDPOINT = "/api/oauth/token"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = "application/x-www-form-urlencoded"


def basic(access_key: str, secret: str) -> dict[str, str]:
    """Write the Authorization header of RFC 6749 §2.3.1."""
    pair = f"{urllib.parse.quote_plus(access_key)}:{urllib.parse.quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def ask(
    broker: Live, form: dict[str, str] | str, headers: dict[str, str] | None = None, path: str = ENDPOINT, **sent: Any
) -> Reply:
    """Send one token request."""
    text = form if isinstance(form, str) else urllib.parse.urlencode(form)
    given = {"Content-Type": FORM, **(headers or {})}
    return broker.send(path, given, method="POST", body=text.encode("latin-1"), **sent)


def wanted(grant: str = "QK-1", purpose: str = "administrative-procedures", **more: str) -> dict[str, str]:
    """Write the form that asks for a grant."""
    return {"grant_type": "client_credentials", "grant": grant, "purpose": purpose, **more}


def by_secret(broker: Live, world: World, key: int = 1, grant: str = "QK-1", **more: str) -> Reply:
    """Ask with the secret of a key."""
    row = world.keys[key]
    form = {**wanted(grant, world.grants[grant].purpose), **more}
    return ask(broker, form, basic(row.access_key, row.secret.decode()))


def own_key(world: World, number: int = 21, **changes: Any) -> Ed25519PrivateKey:
    """Give system 1 an Ed25519 key of its own; we get the private half, as its holder does."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    world.keys[number] = new_key(number, algorithm="ed25519", secret=public, **changes)
    return private


def part(document: dict[str, Any] | bytes) -> str:
    """Encode a segment of a JWS."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpart(text: str) -> bytes:
    """Decode a segment of a JWS."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def jws(claims: dict[str, Any], private: Ed25519PrivateKey, **head: Any) -> str:
    """Sign claims."""
    text = f"{part({'alg': 'EdDSA', 'typ': 'JWT', **head})}.{part(claims)}"
    return f"{text}.{part(private.sign(text.encode()))}"


def claims_of(access_key: str, **changes: Any) -> dict[str, Any]:
    """Write the claims of an assertion made now; a change to None leaves one out."""
    now = int(time.time())
    claims = {
        "iss": access_key,
        "sub": access_key,
        "aud": f"{settings.PUBLIC_URL}{ENDPOINT}",
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def asserting(assertion: str, **more: str) -> dict[str, str]:
    """Write a form that carries an assertion."""
    return wanted(client_assertion_type=ASSERTION, client_assertion=assertion, **more)


def bearer(token: str) -> dict[str, str]:
    """Write the header of RFC 6750 §2.1."""
    return {"Authorization": f"Bearer {token}"}


def verified(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    """Verify a token with the published keys and nothing of the product; return its claims."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    head, claims, signature = token.split(".")
    header = json.loads(unpart(head))
    assert header["alg"] == "EdDSA"
    [key] = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    Ed25519PublicKey.from_public_bytes(unpart(key["x"])).verify(unpart(signature), f"{head}.{claims}".encode())
    return {**json.loads(unpart(claims)), "typ": header["typ"]}
