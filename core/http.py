"""Asking other hosts, outside of the broker: one client with the address rules, no redirects, no proxies, bounded.

The name is resolved once, every address it has is judged, and the connection goes to a judged address; name and
certificate stay those of the host. So a name that changes its address between judging and calling gains nothing.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import httpx2
from cryptography.x509 import Certificate as X509Certificate
from cryptography.x509 import ExtensionNotFound, SubjectAlternativeName, load_der_x509_certificate
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
    """Return this installation's rules for addresses of providers: nobody else is at our example server's."""
    own = own_endpoints([*settings.OWN_ADDRESSES, settings.EXAMPLE_SERVER])
    return AddressRules(loopback=settings.LOOPBACK_UPSTREAMS, own=own)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates we trust: read once, it takes longer than most answers."""
    return httpx2.create_ssl_context(trust_env=False)


def ask(
    base_url: str,
    path: str,
    *,
    timeout: float,
    max_bytes: int = 65_536,
    tls: ssl.SSLContext | None = None,
    more: Iterable[tuple[str, str]] = (),
    content: bytes | None = None,
    head: bool = False,
) -> Answer:
    """GET *path* below *base_url* within *timeout* seconds in all, reading *max_bytes* at most; POST *content*.

    With *head* only the answer's head is asked for.

    *tls* is the host's own context (``core.tls``) where it has one, *more* are further headers.
    Raises :class:`Unreachable`. Redirects are answers like any other; environment proxies are not used.
    """
    trusted, started = tls or _trusted(), time.monotonic()
    ends = started + timeout
    target, address = _judged(base_url)
    url, headers, extensions = _pinned(target, address, path)
    headers |= dict(more)
    method = "POST" if content is not None else "HEAD" if head else "GET"
    try:
        limits = httpx2.Timeout(max(ends - time.monotonic(), 0.01))
        with (
            httpx2.Client(verify=trusted, timeout=limits, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, content=content, headers=headers, extensions=extensions) as response,
        ):
            found = _read(response, ends, max_bytes)
            return Answer(response.status_code, int((time.monotonic() - started) * 1000), found)
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
    headers = {"Host": name, "Accept": "application/json", "Accept-Encoding": "identity"}
    return url, headers, {"sni_hostname": target.host}


def _read(response: httpx2.Response, ends: float, max_bytes: int) -> bytes:
    content = b""
    for part in response.iter_raw():
        content += part
        if len(content) >= max_bytes:
            return content[:max_bytes]
        if time.monotonic() > ends:
            raise Unreachable("timeout")
    return content


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a host shows when asked for TLS; ``fault``: "" when trusted, else expired, not-yet-valid, self-signed,
    unknown-issuer, wrong-name or untrusted. Times are UTC."""

    protocol: str
    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    fault: str


# Codes of OpenSSL's chain verification (X509_V_ERR_*).
_FAULTS = {
    9: "not-yet-valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed",
    20: "unknown-issuer",
    21: "unknown-issuer",
    62: "wrong-name",
    64: "wrong-name",
}


def show_certificate(base_url: str, *, timeout: float) -> Certificate:
    """Ask the host of *base_url* for its certificate and judge chain, name and term as a client would.

    One that is not trusted is shown all the same, with the fault. Raises :class:`Unreachable`.
    """
    target, address = _judged(base_url)
    try:
        return _shake_hands(target, address, _trusted(), "", timeout)
    except ssl.SSLCertVerificationError as error:
        fault = _FAULTS.get(error.verify_code, "untrusted")
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.check_hostname, looking.verify_mode = False, ssl.CERT_NONE
    return _shake_hands(target, address, looking, fault, timeout)


def _shake_hands(target: Target, address: str, context: ssl.SSLContext, fault: str, timeout: float) -> Certificate:
    try:
        with (
            socket.create_connection((address, target.port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=target.host) as secured,
        ):
            shown, protocol = secured.getpeercert(binary_form=True), secured.version()
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError:
        raise Unreachable("timeout") from None
    except ssl.SSLError:
        raise Unreachable("broken-answer") from None
    except OSError:
        raise Unreachable("no-connection") from None
    found = load_der_x509_certificate(shown or b"")
    return Certificate(
        protocol=protocol or "",
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        names=_names(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        fault=fault,
    )


def _names(certificate: X509Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return ()
    return tuple(str(getattr(item, "value", item)) for item in found)


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An answer of the platform itself: ``content`` is its beginning, ``size`` all of it in bytes, -1 when unknown."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    size: int
    elapsed_ms: int


# Content is shown and measured as it is.
_AS_IT_IS = {"Accept": "*/*", "Accept-Encoding": "identity"}


def call_own(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout: float, max_bytes: int = 65_536
) -> OwnAnswer:
    """Send a request to the platform's own address, which comes from the settings and is judged by nobody.

    Raises :class:`Unreachable`. Nothing is followed, kept or undone.
    """
    started = time.monotonic()
    try:
        with (
            httpx2.Client(verify=_trusted(), timeout=timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers={**_AS_IT_IS, **headers}, content=body) as response,
        ):
            content, more = b"", False
            for part in response.iter_bytes():
                content += part
                if more := len(content) > max_bytes:
                    break
            size = -1 if more else len(content)
            if more and (said := response.headers.get("content-length", "")).isdecimal():
                size = int(said)
            elapsed = int((time.monotonic() - started) * 1000)
            kept = tuple(response.headers.multi_items())
            return OwnAnswer(response.status_code, kept, content[:max_bytes], size, elapsed)
    except httpx2.TimeoutException:
        raise Unreachable("timeout") from None
    except httpx2.ConnectError:
        raise Unreachable("no-connection") from None
    except httpx2.HTTPError:
        raise Unreachable("broken-answer") from None
