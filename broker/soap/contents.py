"""Content of a SOAP message as JSON: the mapping of docs/conversion.md, with what SOAP tools add read in its words.

Tools write ``xsi:nil`` for null and ``xsi:type`` for numbers and truth, and put elements in the message's namespace;
the mapping has marks of its own for the first two and names without namespace.
"""

from copy import deepcopy
from typing import Any

from lxml import etree

from core.formats import from_xml
from core.formats.names import NAMESPACE, TYPE
from core.soap import XSI

_XSI = f"{{{XSI}}}"
_MARK = f"{{{NAMESPACE}}}{TYPE}"
_NUMBERS = frozenset({"int", "integer", "long", "short", "byte", "decimal", "double", "float"})


def content_of(element: Any, home: str) -> Any:
    """Return what *element* holds as JSON. Raises ``BadMessage``."""
    root = deepcopy(element)
    for item in root.iter("*"):
        _plain(item, home)
    etree.cleanup_namespaces(root)
    return from_xml(root)


def _plain(item: Any, home: str) -> None:
    if item.tag.startswith(f"{{{home}}}"):
        item.tag = item.tag.rpartition("}")[2]
    for name in [name for name in item.attrib if name.startswith(_XSI)]:
        value = item.attrib.pop(name)
        kind = value.rpartition(":")[2]
        if name == f"{_XSI}nil" and value in ("true", "1"):
            item.set(_MARK, "null")
        elif name == f"{_XSI}type" and not len(item) and _MARK not in item.attrib:
            if kind in _NUMBERS:
                item.set(_MARK, "number")
            elif kind == "boolean":
                item.set(_MARK, "boolean")
