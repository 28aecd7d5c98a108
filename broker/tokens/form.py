"""The form of a token request: one reading, each parameter once (RFC 6749 §3.2)."""

import re
from urllib.parse import unquote_to_bytes

from broker.incoming import Incoming
from broker.problems import Refusal, refusal

MEDIA_TYPE = "application/x-www-form-urlencoded"
MOST_PARAMETERS = 32
_FIELD = re.compile(r"(?:[\x20-\x24\x26-\x7e]|%[0-9A-Fa-f]{2})*\Z")


def read_form(incoming: Incoming) -> dict[str, str]:
    """Return the parameters by name; one without a value counts as left out. Raises a refusal."""
    media, _, options = incoming.text(b"content-type").partition(";")
    if media.strip().lower() != MEDIA_TYPE or options.strip().lower() not in ("", "charset=utf-8"):
        raise refusal("parameter-invalid", where="Content-Type")
    if incoming.raw_query:
        # What stands in an address is kept in the logs of everybody on the way (RFC 6749 §2.3.1).
        raise refusal("parameter-invalid", where="?")
    try:
        pairs = incoming.content.decode("ascii").split("&")
    except UnicodeDecodeError:
        raise _unreadable() from None
    if len(pairs) > MOST_PARAMETERS:
        raise _unreadable()
    found: dict[str, str] = {}
    for pair in filter(None, pairs):
        name, _, value = pair.partition("=")
        name, value = decoded(name), decoded(value)
        if name in found:
            raise refusal("parameter-invalid", where=_shown(name))
        found[name] = value
    return {name: value for name, value in found.items() if value}


def decoded(text: str) -> str:
    """Return a name or value as it was before it was encoded (RFC 6749 appendix B). Raises a refusal."""
    if not _FIELD.match(text):
        raise _unreadable()
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise _unreadable() from None


def _unreadable() -> Refusal:
    return refusal("parameter-invalid", where="body")


def _shown(name: str) -> str:
    return name[:32] if name.isascii() and name.isprintable() else "?"
