"""What a token says and how long it lives: fifteen minutes, never past the last day of its key or grant."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from broker.tokens.signer import Signer
from connections.projection import GrantRow, KeyRow
from core import clock

SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as its client gets it."""

    text: str
    seconds: int

    def answer(self) -> dict[str, Any]:
        """Return the document of RFC 6749 §5.1."""
        return {"access_token": self.text, "token_type": "Bearer", "expires_in": self.seconds}


def issue(signer: Signer, key: KeyRow, grant: GrantRow, now: datetime) -> Issued:
    """Return a token of *key* for *grant*, both of them in force *now* (claims of RFC 9068 §2.2)."""
    begun = int(now.timestamp())
    until = min([begun + SECONDS, *(_end_of(day) for day in (key.valid_to, grant.valid_to) if day is not None)])
    claims = {
        "iss": signer.issuer,
        "aud": signer.audience,
        "sub": key.system_code,
        "client_id": key.access_key,
        "grant": grant.code,
        "purpose": grant.purpose,
        "environment": key.environment,
        "iat": begun,
        "exp": until,
        "jti": secrets.token_urlsafe(16),
    }
    return Issued(signer.tokens.make(orjson.dumps(claims)), until - begun)


def _end_of(day: date) -> int:
    return int(clock.start_of(day, after=True).timestamp())
