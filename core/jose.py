"""JSON Web Signatures of one algorithm, Ed25519, in their compact form (RFC 7515, RFC 8037 §3.1).

Nothing is negotiated. What we issued is known by its header, byte for byte: no ``alg`` is read, so none can be chosen.
"""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.crypto import Keyring

_KID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_URL = bytes.maketrans(b"+/", b"-_")
_PLAIN = bytes.maketrans(b"-_", b"+/")


def b64url(raw: bytes) -> bytes:
    """Return base64url without padding (RFC 7515 §2)."""
    return binascii.b2a_base64(raw, newline=False).rstrip(b"=").translate(_URL)


def from_b64url(text: bytes) -> bytes | None:
    """Return what *text* encodes; None unless it is the one spelling of it: no padding, no spare bits."""
    try:
        raw = binascii.a2b_base64(text.translate(_PLAIN) + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error:
        return None
    return raw if b64url(raw) == text else None


def take_apart(token: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the three segments of a compact JWS as sent; None when there are not three."""
    parts = token.split(b".")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def read_object(segment: bytes) -> dict[str, Any] | None:
    """Return the JSON object a segment encodes; None when it encodes none."""
    raw = from_b64url(segment)
    try:
        found = orjson.loads(raw or b"")
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def verifies(key: Ed25519PublicKey, segments: tuple[bytes, bytes, bytes]) -> bool:
    """Return whether the third segment is the key's signature over the first two."""
    head, body, mark = segments
    signature = from_b64url(mark)
    try:
        key.verify(signature or b"", head + b"." + body)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The platform's own keys by id, newest first: the first one signs, all of them verify and are published."""

    keys: Mapping[str, Ed25519PrivateKey] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "SigningKeys":
        """Read ``kid:base64 of a 32-byte seed``, separated by commas. Raises ValueError saying what is wrong."""
        seeds = Keyring.parse(text).keys
        for kid in seeds:
            if not _KID.fullmatch(kid):
                raise ValueError(f"signing key {kid!r}: an id has 1 to 64 letters, digits, dots, dashes")
        return cls({kid: Ed25519PrivateKey.from_private_bytes(seed) for kid, seed in seeds.items()})

    def jwks(self) -> dict[str, Any]:
        """Return the public halves as a JWK set (RFC 7517 §5, RFC 8037 §2)."""
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "use": "sig",
                    "alg": "EdDSA",
                    "kid": kid,
                    "x": b64url(key.public_key().public_bytes_raw()).decode(),
                }
                for kid, key in self.keys.items()
            ]
        }


class Stamp:
    """Makes and reads the platform's own tokens of one type, such as ``at+jwt``; another type's are not read."""

    def __init__(self, keys: SigningKeys, kind: str) -> None:
        heads = {kid: self._head(kid, kind) for kid in keys.keys}
        newest, signer = next(iter(keys.keys.items()))
        self._start = heads[newest] + b"."
        self._sign = signer.sign
        self._known = {heads[kid]: key.public_key() for kid, key in keys.keys.items()}

    @staticmethod
    def _head(kid: str, kind: str) -> bytes:
        return b64url(orjson.dumps({"alg": "EdDSA", "typ": kind, "kid": kid}))

    def make(self, claims: bytes) -> str:
        """Return the token over *claims*, which are JSON."""
        text = self._start + b64url(claims)
        return (text + b"." + b64url(self._sign(text))).decode("ascii")

    def read(self, token: bytes) -> dict[str, Any] | None:
        """Return the claims of a token of this type that one of our keys signed; None for anything else."""
        segments = take_apart(token)
        key = self._known.get(segments[0]) if segments else None
        if segments is None or key is None or not verifies(key, segments):
            return None
        return read_object(segments[1])
