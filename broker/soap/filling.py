"""The envelope a SOAP provider gets, built as a tree from judged values and the JSON of a call. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from lxml import etree

from broker.messages.work import Declined
from broker.soap.texts import MISSING, NO_TEXT, UNKNOWN, unusable
from core.formats import BadMessage, read_json
from core.formats.numbers import text_of
from core.soap import SOAP_11, SOAP_12

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\Z")
_NONE: Any = object()


class Item(NamedTuple):
    """An element of the request, as ``catalog.soap.Parameter`` has it."""

    path: tuple[str, ...]
    kind: str
    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class Filling:
    """What to build by: the request element in its namespace, its elements in order, and the values given beside
    the content, by kind (``path``, ``query``, ``platform``) and name."""

    source: ClassVar[str] = "json"

    version: str
    namespace: str
    request: str
    qualified: bool
    items: tuple[Item, ...]
    given: Mapping[str, Mapping[str, str]]

    def done(self, body: bytes) -> tuple[bytes, None]:
        """Return the envelope around *body*, JSON or nothing. Raises :class:`Declined`, naming the parameter."""
        space = SOAP_11 if self.version == "1.1" else SOAP_12
        root = etree.Element(f"{{{space}}}Envelope", nsmap={"s": space, "m": self.namespace})
        request = etree.SubElement(etree.SubElement(root, f"{{{space}}}Body"), f"{{{self.namespace}}}{self.request}")
        inner = f"{{{self.namespace}}}" if self.qualified else ""
        content = self._read(body)
        for item in self.items:
            value = self._value(item, content)
            if value is _NONE or value is None:
                if item.required and item.kind != "platform":
                    raise unusable({"query": "?", "body": "."}.get(item.kind, "") + item.name, MISSING)
                continue
            parent = request
            for name in item.path[:-1]:
                found = parent.find(f"{inner}{name}")
                parent = etree.SubElement(parent, f"{inner}{name}") if found is None else found
            _put(parent, inner, item.path[-1], value, "/".join(item.path))
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), None

    def _value(self, item: Item, content: Any) -> Any:
        if item.kind == "text":
            return item.name
        if item.kind == "body":
            return _member(content, item.name)
        return self.given[item.kind].get(item.name, _NONE)

    def _read(self, body: bytes) -> dict[str, Any]:
        """Return the content: an object of members that are taken."""
        if not body:
            return {}
        try:
            value = read_json(body)
        except BadMessage as bad:
            values = {"where": "JSON", "said": bad.detail, "said_en": bad.detail_en}
            raise Declined("message-parameter-invalid", values) from None
        if not isinstance(value, dict):
            raise unusable("JSON", NO_TEXT)
        _require_known(value, [item.name for item in self.items if item.kind == "body"], "")
        return value


def _require_known(value: dict[str, Any], wanted: list[str], before: str) -> None:
    for name, inside in value.items():
        dotted = before + name
        if dotted in wanted:
            continue
        if not any(item.startswith(f"{dotted}.") for item in wanted):
            raise unusable(f".{dotted}", UNKNOWN)
        if isinstance(inside, dict):
            _require_known(inside, wanted, f"{dotted}.")
        elif inside is not None:
            raise unusable(f".{dotted}", NO_TEXT)


def _member(body: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        if not isinstance(body, dict) or name not in body:
            return _NONE
        body = body[name]
    return body


def _put(parent: Any, inner: str, name: str, value: Any, where: str) -> None:
    """Put *value* below *parent*: text, one element an item of a list, members of an object in their order."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, list):
                raise unusable(where, NO_TEXT)
            _put(parent, inner, name, item, where)
        return
    if not _NAME.match(name):
        raise unusable(where, NO_TEXT)
    element = etree.SubElement(parent, f"{inner}{name}")
    for key, item in value.items() if isinstance(value, dict) else ():
        if item is not None:
            _put(element, inner, key, item, where)
    try:
        element.text = None if isinstance(value, dict) else _text(value)
    except ValueError:  # what XML cannot carry
        raise unusable(where, NO_TEXT) from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return value if isinstance(value, str) else text_of(value)
