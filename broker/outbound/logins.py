"""The tokens of one worker: one for each account, asked for once however many calls wait, renewed before its end.

A failed request is remembered and not repeated at once, so an endpoint that is down is not hammered: calls meanwhile
get the same refusal at no cost. Accounts that are equal share a token; a new secret is another account, and is tried
at once.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from broker.ending import ended
from broker.failures import NotLoggedIn
from broker.forwarding import Transport
from broker.outbound.requesting import ask
from core.client_credentials import Account, LoginRefused, LoginUnavailable

log = structlog.get_logger(__name__)
REFUSED, UNAVAILABLE = "provider-login-refused", "provider-login-unavailable"
# Of its life a token is renewed in the background when so much is over; the last part, at most so long, is not used.
RENEW_AFTER, RESERVE_PART, RESERVE_SECONDS = 0.8, 0.1, 10.0
# Pauses after requests that failed in a row; wrong credentials do not mend themselves.
FIRST_PAUSE, LONGEST_PAUSE, REFUSED_PAUSE = 1.0, 30.0, 30.0
# A token younger than this that other calls were accepted with is not what an answer of 401 is about.
YOUNG_SECONDS = 5.0
# A state nobody used for so long is dropped: its account was changed, or its service withdrawn.
FORGOTTEN_SECONDS = 2 * 86_400.0
MOST_STATES = 500


@dataclass(slots=True, eq=False)
class Held:
    """A token in hand. Times are monotonic. ``accepted``: a call with it was answered otherwise than 401."""

    text: str = field(repr=False)
    asked_at: float
    renew_at: float
    good_until: float
    accepted: bool = False


@dataclass(slots=True)
class _State:
    held: Held | None = None
    asking: "asyncio.Task[None] | None" = None
    failure: str = ""
    not_before: float = 0.0
    failures: int = 0  # requests in a row that brought no token
    rejected: int = 0  # tokens in a row that no call was accepted with
    used: float = 0.0


class Logins:
    """``tell(upstream_id, result)`` counts a request: ``ok``, ``refused`` or ``unavailable``."""

    def __init__(self, transport: Callable[[], Transport], tell: Callable[[int, str], None]) -> None:
        self._transport, self._tell = transport, tell
        self._states: dict[Account, _State] = {}

    async def token(self, account: Account, upstream_id: int, until: float) -> Held:
        """Return a token that is good now, waiting until *until* (monotonic) at most. Raises :class:`NotLoggedIn`."""
        now = time.monotonic()
        state = self._states.get(account) or self._enter(account, now)
        state.used, held = now, state.held
        if held is not None and now < held.good_until:
            if now >= held.renew_at and now >= state.not_before:
                self._request(account, state, upstream_id)
            return held
        if state.asking is None and now < state.not_before:
            raise NotLoggedIn(state.failure, state.not_before - now)
        await self._wait(self._request(account, state, upstream_id), until)
        held, now = state.held, time.monotonic()
        if held is None or now >= held.good_until:
            raise NotLoggedIn(state.failure or UNAVAILABLE, state.not_before - now)
        return held

    def reject(self, account: Account, held: Held) -> bool:
        """Throw away a token that was answered with 401; return whether another one may be tried.

        One that has been replaced already is not asked about again. A second one in a row that was never accepted is
        not the token's fault: the next request has to wait.
        """
        state, now = self._states.get(account), time.monotonic()
        if state is None or state.held is not held:
            return True
        if held.accepted and now - held.asked_at < YOUNG_SECONDS:
            return False
        state.held = None
        state.rejected = 0 if held.accepted else state.rejected + 1
        if state.rejected > 1:
            state.failure = "provider-refused"
            state.not_before = now + _pause(state.rejected - 1)
        return True

    def accept(self, account: Account, held: Held) -> None:
        """Note that a call with this token was answered."""
        if not held.accepted:
            held.accepted = True
            if (state := self._states.get(account)) is not None:
                state.rejected = 0

    async def stop(self) -> None:
        """End the requests under way."""
        tasks = [state.asking for state in self._states.values() if state.asking is not None]
        await asyncio.gather(*map(ended, tasks))

    def _enter(self, account: Account, now: float) -> _State:
        if len(self._states) >= MOST_STATES:
            for known, state in list(self._states.items()):
                if state.asking is None and now - state.used > FORGOTTEN_SECONDS:
                    del self._states[known]
        return self._states.setdefault(account, _State())

    def _request(self, account: Account, state: _State, upstream_id: int) -> "asyncio.Task[None]":
        """Return the one request of the account that is under way, beginning it if there is none."""
        if state.asking is None:
            work = self._renew(account, state, upstream_id)
            state.asking = asyncio.get_running_loop().create_task(work, name="provider-login")
        return state.asking

    async def _wait(self, request: "asyncio.Task[None]", until: float) -> None:
        """Wait for the request of all, as long as this call may; who leaves does not end it for the others."""
        await asyncio.wait({request}, timeout=max(0.0, until - time.monotonic()))
        if not request.done():
            raise NotLoggedIn(UNAVAILABLE, FIRST_PAUSE)

    async def _renew(self, account: Account, state: _State, upstream_id: int) -> None:
        begun = time.monotonic()
        try:
            token = await ask(account, self._transport())
        except LoginRefused as error:
            self._failed(state, REFUSED, REFUSED_PAUSE, upstream_id, str(error))
        except LoginUnavailable as error:
            pause = max(_pause(state.failures + 1), float(min(error.retry_after, 60)))
            self._failed(state, UNAVAILABLE, pause, upstream_id, str(error))
        except Exception:
            log.exception("broker.provider_login", upstream_id=upstream_id)
            self._failed(state, UNAVAILABLE, _pause(state.failures + 1), upstream_id, "internal")
        else:
            reserve = min(RESERVE_SECONDS, token.seconds * RESERVE_PART)
            ends = begun + token.seconds
            state.held = Held(token.text, begun, begun + token.seconds * RENEW_AFTER, ends - reserve)
            state.failure, state.failures = "", 0
            state.not_before = 0.0
            self._tell(upstream_id, "ok")
        finally:
            state.asking = None

    def _failed(self, state: _State, code: str, pause: float, upstream_id: int, why: str) -> None:
        state.failures += 1
        state.failure, state.not_before = code, time.monotonic() + pause
        self._tell(upstream_id, "refused" if code == REFUSED else "unavailable")
        log.warning("broker.provider_login_failed", upstream_id=upstream_id, code=code, why=why, again_in=round(pause))


def _pause(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (min(failures, 10) - 1)))
