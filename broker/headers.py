"""Which headers go through: by allow-list both ways; no credentials, cookies or addresses travel (N26, N27)."""

import re
from collections.abc import Iterable

from multidict import CIMultiDict

from broker.assertion import ASSERTION, assertion_for
from broker.incoming import Incoming
from broker.tokens.signer import Signer

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
    b"traceparent": "traceparent",
    b"tracestate": "tracestate",
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


def to_provider(incoming: Incoming, signer: Signer) -> CIMultiDict[str]:
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
    headers[ASSERTION] = assertion_for(incoming, signer)
    return headers


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
