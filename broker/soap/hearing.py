"""From a SOAP provider's answer to the JSON its REST callers get; a fault becomes a problem, never passes as it is."""

import asyncio
import re
from dataclasses import replace
from typing import Any

from broker.forwarding import Answered
from broker.problems import Refusal, refusal
from broker.soap.envelopes import NotAnEnvelope, opened, parted
from catalog.projection import SoapRow
from core.formats import BadMessage, read_json, read_xml, write_json
from core.soap import SOAP_11, SOAP_12, XSI
from core.text import printable, tidy

# Above so many bytes a message is read beside the event loop.
BESIDE = 64 * 1024
_XML = frozenset({b"text/xml", b"application/soap+xml", b"application/xml"})
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?\Z")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,300})\Z")
_MARKUP = re.compile(r"<[^>]*>?|&[#A-Za-z0-9]{1,10};|[<>]")
_CHARSET = re.compile(rb';\s*charset="?([A-Za-z0-9_-]{1,40})', re.IGNORECASE)
MOST_SAID = 200
_BLANK = " \t\r\n"
_NIL, _TYPED = f"{{{XSI}}}nil", f"{{{XSI}}}"


async def heard(answered: Answered, soap: SoapRow) -> Answered:
    """Return the answer as REST callers may have it. Raises a refusal: the provider's fault, or ``provider-…``.

    What is no SOAP goes back as it came where its status already says that nothing is passed on.
    """
    status = answered.status
    if 300 <= status < 400 or status in (401, 407, 502, 503, 504):
        return answered
    kind = next((value for name, value in answered.headers if name.lower() == b"content-type"), b"").lower()
    if kind.split(b";")[0].strip() not in _XML:
        if status == 200:
            raise refusal("provider-answer-invalid")
        raise refusal("provider-error", status=status)
    named = _CHARSET.search(kind)
    arguments = (answered.body, named[1].decode("ascii") if named else "", status, soap)
    body = await asyncio.to_thread(_heard, *arguments) if len(answered.body) > BESIDE else _heard(*arguments)
    headers = [pair for pair in answered.headers if pair[0].lower() not in (b"content-type", b"content-length")]
    return replace(answered, headers=(*headers, (b"content-type", b"application/json")), body=body)


def _heard(body: bytes, charset: str, status: int, soap: SoapRow) -> bytes:
    try:
        version, _headers, found = opened(read_xml(body, charset))
    except (BadMessage, NotAnEnvelope):
        version, found = "", None
    if found is None:
        raise refusal("provider-answer-invalid") if status == 200 else refusal("provider-error", status=status)
    space, name = parted(found)
    if name == "Fault" and space in (SOAP_11, SOAP_12):
        raise _told(found, version, status)
    if status != 200 or (space, name) != (soap.namespace, soap.response[0]):
        raise refusal("provider-answer-invalid") if status == 200 else refusal("provider-error", status=status)
    for step in soap.response[1:]:
        below = [item for item in found if parted(item)[1] == step]
        if len(below) > 1:
            raise refusal("provider-answer-invalid")
        if not below or _is_nil(below[0]):
            return write_json(_with_lists({}, "", soap))
        found = below[0]
    value = _value(found, "", soap)
    return write_json(_with_lists({}, "", soap) if value in ("", None) else value)


def _told(fault: Any, version: str, status: int) -> Refusal:
    """Return what a fault means: the caller's doing, or the provider's; of its words only plain text goes on."""
    space = SOAP_11 if version == "1.1" else SOAP_12
    if version == "1.1":
        code, said = fault.findtext("faultcode", ""), fault.findtext("faultstring", "")
    else:
        code = fault.findtext(f"{{{space}}}Code/{{{space}}}Value", "")
        said = fault.findtext(f"{{{space}}}Reason/{{{space}}}Text", "")
    kind = tidy(code).rpartition(":")[2].partition(".")[0]
    text = safe(said)
    if kind in ("Client", "Sender"):
        return refusal("provider-rejected", said=text or "…", said_en=text or "…")
    known = kind if kind in ("Server", "Receiver", "MustUnderstand", "VersionMismatch") else "Server"
    return refusal("provider-error", status=status).with_members(fault={"code": known, "text": text})


def safe(text: str) -> str:
    """Return what of a fault's text may be shown: one line without markup, 200 characters at most."""
    return tidy(_MARKUP.sub(" ", printable(text[: MOST_SAID * 10])))[:MOST_SAID].strip()


def _is_nil(element: Any) -> bool:
    return element.get(_NIL, "") in ("true", "1")


def _value(element: Any, path: str, soap: SoapRow) -> Any:
    """Return an element as JSON: members by local name, a list where names repeat or always do, text by its kind."""
    if _is_nil(element):
        return None
    attributes = {
        f"@{name.rpartition('}')[2]}": value for name, value in element.attrib.items() if not name.startswith(_TYPED)
    }
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        text = element.text or ""
        value: Any = _typed(text, path.rpartition(".")[2], soap)
        if not text.strip(_BLANK) and (lists := _with_lists({}, path, soap)):
            return {**attributes, **lists}
        return {**attributes, "#text": value} if attributes else value
    found: dict[str, Any] = attributes
    many: set[str] = set()
    for child in children:
        name = parted(child)[1]
        here = f"{path}.{name}" if path else name
        value = _value(child, here, soap)
        if name in many:
            found[name].append(value)
        elif name in found:
            found[name] = [found[name], value]
            many.add(name)
        elif here in soap.repeated:
            found[name] = [value]
            many.add(name)
        else:
            found[name] = value
    return _with_lists(found, path, soap)


def _with_lists(found: dict[str, Any], path: str, soap: SoapRow) -> dict[str, Any]:
    """Put an empty list where the element at *path* holds nothing of a name that repeats: what was published stays."""
    for dotted in soap.repeated:
        parent, _dot, name = dotted.rpartition(".")
        if parent == path:
            found.setdefault(name, [])
    return found


def _typed(text: str, name: str, soap: SoapRow) -> Any:
    kind = soap.kinds.get(name, "")
    bare = text.strip(_BLANK)
    if kind == "boolean" and bare in ("true", "1", "false", "0"):
        return bare in ("true", "1")
    if (kind == "integer" and _WHOLE.match(bare)) or (kind == "number" and _NUMBER.match(bare)):
        try:
            return read_json(bare.encode("ascii"))
        except BadMessage:
            return text
    return None if kind and not bare else text
