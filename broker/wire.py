"""The wire form of a call: what is refused before anybody asks who calls (400 and its kin).

Two programs that read a request differently are how gateways are walked around; so there is one spelling of a target,
one value of every header we use, one length. Nothing here is decoded.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.http.request import split_domain_port, validate_host

from broker.problems import Refusal, refusal

Receive = Callable[[], Awaitable[dict[str, Any]]]
MAX_TARGET, MAX_HEADERS, MAX_HEADER_BYTES = 8192, 64, 16384
# Length in a form every program reads alike.
_LENGTH = re.compile(rb"[0-9]{1,15}\Z")
_PATH = re.compile(rb"/(?:[A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*\Z")
_QUERY = re.compile(rb"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]|-]|%[0-9A-Fa-f]{2})*\Z")
_TWICE_READ = re.compile(rb"//|/\.{1,2}(?:/|\Z)|%(?:[01][0-9a-f]|2[ef]|5c|7f)", re.IGNORECASE)
_CONTROL = re.compile(rb"%(?:[01][0-9a-f]|7f)", re.IGNORECASE)
_VALUE = re.compile(rb"[\x20-\x7e]*\Z")
ONCE = frozenset(
    {
        b"host",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"content-digest",
        b"transfer-encoding",
        b"signature",
        b"signature-input",
        b"authorization",
        b"idempotency-key",
        b"x-request-id",
    }
)
_HOSTS: dict[bytes, bool] = {}


class CallerGone(Exception):
    """The caller hung up before the request was whole; there is nobody to answer."""


def check_target(path: bytes, query: bytes, prefix: bytes) -> None:
    """Refuse a target that has a second spelling or that two programs could read differently (N18)."""
    if len(path) + len(query) > MAX_TARGET or not path.startswith(prefix):
        raise refusal("target-not-canonical")
    if not _PATH.match(path) or _TWICE_READ.search(path):
        raise refusal("target-not-canonical")
    if not _QUERY.match(query) or _CONTROL.search(query):
        raise refusal("target-not-canonical")


def read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return header values by lower-case name; refuse repeated ones we rely on (N10), odd bytes, and too many."""
    found: dict[bytes, bytes] = {}
    count = size = 0
    for name, value in pairs:
        count += 1
        size += len(name) + len(value)
        if name in found:
            if name in ONCE or name.startswith(b"x-lgsp-"):
                raise refusal("header-repeated", where=name.decode("ascii", "replace"))
            value = found[name] + b", " + value  # noqa: PLW2901  # RFC 9110 §5.3: a list in two lines is one list
        elif (name in ONCE or name.startswith(b"x-lgsp-")) and not _VALUE.match(value):
            raise refusal("malformed-request", where=name.decode("ascii", "replace"))
        found[name] = value
    if count > MAX_HEADERS or size > MAX_HEADER_BYTES:
        raise refusal("headers-too-large")
    return found


def check_host(host: bytes, allowed: list[str]) -> str:
    """Return the authority as sent; it is lower case and names us (N28)."""
    known = _HOSTS.get(host)
    if known is None:
        text = host.decode("ascii", "replace")
        domain, _port = split_domain_port(text)
        known = bool(domain) and text == text.lower() and validate_host(domain, allowed)
        if known and len(_HOSTS) < 256:
            _HOSTS[host] = known
    if not known:
        raise refusal("host-not-allowed")
    return host.decode("ascii")


def declared_length(headers: dict[bytes, bytes], *, inflates: bool = False) -> int | None:
    """Return the declared length of the body, None for a chunked one.

    Compressed bodies are refused (N23), but gzip where the service *inflates* it once the caller is known.
    """
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.lower() != b"identity" and not (inflates and encoding.lower() == b"gzip"):
        raise refusal("content-encoding-not-supported").with_header(
            "Accept-Encoding", "gzip" if inflates else "identity"
        )
    length = headers.get(b"content-length")
    if length is None:
        return None if b"transfer-encoding" in headers else 0
    if not _LENGTH.match(length):
        raise refusal("malformed-request", where="Content-Length")
    return int(length)


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body above *limit* bytes."""
    return refusal("too-large", limit=limit).with_members(limit=limit)


async def read_body(receive: Receive, *, declared: int | None, limit: int, seconds: float) -> bytes:
    """Return the whole body, at most *limit* bytes, within *seconds*.

    Raises a refusal (too large, too slow) before reading on, :class:`CallerGone` when the caller hangs up.
    """
    if declared is not None and declared > limit:
        raise too_large(limit)
    message = await receive() if not declared and declared is not None else None
    if message is not None and message["type"] == "http.request" and not message.get("more_body"):
        return _whole(message["body"], declared)
    try:
        async with asyncio.timeout(seconds):
            return _whole(await _gather(receive, message, limit), declared)
    except TimeoutError:
        raise refusal("request-timeout") from None


async def _gather(receive: Receive, message: dict[str, Any] | None, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = message or await receive()
        if message["type"] != "http.request":
            raise CallerGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise too_large(limit)
        if not message.get("more_body"):
            return b"".join(parts)
        message = None


def _whole(body: bytes, declared: int | None) -> bytes:
    if declared is not None and len(body) != declared:
        raise refusal("malformed-request", where="Content-Length")
    return body
