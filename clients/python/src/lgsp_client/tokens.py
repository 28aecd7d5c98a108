"""Tokens instead of signatures (OAuth 2 client credentials, docs/tokens.md): kept while good, renewed in time."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lgsp_client.errors import AnswerLost, UnexpectedAnswer, Unreachable
from lgsp_client.keys import HmacKey
from lgsp_client.problems import error_of
from lgsp_client.signing import new_nonce
from lgsp_client.sinks import Held
from lgsp_client.steps import Send, Steps

if TYPE_CHECKING:
    from lgsp_client.answers import Answer, Headers
    from lgsp_client.clock import ServerClock
    from lgsp_client.keys import SigningKey
    from lgsp_client.retrying import Deadline
    from lgsp_client.transport import Address

ENDPOINT = "/api/oauth/token"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# An assertion is good for two minutes, more than any sending takes.
_ASSERTION_SECONDS = 120
# An answer of the endpoint is a small document.
_MOST_BYTES = 1024 * 1024
# A token is renewed a tenth of its life before it ends, a minute at most.
_EARLY_PART, _EARLY_SECONDS = 0.1, 60.0


@dataclass(frozen=True)
class _Token:
    text: str = field(repr=False)
    good_until: float


class TokenSource:
    """The tokens of one key, one for each grant and purpose; all calls share them, a driver lets one ask at a time."""

    def __init__(self, key: SigningKey, address: Address, clock: ServerClock, issuer: str = "") -> None:
        self._key, self._address, self._clock = key, address, clock
        self._issuer = issuer or address.url
        self._kept: dict[tuple[str, str], _Token] = {}
        self._lock = threading.Lock()

    def token(self, grant: str, purpose: str, deadline: Deadline) -> Steps[str]:
        """Return a token that is good for a while yet. Raises what kept it from being issued."""
        found = self._kept.get((grant, purpose))
        if found is None or time.monotonic() >= found.good_until:
            found = yield from self._ask(grant, purpose, deadline)
            with self._lock:
                self._kept[grant, purpose] = found
        return found.text

    def forget(self, grant: str, purpose: str, token: str) -> None:
        """Drop a token that was refused, unless another thread has a newer one by now."""
        with self._lock:
            found = self._kept.get((grant, purpose))
            if found is not None and found.text == token:
                del self._kept[grant, purpose]

    def _ask(self, grant: str, purpose: str, deadline: Deadline) -> Steps[_Token]:
        form = {"grant_type": "client_credentials", "grant": grant, "purpose": purpose}
        headers = {"Host": self._address.authority, "Content-Type": "application/x-www-form-urlencoded"}
        if isinstance(self._key, HmacKey):
            headers["Authorization"] = f"Basic {base64.b64encode(self._key.basic()).decode()}"
        else:
            form |= {"client_assertion_type": _ASSERTION, "client_assertion": self._assertion()}
        body = urlencode(form).encode("ascii")
        headers["Content-Length"] = str(len(body))
        asked = time.monotonic()
        try:
            _status, answer = yield Send("POST", ENDPOINT, headers, body, deadline, _held)
        except AnswerLost as lost:
            raise Unreachable(f"the token endpoint did not answer: {lost}") from None
        return self._read(answer, asked)

    def _read(self, answer: Answer, asked: float) -> _Token:
        error = error_of(answer, self._address.url)
        if error is not None:
            error.may_have_run = False
            raise error
        document = answer.json()
        try:
            life = float(document["expires_in"])
            text = str(document["access_token"])
        except (KeyError, TypeError, ValueError):
            raise UnexpectedAnswer("the token endpoint gave no token", answer.status, answer.request_id) from None
        return _Token(text, asked + life - min(_EARLY_SECONDS, life * _EARLY_PART))

    def _assertion(self) -> str:
        """Sign who we are (``private_key_jwt``, RFC 7523)."""
        now, name = self._clock.now(), self._key.access_key
        claims = {"iss": name, "sub": name, "aud": self._issuer}
        times = {"iat": now, "exp": now + _ASSERTION_SECONDS, "jti": new_nonce()}
        text = f"{_part({'alg': 'EdDSA', 'typ': 'JWT'})}.{_part({**claims, **times})}"
        return f"{text}.{_encoded(self._key.sign(text.encode('ascii')))}"


def _held(status: int, headers: Headers) -> Held:
    return Held(status, headers, _MOST_BYTES)


def _part(document: dict[str, object]) -> str:
    return _encoded(json.dumps(document).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
