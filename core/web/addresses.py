"""Where a request came from, believing only the proxies we were told to believe."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the caller's address: the socket's, or the hop before our ``TRUSTED_PROXIES`` outermost proxies."""
    meta = request.META
    return address_of(meta.get("REMOTE_ADDR") or None, meta.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES)


def address_of(peer: str | None, forwarded: str, trusted: int) -> str | None:
    """Return the hop of ``X-Forwarded-For`` that *trusted* proxies vouch for, else the socket's *peer*."""
    if not trusted:
        return peer
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return peer if len(hops) < trusted else hops[-trusted]
