"""Asking other hosts, outside of the broker: one client with the address rules, no redirects, no proxies, bounded.

The name is resolved once, every address it has is judged, and the connection goes to a judged address; name and
certificate stay those of the host. So a name that changes its address between judging and calling gains nothing.
"""

import socket
import ssl
import time
from dataclasses import dataclass
from functools import cache

import httpx2
from django.conf import settings

from core.addresses import AddressRefused, AddressRules, Target, own_endpoints


class Unreachable(Exception):
    """No answer: ``reason`` is one of refused-address, no-such-host, no-connection, timeout, broken-answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status and the time to its last byte read, in milliseconds."""

    status: int
    elapsed_ms: int
    content: bytes


def address_rules() -> AddressRules:
    """Return this installation's rules for addresses the platform calls."""
    return AddressRules(loopback=settings.LOOPBACK_UPSTREAMS, own=own_endpoints(settings.OWN_ADDRESSES))


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates we trust: read once, it takes longer than most answers."""
    return httpx2.create_ssl_context(trust_env=False)


def ask(base_url: str, path: str, *, timeout: float, max_bytes: int = 65_536) -> Answer:
    """GET *path* below *base_url* within *timeout* seconds in all, reading *max_bytes* at most.

    Raises :class:`Unreachable`. Redirects are answers like any other; environment proxies are not used.
    """
    trusted, started = _trusted(), time.monotonic()
    ends = started + timeout
    target, address = _judged(base_url)
    url, headers, extensions = _pinned(target, address, path)
    try:
        limits = httpx2.Timeout(max(ends - time.monotonic(), 0.01))
        with (
            httpx2.Client(verify=trusted, timeout=limits, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, headers=headers, extensions=extensions) as response,
        ):
            content = _read(response, ends, max_bytes)
            return Answer(response.status_code, int((time.monotonic() - started) * 1000), content)
    except httpx2.TimeoutException:
        raise Unreachable("timeout") from None
    except httpx2.ConnectError:
        raise Unreachable("no-connection") from None
    except httpx2.HTTPError:
        raise Unreachable("broken-answer") from None


def _judged(base_url: str) -> tuple[Target, str]:
    rules = address_rules()
    try:
        target = rules.check_url(base_url)
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        return target, rules.check_resolved((str(item[4][0]) for item in found), target.port)[0]
    except AddressRefused:
        raise Unreachable("refused-address") from None
    except OSError:
        raise Unreachable("no-such-host") from None


def _pinned(target: Target, address: str, path: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """Return the address of the judged host, with the name where the other side and its certificate expect it."""
    host = f"[{address}]" if ":" in address else address
    name = target.origin.partition("://")[2]
    url = f"{target.scheme}://{host}:{target.port}{target.path}{path}"
    return url, {"Host": name, "Accept": "application/json"}, {"sni_hostname": target.host}


def _read(response: httpx2.Response, ends: float, max_bytes: int) -> bytes:
    content = b""
    for part in response.iter_raw():
        content += part
        if len(content) >= max_bytes:
            return content[:max_bytes]
        if time.monotonic() > ends:
            raise Unreachable("timeout")
    return content
