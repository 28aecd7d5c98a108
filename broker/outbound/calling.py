"""One call to an upstream that wants a token, and what an upstream is told of who asks.

A 401 throws the token away. The call is made once more, with a new one, if that cannot do a thing twice: a GET always;
anything else only where the answer says by ``error="invalid_token"`` that the token was judged and the request was not
(RFC 6750 §3.1).
"""

import re
import time
from typing import TYPE_CHECKING

from broker.failures import NotLoggedIn
from broker.forwarding import Answered, Outgoing
from broker.incoming import Incoming
from broker.outbound.logins import FIRST_PAUSE, UNAVAILABLE
from broker.problems import refusal
from catalog.projection import NAMED_BY_CALLER, UpstreamRow

if TYPE_CHECKING:
    from broker.engine import Engine

TOO_LATE_SECONDS = 0.05
_REPEATABLE = frozenset({"GET", "HEAD"})
_NOT_EXECUTED = re.compile(rb'(?i)(?:\A|[ ,])error="?invalid_token"?')


async def forward(outgoing: Outgoing, upstream: UpstreamRow, engine: "Engine", until: float) -> Answered:
    """Call with a token of the upstream's account, twice at most. Raises ``Failed``."""
    account, plain = upstream.account, tuple(outgoing.headers)
    assert account is not None  # noqa: S101
    for last in (False, True):
        held = await engine.logins.token(account, upstream.upstream_id, until)
        outgoing.headers = [*plain, ("Authorization", f"Bearer {held.text}")]
        outgoing.seconds = until - time.monotonic()
        if outgoing.seconds < TOO_LATE_SECONDS:
            # The endpoint took the time: that is not held against the upstream, which has not been asked.
            raise NotLoggedIn(UNAVAILABLE, FIRST_PAUSE)
        outgoing.connect_seconds = min(outgoing.connect_seconds, outgoing.seconds)
        answered = await engine.transport.forward(outgoing)
        if answered.status != 401:
            engine.logins.accept(account, held)
            break
        if not engine.logins.reject(account, held) or last or not _may_repeat(outgoing, answered):
            break
        await _drop(answered)
    return answered


def _may_repeat(outgoing: Outgoing, answered: Answered) -> bool:
    if outgoing.method in _REPEATABLE:
        return True
    challenges = [value for name, value in answered.headers if name.lower() == b"www-authenticate"]
    return any(_NOT_EXECUTED.search(value) for value in challenges)


async def _drop(answered: Answered) -> None:
    if answered.rest is not None:
        await answered.rest.aclose()


def told(incoming: Incoming, relayed: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Return the headers by which an upstream hears of procedure, agency and officer, as far as they are named."""
    assert incoming.principal is not None  # noqa: S101
    values = {
        "procedure": incoming.procedure,
        "agency": incoming.principal.key.agency_code,
        "officer": incoming.officer,
    }
    return [(header, values[what]) for header, what in relayed if values[what]]


def require_named(incoming: Incoming, demanded: tuple[str, ...]) -> None:
    """Refuse a call that does not name what its source system demands (``provider-demands-more``)."""
    missing = [NAMED_BY_CALLER[what] for what in demanded if not getattr(incoming, what)]
    if missing:
        names = ", ".join(missing)
        raise refusal("provider-demands-more", headers=names).with_members(missing=missing)
