"""The way of a call: signed, sent, judged, and sent again as far as that is safe and its time allows."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lgsp_client.answers import Answer, Download, Headers
from lgsp_client.calls import NOBODY, Call, Settings
from lgsp_client.clock import ServerClock
from lgsp_client.errors import ClockSkewed, LgspError, TokenRefused, UnexpectedAnswer
from lgsp_client.problems import error_of
from lgsp_client.retrying import SAFE, Deadline
from lgsp_client.signing import content_digest, signed_headers
from lgsp_client.sinks import Held, Poured, Sink, Take
from lgsp_client.steps import Send, Steps, Token, Wait
from lgsp_client.tokens import TokenSource
from lgsp_client.version import VERSION

if TYPE_CHECKING:
    from lgsp_client.keys import SigningKey
    from lgsp_client.transport import Address

log = logging.getLogger("lgsp_client")
T = TypeVar("T")
_AGENT = f"lgsp-client/{VERSION} python/{sys.version_info[0]}.{sys.version_info[1]}"


class Flow:
    """Makes the steps of the calls of one key; any number of calls go their way at a time."""

    def __init__(self, key: SigningKey, address: Address, settings: Settings, *, tokens: bool) -> None:
        self._key, self._address, self._settings = key, address, settings
        self._clock = ServerClock(settings.most_clock_correction)
        self.tokens: TokenSource | None = None
        if tokens:
            self.tokens = TokenSource(key, address, self._clock, settings.issuer)

    def __repr__(self) -> str:
        return f"{self._address.url!r}, {self._key!r}"

    def held(self, call: Call) -> Steps[Answer]:
        """Run a call and hold its answer."""
        return self._run(call, self._hold)

    def download(self, call: Call, path: Path) -> Steps[Download]:
        """Run a call and write its answer to a file."""
        return self._run(call, lambda status, headers: Poured(status, headers, path))

    def token(self, step: Token) -> Steps[str]:
        """Have a token; a driver lets one at a time ask."""
        if self.tokens is None:
            raise TypeError("this client signs its calls")
        return self.tokens.token(step.grant, step.purpose, step.deadline)

    def _hold(self, status: int, headers: Headers) -> Held:
        return Held(status, headers, self._settings.most_answer_bytes)

    def _run(self, call: Call, take: Take[T]) -> Steps[T]:
        """Send a call, and again as far as the policy and its time allow; every sending is signed anew."""
        deadline = Deadline(call.deadline or self._settings.deadline)
        mended: set[type[LgspError]] = set()
        attempt = 0
        while True:
            attempt += 1
            try:
                return (yield from self._once(call, deadline, take))
            except LgspError as error:
                error.attempts, error.idempotency_key = attempt, call.idempotency_key
                wait = 0.0 if self._mended(error, mended) else self._wait(error, call, attempt)
                if wait is None or wait >= deadline.left():
                    raise
                # No address: a path or a query may name a citizen.
                log.info("%s is sent again in %.2f s: %s", call.method, wait, error)
            yield Wait(wait)

    def _wait(self, error: LgspError, call: Call, attempt: int) -> float | None:
        return self._settings.retry.wait(error, method=call.method, keyed=bool(call.idempotency_key), attempt=attempt)

    def _mended(self, error: LgspError, mended: set[type[LgspError]]) -> bool:
        """Remove the cause of a refusal where that is in our power, each kind once in a call."""
        if type(error) in mended:
            return False
        mended.add(type(error))
        if isinstance(error, ClockSkewed):
            return self._clock.correct(error.problem.date)
        # The token that was refused is forgotten where it was sent.
        return isinstance(error, TokenRefused) and self.tokens is not None

    def _once(self, call: Call, deadline: Deadline, take: Take[T]) -> Steps[T]:
        headers = self._headers(call)
        token = ""
        if self.tokens is not None and call.grant != NOBODY:
            token = yield Token(call.grant, call.purpose, deadline)
            headers |= {"Authorization": f"Bearer {token}", "Content-Digest": content_digest(call.body)}
            if call.procedure:
                headers["X-LGSP-Procedure"] = call.procedure
            if call.officer:
                headers["X-LGSP-Officer"] = call.officer
        else:
            headers |= self._proof(call)

        def either(status: int, answered: Headers) -> Sink[T | Answer]:
            return take(status, answered) if _fine(status) else self._hold(status, answered)

        status, found = yield Send(call.method, call.target, headers, call.body, deadline, either)
        if _fine(status):
            taken: T = found
            return taken
        error = error_of(found, self._address.url)
        if isinstance(error, TokenRefused) and self.tokens is not None:
            self.tokens.forget(call.grant, call.purpose, token)
        raise error or UnexpectedAnswer("an answer in no form of the platform", status)

    def _headers(self, call: Call) -> dict[str, str]:
        given = {name.lower() for name in call.headers}
        headers = {"Host": self._address.authority, "Accept-Encoding": "identity", **call.headers}
        defaults = {"Accept": "application/json", "Accept-Language": self._settings.language, "User-Agent": _AGENT}
        headers |= {name: value for name, value in defaults.items() if name.lower() not in given}
        if call.body or call.method not in SAFE:
            headers["Content-Length"] = str(len(call.body))
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        return headers

    def _proof(self, call: Call) -> dict[str, str]:
        return signed_headers(
            self._key,
            method=call.method,
            authority=self._address.authority,
            target=call.target,
            body=call.body,
            grant=call.grant,
            purpose=call.purpose,
            created=self._clock.now(),
            procedure=call.procedure,
            officer=call.officer,
        )


def _fine(status: int) -> bool:
    return status < 300 or status == 304
