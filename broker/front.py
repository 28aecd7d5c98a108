"""The broker's addresses: which requests concern it, and which of its views answers them."""

from typing import Any

from broker.authorising import PREFIX
from broker.soap.view import SoapView
from broker.tokens import TOKEN_PATHS
from broker.tokens.view import TokenView
from broker.view import Brokered, BrokerView, MetaView
from core.soap import ENDPOINT

_META = PREFIX.encode() + b"-/"
_SOAP = ENDPOINT.encode()
_TOKENS = frozenset(path.decode() for path in TOKEN_PATHS)


def concerns_broker(scope: dict[str, Any]) -> bool:
    """Return whether the server's life, a data service or a token is meant; the broker judges how it is spelt."""
    if scope["type"] == "lifespan":
        return True
    if scope["type"] != "http":
        return False
    raw, path = scope.get("raw_path", b""), scope["path"]
    return path.startswith(PREFIX) or raw.startswith(PREFIX.encode()) or path in _TOKENS or raw in TOKEN_PATHS


def view_of(raw_path: bytes) -> type[Brokered]:
    """Return the view of a path."""
    if raw_path in TOKEN_PATHS:
        return TokenView
    if raw_path.startswith(_META):
        return SoapView if raw_path.startswith(_SOAP) else MetaView
    return BrokerView


def prefix_of(raw_path: bytes) -> bytes:
    """Return what a target of ours begins with; one that reads as a token path in another spelling is none."""
    return raw_path if raw_path in TOKEN_PATHS else PREFIX.encode()
