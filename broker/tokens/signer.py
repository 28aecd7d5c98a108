"""The platform as an issuer: its names, its keys, and the tokens and assertions it made."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from broker.tokens import ENDPOINT, TOKEN_PATHS
from core.jose import SigningKeys, Stamp

TOKEN_TYPE = "at+jwt"  # noqa: S105  # RFC 9068 §2.1
ASSERTION_TYPE = "lgsp-assertion+jwt"
DATA = "/api/data"
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token of ours whose signature verified."""

    keyid: str
    system: str
    grant: str
    purpose: str
    environment: str
    issued: int
    expires: int
    jti: str


@dataclass(slots=True)
class Signer:
    """What one broker signs with. ``issuer`` is the public address; it is the name in ``iss`` and in the metadata.

    Tokens that verified are remembered by digest, a bounded number of them: a second look costs a hash.
    """

    issuer: str
    tokens: Stamp
    assertions: Stamp
    _known: dict[bytes, Token] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, keys: str, public_url: str) -> "Signer":
        """Put the signer together from the settings. Raises ValueError for keys that cannot be read."""
        ring = SigningKeys.parse(keys)
        return cls(public_url.rstrip("/"), Stamp(ring, TOKEN_TYPE), Stamp(ring, ASSERTION_TYPE))

    @property
    def audience(self) -> str:
        """What tokens are for: the data services (RFC 9068 §2.2)."""
        return self.issuer + DATA

    @property
    def endpoints(self) -> frozenset[str]:
        """What a client assertion may be addressed to: the issuer, or the token endpoint (RFC 7523 §3)."""
        return frozenset({self.issuer, *(self.issuer + path.decode() for path in TOKEN_PATHS)})

    @property
    def endpoint(self) -> str:
        """Address of the token endpoint."""
        return self.issuer + ENDPOINT

    def read_token(self, text: bytes) -> Token | None:
        """Return the token *text* is, expired or not; None unless we issued it for the data services."""
        digest = hashlib.sha256(text).digest()
        found = self._known.get(digest)
        if found is None:
            claims = self.tokens.read(text)
            found = self._token(claims) if claims else None
            if found is not None:
                self._remember(digest, found)
        return found

    def _token(self, claims: dict[str, Any]) -> Token | None:
        if claims.get("iss") != self.issuer or claims.get("aud") != self.audience:
            return None
        try:
            return Token(
                keyid=claims["client_id"],
                system=claims["sub"],
                grant=claims["grant"],
                purpose=claims["purpose"],
                environment=claims["environment"],
                issued=claims["iat"],
                expires=claims["exp"],
                jti=claims["jti"],
            )
        except KeyError:
            return None

    def _remember(self, digest: bytes, token: Token) -> None:
        while len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[digest] = token
