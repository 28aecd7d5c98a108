"""What a caller may still send: the field ``RateLimit`` of draft-ietf-httpapi-ratelimit-headers.

The policy of a grant is text made when the snapshot is (``rates.policy_of``); the rest is a few numbers a call.
"""

from broker.incoming import Incoming
from broker.rates import DAY_SECONDS, Rates

# Vietnam is seven hours ahead of UTC and keeps no summer time.
_AHEAD_SECONDS = 7 * 3600


def until_midnight(second: int) -> int:
    """Return the seconds from *second* (since 1970) to the next Vietnamese midnight, when daily counts begin again."""
    return DAY_SECONDS - (second + _AHEAD_SECONDS) % DAY_SECONDS


def allowance(incoming: Incoming, rates: Rates, room: int | None) -> bytes:
    """Return ``RateLimit``: *room* calls left today (None: not known), and what is left of the rates."""
    warrant = incoming.warrant
    if warrant is None:
        return b""
    grant = warrant.grant
    said = "" if room is None else f'"day";r={room};t={until_midnight(incoming.second)}'
    if grant.rate_per_second or grant.rate_per_minute:
        second, minute = rates.left(grant)
        if grant.rate_per_minute:
            said += f'{said and ", "}"minute";r={max(minute, 0)};t=60'
        if grant.rate_per_second:
            said += f'{said and ", "}"second";r={max(second, 0)};t=1'
    return said.encode()
