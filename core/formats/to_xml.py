"""JSON as XML: an element for each member, repeated elements for an array, marks only where text is not enough."""

from typing import Any

from core.formats.json_reading import require_shallow
from core.formats.names import (
    ARRAY,
    ITEM,
    MEMBER,
    NAME,
    NAMESPACE,
    NOT_CARRIED,
    PREFIX,
    TEXT,
    TYPE,
    escaped,
    is_namespace,
    parted,
)
from core.formats.numbers import text_of
from core.formats.refusals import BadMessage, shown

Scope = dict[str, str]
_TEXT_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_SIGNS = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_SCALARS = (str, int, float, bool, type(None))


def to_xml(value: Any, root: str) -> bytes:
    """Return *value*, as ``read_json`` gives it, as an XML document in UTF-8 whose root element is *root*.

    :func:`core.formats.from_xml` gives *value* back, members in their order. Raises :class:`BadMessage` for a *root*
    that is no name, or more than 64 levels.
    """
    require_shallow(value)
    declared = value if isinstance(value, dict) else {}
    if not _natural(root, declared, {}):
        raise BadMessage("xml-name", f"Không có phần tử XML tên “{shown(root)}”.", f"No XML name: “{shown(root)}”.")
    out: list[str] = []
    _element(out, root, "", value, {})
    text = "".join(out)
    if f" {PREFIX}:" in text:
        # Only marks can look like that outside texts; one declaration too many, where a text does, is harmless.
        at = len(root) + 1
        text = f'{text[:at]} xmlns:{PREFIX}="{NAMESPACE}"{text[at:]}'
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode("utf-8")


def _element(out: list[str], tag: str, marks: str, value: Any, scope: Scope) -> None:
    if isinstance(value, dict):
        _object(out, tag, marks, value, scope)
    elif isinstance(value, list):
        if not value:
            out.append(f"<{tag}{marks}{_mark(TYPE, 'array')}/>")
            return
        out.append(f"<{tag}{marks}{_mark(TYPE, 'array')}>")
        for item in value:
            _element(out, ITEM, "", item, scope)
        out.append(f"</{tag}>")
    else:
        kind, text = _scalar(value)
        out.append(f"<{tag}{marks}{kind}>{text}</{tag}>" if text else f"<{tag}{marks}{kind}/>")


def _scalar(value: Any) -> tuple[str, str]:
    """Return the mark and the text of a value without members."""
    if isinstance(value, str):
        if NOT_CARRIED.search(value):
            return _mark(TYPE, "escaped"), escaped(value).translate(_TEXT_SIGNS)
        return "", value.translate(_TEXT_SIGNS)
    if value is None:
        return _mark(TYPE, "null"), ""
    if isinstance(value, bool):
        return _mark(TYPE, "boolean"), "true" if value else "false"
    return _mark(TYPE, "number"), text_of(value)


def _object(out: list[str], tag: str, marks: str, value: dict[str, Any], scope: Scope) -> None:
    scope, attributes, text, members = _head(value, scope)
    if not value:
        marks += _mark(TYPE, "object")
    if text is not None:
        kind, written = _scalar(text[0])
        out.append(f"<{tag}{attributes}{marks}{kind}>{written}</{tag}>")
        return
    if not members:
        out.append(f"<{tag}{attributes}{marks}/>")
        return
    out.append(f"<{tag}{attributes}{marks}>")
    for name, item in members:
        if not isinstance(item, list) or not item:
            _named(out, name, item, "", scope)
        else:
            only = _mark(ARRAY, "true") if len(item) == 1 else ""
            for each in item:
                _named(out, name, each, only, scope)
    out.append(f"</{tag}>")


def _head(value: dict[str, Any], scope: Scope) -> tuple[Scope, str, tuple[Any] | None, list[tuple[str, Any]]]:
    """Return the scope inside, what stands in the start tag, the text beside attributes (in a tuple), and the rest.

    Only what leads can be an attribute, namespaces first: members keep their order.
    """
    if not value or next(iter(value))[:1] != "@":
        return scope, "", None, list(value.items())
    written: list[str] = []
    taken: set[tuple[str, str]] = set()
    members = list(value.items())
    at = 0
    for name, item in members:
        prefix = _declares(name, item, scope)
        if prefix is None or taken:
            if not _attribute(name, item, scope, taken):
                break
        else:
            scope = {**scope, prefix: item}
        written.append(f' {name[1:]}="{item.translate(_ATTRIBUTE_SIGNS)}"')
        at += 1
    rest = members[at:]
    if at and len(rest) == 1 and rest[0][0] == TEXT and isinstance(rest[0][1], _SCALARS) and rest[0][1] != "":
        return scope, "".join(written), (rest[0][1],), []
    return scope, "".join(written), None, rest


def _declares(name: str, item: Any, scope: Scope) -> str | None:
    """Return the prefix ("" the default) that the member declares anew, None when it declares none."""
    if not isinstance(item, str) or (name != "@xmlns" and not name.startswith("@xmlns:")):
        return None
    prefix = name[7:]
    if scope.get(prefix, "") == item or prefix in (PREFIX, "xml", "xmlns"):
        return None
    if prefix:
        parts = parted(prefix)
        return prefix if parts is not None and not parts[0] and is_namespace(item) else None
    return "" if name == "@xmlns" and (not item or is_namespace(item)) else None


def _attribute(name: str, item: Any, scope: Scope, taken: set[tuple[str, str]]) -> bool:
    """Return whether the member can be an attribute here, and take its place.

    Never xml:id: that is no text but an identifier, which parsers judge.
    """
    parts = parted(name[1:]) if name[:1] == "@" else None
    if parts is None or not isinstance(item, str) or NOT_CARRIED.search(item):
        return False
    prefix, local = parts
    if prefix == "xmlns" or (not prefix and local == "xmlns"):
        return False
    known = local != "id" if prefix == "xml" else not prefix or bool(scope.get(prefix))
    place = (scope.get(prefix, prefix) if prefix else "", local)
    if not known or place in taken:
        return False
    taken.add(place)
    return True


def _named(out: list[str], name: str, item: Any, marks: str, scope: Scope) -> None:
    """Write one element of the member *name*."""
    if _natural(name, item if isinstance(item, dict) else {}, scope):
        _element(out, name, marks, item, scope)
    else:
        written = escaped(name).translate(_ATTRIBUTE_SIGNS)
        _element(out, MEMBER, marks + _mark(NAME, written), item, scope)


def _natural(name: str, inside: dict[str, Any], scope: Scope) -> bool:
    """Return whether *name* can be the element's own: a name of XML, its prefix declared here or by the element."""
    parts = parted(name)
    if parts is None:
        return False
    prefix = parts[0]
    if not prefix:
        return True
    if prefix in (PREFIX, "xmlns"):
        return False
    if prefix == "xml" or scope.get(prefix):
        return True
    return f"@xmlns:{prefix}" in inside and bool(_head(inside, scope)[0].get(prefix))


def _mark(name: str, value: str) -> str:
    return f' {PREFIX}:{name}="{value}"'
