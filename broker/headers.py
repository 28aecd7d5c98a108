"""Which headers go through: by allow-list both ways; no credentials, cookies or addresses travel (N26, N27).

A trace goes through by the rules of W3C Trace Context: the caller's trace with us as the parent, or a new one.
"""

import re
from collections.abc import Iterable

from multidict import CIMultiDict

from broker.incoming import Incoming

TO_PROVIDER = {
    b"accept": "Accept",
    b"accept-language": "Accept-Language",
    b"content-type": "Content-Type",
    b"content-language": "Content-Language",
    b"idempotency-key": "Idempotency-Key",
    b"if-match": "If-Match",
    b"if-none-match": "If-None-Match",
    b"if-modified-since": "If-Modified-Since",
    b"if-unmodified-since": "If-Unmodified-Since",
}
TO_CALLER = frozenset(
    {
        b"content-type",
        b"content-language",
        b"content-disposition",
        b"etag",
        b"last-modified",
        b"retry-after",
        b"deprecation",
        b"sunset",
    }
)
REQUEST_ID = "X-LGSP-Request-Id"
_VALUE = re.compile(rb"[\x20-\x7e\x80-\xff]*\Z")
_TRACE = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-[\x20-\x7e]*)?\Z")
_TRACE_STATE = re.compile(rb"[\x20-\x7e]{1,512}\Z")


def to_provider(incoming: Incoming) -> CIMultiDict[str]:
    """Return the headers the provider gets; what the caller's Connection header names is dropped (RFC 9110 §7.6.1)."""
    named = {part.strip().lower() for part in incoming.sent.get(b"connection", b"").split(b",")}
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in incoming.sent.items():
        shown = TO_PROVIDER.get(name)
        if shown is not None and name not in named and _VALUE.match(value):
            headers[shown] = value.decode("latin-1")
    headers["Accept-Encoding"] = "identity"
    headers["User-Agent"] = "LGSP"
    headers[REQUEST_ID] = str(incoming.call_id)
    _trace(headers, incoming, named)
    return headers


def _trace(headers: CIMultiDict[str], incoming: Incoming, named: set[bytes]) -> None:
    """Put our own span into the caller's trace, or begin one that the request id finds (its 32 hex digits)."""
    call_id = incoming.call_id.hex
    sent = incoming.sent.get(b"traceparent")
    found = None if sent is None or b"traceparent" in named else _trace_of(sent)
    if found is None:
        headers["traceparent"] = f"00-{call_id}-{call_id[16:]}-01"
        return
    trace_id, sampled = found
    headers["traceparent"] = f"00-{trace_id}-{call_id[16:]}-{sampled}"
    state = incoming.sent.get(b"tracestate")
    if state is not None and b"tracestate" not in named and _TRACE_STATE.match(state):
        headers["tracestate"] = state.decode()


def _trace_of(sent: bytes) -> tuple[str, str] | None:
    """Return trace id and flags of a valid ``traceparent``; a later version's beginning is read as version 00's."""
    found = _TRACE.match(sent)
    if found is None:
        return None
    version, trace_id, parent_id, flags, more = found.groups()
    if version == b"ff" or (more is not None and version == b"00"):
        return None
    if not trace_id.strip(b"0") or not parent_id.strip(b"0"):
        return None
    return trace_id.decode(), "01" if int(flags, 16) & 1 else "00"


def to_caller(pairs: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a provider's answer that the caller gets."""
    kept = []
    named: set[bytes] = set()
    for name, value in pairs:
        lower = name.lower()
        if lower == b"connection":
            named |= {part.strip().lower() for part in value.split(b",")}
        elif lower in TO_CALLER and _VALUE.match(value):
            kept.append((lower, value))
    return [pair for pair in kept if pair[0] not in named]


def declared_length(pairs: Iterable[tuple[bytes, bytes]]) -> int:
    """Return the length an answer says it has, 0 when it says none."""
    found = next((value for name, value in pairs if name.lower() == b"content-length"), b"0")
    return int(found) if found.isdigit() else 0
