"""Signing in at another platform by OAuth 2 client credentials (RFC 6749 §4.4): what is sent, what an answer means.

Nothing here talks to anybody: broker, health checks and the trial of staff each send it their own way, and read the
answer alike. National platforms speak this form: ``POST /token``, Basic authentication, an answer in JSON.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from core.tls import TlsProfile

# An answer that names no term is believed for so long; none is believed for longer than a day (seconds).
USUAL_SECONDS, MOST_SECONDS = 300, 86_400
MOST_BYTES = 65_536
# What a bearer token may be made of is narrower (RFC 6750 §2.1); no space and no line can begin another header.
_TOKEN = re.compile(r"[!-~]{1,8192}\Z")
_SECONDS = re.compile(r"[0-9]{1,9}\Z")
# Not the credentials' fault though the status is of the 400s: too slow, too often.
_PASSING = frozenset({408, 425, 429})


class LoginRefused(Exception):
    """The other side does not take these credentials; asking again changes nothing."""


class LoginUnavailable(Exception):
    """No usable answer; ``retry_after`` is what the other side asked for, in seconds (0: nothing)."""

    def __init__(self, why: str, retry_after: int = 0) -> None:
        super().__init__(why)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Account:
    """The platform's account at another platform. Accounts that are equal share one token.

    ``tls`` is what differs over TLS at the token address, None where nothing does.
    """

    token_url: str
    client_id: str
    secret: str = field(repr=False)
    scope: str = ""
    tls: TlsProfile | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token and for how many seconds it is good, from the moment it was asked for."""

    text: str = field(repr=False)
    seconds: int


def place_of(token_url: str, client_id: str) -> str:
    """Return what a sealed secret is bound to: it opens only for the address and the id it was entered for."""
    bound = hashlib.sha256(f"{token_url}\n{client_id}".encode()).hexdigest()
    return f"upstream-login:{bound[:32]}"


def tls_at(token_url: str, base_url: str, tls: TlsProfile | None) -> TlsProfile | None:
    """Return the terms of TLS at the token address: the service's, its name only if the host is the same."""
    if tls is None or urlsplit(token_url).scheme != "https":
        return None
    if urlsplit(token_url).hostname == urlsplit(base_url).hostname:
        return tls
    elsewhere = replace(tls, name="")
    return elsewhere if elsewhere else None


def request_of(account: Account) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of the request; id and secret are form-encoded first (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(account.client_id)}:{quote_plus(account.secret)}"
    form = {"grant_type": "client_credentials", **({"scope": account.scope} if account.scope else {})}
    headers = [
        ("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Accept", "application/json"),
    ]
    return headers, urlencode(form).encode()


def read_answer(status: int, content: bytes, retry_after: str = "") -> Token:
    """Return the token in an answer. Raises :class:`LoginRefused`, :class:`LoginUnavailable`."""
    if status == 200:
        return _token(content)
    if 400 <= status < 500 and status not in _PASSING:
        raise LoginRefused(f"HTTP {status}")
    raise LoginUnavailable(f"HTTP {status}", int(retry_after) if _SECONDS.match(retry_after) else 0)


def _token(content: bytes) -> Token:
    try:
        found: Any = json.loads(content)
        text, kind = found["access_token"], found.get("token_type", "Bearer")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LoginUnavailable("not a token") from None
    if not isinstance(text, str) or not _TOKEN.match(text) or str(kind).lower() != "bearer":
        raise LoginUnavailable("not a bearer token")
    return Token(text, _term(found.get("expires_in")))


def _term(given: Any) -> int:
    """Return the term of a token; some platforms write the number as text."""
    if isinstance(given, bool) or not _SECONDS.match(str(given).partition(".")[0]):
        return USUAL_SECONDS
    return min(MOST_SECONDS, int(str(given).partition(".")[0]))
