"""From a REST call to the envelope a SOAP provider gets: built from judged values, never by pasting text."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from lxml import etree

from broker.incoming import Incoming, Posting
from broker.messages.message import XML, form_of
from broker.problems import refusal
from broker.soap.texts import MISSING, NO_TEXT, TWICE, UNKNOWN, unusable
from catalog.projection import SoapRow
from core.formats import BadMessage, from_xml, read_json, read_xml
from core.formats.numbers import text_of
from core.soap import SOAP_11, SOAP_12

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}\Z")
MOST_QUERY = 100
_NONE: Any = object()


def written(incoming: Incoming, soap: SoapRow) -> Posting:
    """Return what goes to the provider. Raises a refusal that names the parameter at fault."""
    space = SOAP_11 if soap.version == "1.1" else SOAP_12
    root = etree.Element(f"{{{space}}}Envelope", nsmap={"s": space, "m": soap.namespace})
    body = etree.SubElement(root, f"{{{space}}}Body")
    request = etree.SubElement(body, f"{{{soap.namespace}}}{soap.request}")
    inner = f"{{{soap.namespace}}}" if soap.qualified else ""
    given = _given(incoming, soap)
    for item in soap.parameters:
        value = given(item.kind, item.name)
        where = "/".join(item.path)
        if value is _NONE or value is None:
            if item.required and item.kind != "platform":
                raise unusable({"query": "?", "body": "."}.get(item.kind, "") + item.name, MISSING)
            continue
        parent = request
        for name in item.path[:-1]:
            found = parent.find(f"{inner}{name}")
            parent = etree.SubElement(parent, f"{inner}{name}") if found is None else found
        _put(parent, inner, item.path[-1], value, where)
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Posting(soap.path, _headers(soap), content)


def _headers(soap: SoapRow) -> tuple[tuple[str, str], ...]:
    if soap.version == "1.1":
        kind = "text/xml"
        return ("Accept", kind), ("Content-Type", f"{kind}; charset=utf-8"), ("SOAPAction", f'"{soap.action}"')
    kind = "application/soap+xml"
    action = f'; action="{soap.action}"' if soap.action else ""
    return ("Accept", kind), ("Content-Type", f"{kind}; charset=utf-8{action}")


def _given(incoming: Incoming, soap: SoapRow) -> Any:
    """Return the function that finds a value by kind and name; what no parameter takes is refused here."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    parts = zip(warrant.operation.template.split("/"), warrant.upstream_path.split("/"), strict=True)
    path = {place[1:-1]: unquote(value) for place, value in parts if place[:1] == "{"}
    query = _query(incoming, {item.name for item in soap.parameters if item.kind == "query"})
    wanted = [item.name for item in soap.parameters if item.kind == "body"]
    body = _body(incoming, wanted)
    own: dict[str, Any] = {"request-id": incoming.request_id, "procedure": incoming.procedure or None}

    def find(kind: str, name: str) -> Any:
        if kind == "text":
            return name
        if kind == "body":
            return _member(body, name)
        held: dict[str, Any] = path if kind == "path" else query if kind == "query" else own
        return held.get(name, _NONE)

    return find


def _query(incoming: Incoming, known: set[str]) -> dict[str, str]:
    try:
        text = incoming.raw_query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_QUERY)
    except ValueError:
        raise unusable("?", NO_TEXT) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise unusable(f"?{name}", UNKNOWN)
        if name in found:
            raise unusable(f"?{name}", TWICE)
        found[name] = value
    return found


def _body(incoming: Incoming, wanted: list[str]) -> Any:
    """Return the body, JSON or XML by the mapping: an object of members that are taken. Raises a refusal."""
    if not incoming.content:
        return {}
    content_type = incoming.sent.get(b"content-type", b"")
    try:
        if form_of(content_type).form == XML:
            value = from_xml(read_xml(incoming.content, form_of(content_type).charset))
        else:
            value = read_json(incoming.content)
    except BadMessage as bad:
        raise refusal("message-parameter-invalid", where="JSON, XML", said=bad.detail, said_en=bad.detail_en) from None
    if not isinstance(value, dict):
        raise unusable("JSON, XML", NO_TEXT)
    _require_known(value, wanted, "")
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
