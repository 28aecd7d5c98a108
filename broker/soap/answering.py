"""From a REST answer to the envelope a SOAP caller gets: records with their fields, and the rest by the mapping."""

import asyncio
from typing import Any

from lxml import etree

from broker.answers import Answer, page_of, prefers_english
from broker.incoming import Incoming
from broker.problems import KINDS, refusal
from broker.soap.faults import content_type, fault
from broker.soap.hearing import BESIDE
from catalog.projection import OperationRow
from core.formats import BadMessage, read_json, to_xml
from core.formats.names import NOT_CARRIED
from core.formats.numbers import text_of
from core.soap import ANSWER, MORE, RECORD, REST, SOAP_11, SOAP_12, XSI, namespace_of, response_of

# Said of the JSON, not of the envelope.
_OF_REST = frozenset({b"content-type", b"content-language", b"content-disposition", b"etag", b"last-modified"})
_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


async def spoken(answer: Answer, incoming: Incoming) -> Answer:
    """Return *answer* in an envelope; one that says no is a fault. Raises ``provider-answer-invalid``."""
    warrant = incoming.warrant
    assert warrant is not None and answer.rest is None  # noqa: S101, PT018
    headers = [pair for pair in answer.headers if pair[0] not in _OF_REST] + [content_type(incoming.soap)]
    if answer.status >= 400:
        body, wire = _rejected(answer, incoming)
        return Answer(answer.status, headers, body, answer.reason, answer.side, wire=wire)
    media = next((value for name, value in answer.headers if name == b"content-type"), b"").lower()
    media = media.partition(b";")[0].strip()
    if answer.body and media != b"application/json" and not media.endswith(b"+json"):
        raise refusal("provider-answer-invalid")
    row = warrant.service.row
    arguments = (answer.body, warrant.operation, namespace_of(row.code, row.version), incoming.soap)
    try:
        beside = len(answer.body) > BESIDE
        body = await asyncio.to_thread(envelope, *arguments) if beside else envelope(*arguments)
    except BadMessage:
        raise refusal("provider-answer-invalid") from None
    return Answer(answer.status, headers, body, answer.reason, answer.side, wire=200)


def envelope(content: bytes, operation: OperationRow, home: str, version: str) -> bytes:
    """Return the envelope that answers *operation* with *content*, JSON or nothing. Raises ``BadMessage``."""
    space = SOAP_11 if version == "1.1" else SOAP_12
    name = response_of(operation.code)
    inside = "" if not content else _inside(read_json(content), operation)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="{space}" xmlns:m="{home}" xmlns:xsi="{XSI}">'
        f"<s:Body><m:{name}>{inside}</m:{name}></s:Body></s:Envelope>"
    ).encode()


def _inside(document: Any, operation: OperationRow) -> str:
    if not operation.fields:
        return _element(ANSWER, document)
    taken = _taken(document, operation.record_path)
    if taken is None:
        return _element(REST, document)
    records, rest = taken
    known = frozenset(operation.fields)
    parts = [_record(record, known) for record in records]
    if rest:
        parts.append(_element(REST, rest))
    return "".join(parts)


def _taken(document: Any, record_path: str) -> tuple[list[dict[str, Any]], Any] | None:
    """Return the records and the document without them, None where they are not where they should be."""
    names = [name for name in record_path.split(".") if name]
    holder, found = None, document
    for name in names:
        if not isinstance(found, dict) or name not in found:
            return None
        holder, found = found, found[name]
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(record, dict) for record in records):
        return None
    if holder is None:
        return records, None
    del holder[names[-1]]
    return records, document


def _record(record: dict[str, Any], known: frozenset[str]) -> str:
    parts = [_field(name, value) for name, value in record.items() if name in known]
    more = {name: value for name, value in record.items() if name not in known}
    if more:
        parts.append(_element(MORE, more))
    return f"<{RECORD}>{''.join(parts)}</{RECORD}>"


def _field(name: str, value: Any) -> str:
    """Return a field as its type in the WSDL has it: plain text, nil for null; what has parts, by the mapping."""
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{text_of(value)}</{name}>"
    if isinstance(value, str) and not NOT_CARRIED.search(value):
        return f"<{name}>{value.translate(_SIGNS)}</{name}>"
    if isinstance(value, list) and value and not any(isinstance(item, list) for item in value):
        return "".join(_element(name, item) for item in value)
    return _element(name, value)


def _element(name: str, value: Any) -> str:
    return to_xml(value, name).decode().partition("\n")[2]


def _rejected(answer: Answer, incoming: Incoming) -> tuple[bytes, int]:
    """Return the fault for an answer in which the provider itself said no; its JSON stands in the detail."""
    kind = KINDS["provider-rejected"]
    english = prefers_english(incoming.sent.get(b"accept-language", b""))
    said, said_en = f"mã {answer.status}", str(answer.status)
    document = {
        "type": page_of(kind.code),
        "title": kind.title_en if english else str(kind.problem.title),
        "status": answer.status,
        "detail": (kind.detail_en if english else kind.detail).format(said=said, said_en=said_en),
        "code": kind.code,
        "side": str(kind.side),
        "request_id": incoming.request_id,
    }
    inside = None
    try:
        inside = etree.fromstring(to_xml(read_json(answer.body), "answer")) if answer.body else None
    except (BadMessage, etree.XMLSyntaxError):
        inside = None  # not JSON: nothing of it is repeated
    return fault(document, incoming.soap, english=english, answer=inside)
