"""The words of the mapping between JSON and XML, and what XML can carry (docs/conversion.md)."""

import re
from functools import lru_cache

from lxml import etree

# Marks stand in a namespace of their own, always under this prefix.
NAMESPACE = "urn:lgsp:json-xml:1"
PREFIX = "lgsp"
TYPE, ARRAY, NAME = "type", "array", "name"
TEXT = "#text"
ITEM = "item"  # element of an item where an array stands in an array, or is the whole
MEMBER = "member"  # element of a member whose name is no name in XML

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = rf"[{_START}][{_START}\-.0-9\u00b7\u0300-\u036f\u203f-\u2040]*"
_QUALIFIED = re.compile(rf"(?:({_PART}):)?({_PART})\Z")
NOT_CARRIED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile("[^\t\n\r\u0020-\\[\\]-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")


@lru_cache(maxsize=4096)
def parted(name: str) -> tuple[str, str] | None:
    """Return prefix ("" none) and local part of a name as XML writes it, None for what is no name there."""
    found = _QUALIFIED.match(name)
    return (found[1] or "", found[2]) if found else None


def escaped(text: str) -> str:
    r"""Return *text* with ``\\`` for a backslash and ``\u0001`` for what XML cannot carry."""
    return _ESCAPED.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    """Return what :func:`escaped` was given. Raises ValueError for what it never writes."""
    if _ESCAPE.sub("", text).count("\\"):
        raise ValueError("not escaped")
    return _ESCAPE.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), text)


@lru_cache(maxsize=1024)
def is_namespace(uri: str) -> bool:
    """Return whether the parser takes *uri* for the name of a namespace."""
    if not uri or NOT_CARRIED.search(uri) or uri == NAMESPACE:
        return False
    try:
        root = etree.Element("a", nsmap={"p": uri})
        return bool(etree.fromstring(etree.tostring(root)).nsmap == {"p": uri})
    except (ValueError, etree.XMLSyntaxError):
        return False
