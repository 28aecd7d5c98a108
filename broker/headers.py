"""Which headers go through: by allow-list both ways; no credentials, cookies or addresses travel (N26, N27).

A trace goes through by the rules of W3C Trace Context: the caller's trace with us as the parent, or a new one.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

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
# Said of the REST call, not of the envelope a SOAP provider gets.
_OF_REST = frozenset(
    {"Accept", "Content-Type", "Content-Language", *(v for v in TO_PROVIDER.values() if v[:3] == "If-")}
)
_OWN = (("Accept-Encoding", "identity"), ("User-Agent", "LGSP"))
_ODD = frozenset({b"1", b"3", b"5", b"7", b"9", b"b", b"d", b"f"})
_VALUE = re.compile(rb"[\x20-\x7e\x80-\xff]*\Z")
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_TRACE = re.compile(
    rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]([0-9a-f])(-[\x20-\x7e]*)?\Z"
)
_TRACE_STATE = re.compile(rb"[\x20-\x7e]{1,512}\Z")


@lru_cache(maxsize=256)
def _named_by(connection: bytes) -> frozenset[bytes]:
    """Return the names in a value of Connection."""
    return frozenset(part.strip().lower() for part in connection.split(b","))


def to_provider(incoming: Incoming, signer: Signer | None) -> list[tuple[str, str]]:
    """Return the headers the provider gets, with an assertion if there is a *signer*.

    What the caller's Connection header names is dropped (RFC 9110 §7.6.1).
    """
    named = _named_by(incoming.sent.get(b"connection", b""))
    sent = {**incoming.sent, **incoming.instead} if incoming.instead else incoming.sent
    pairs = [
        (TO_PROVIDER[name], value.decode("latin-1"))
        for name, value in sent.items()
        if name in TO_PROVIDER and name not in named and _VALUE.match(value)
    ]
    if incoming.method != "GET" and b"if-match" in sent:
        pairs = [(name, _strong(value) if name == "If-Match" else value) for name, value in pairs]
    if incoming.posting is not None:
        pairs = [pair for pair in pairs if pair[0] not in _OF_REST] + [*incoming.posting.headers]
    pairs += _OWN
    pairs.append((REQUEST_ID, incoming.request_id))
    if signer is not None:
        pairs.append((ASSERTION, assertion_for(incoming, signer)))
    pairs += _trace(incoming, named)
    return pairs


def _strong(tags: str) -> str:
    """Return a value of If-Match as the provider gave its tags.

    A weak tag matches nothing there (RFC 9110 §13.1.1); what a caller has in one is a strong tag that an answer lost
    when it was converted or compressed.
    """
    return _TAG.sub(r"\1", tags)


def _trace(incoming: Incoming, named: Collection[bytes]) -> list[tuple[str, str]]:
    """Put our own span into the caller's trace, or begin one that the request id finds (its 32 hex digits).

    Of a later version of the header the beginning is read as version 00 (W3C Trace Context §4.3).
    """
    call_id = incoming.call_id.hex
    sent = incoming.sent.get(b"traceparent")
    found = None if sent is None or b"traceparent" in named else _TRACE.match(sent)
    if found is None or (found[4] is not None and found[1] == b"00"):
        return [("traceparent", f"00-{call_id}-{call_id[16:]}-01")]
    sampled = "01" if found[3] in _ODD else "00"
    going = [("traceparent", f"00-{found[2].decode()}-{call_id[16:]}-{sampled}")]
    state = incoming.sent.get(b"tracestate")
    if state is not None and b"tracestate" not in named and _TRACE_STATE.match(state):
        going.append(("tracestate", state.decode()))
    return going


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
