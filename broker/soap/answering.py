"""From a REST answer to the envelope a SOAP caller gets; one that says no is a fault."""

from typing import TYPE_CHECKING

from lxml import etree

from broker.answers import Answer, page_of, prefers_english
from broker.incoming import Incoming
from broker.messages.message import JSON, form_of
from broker.problems import KINDS, refusal
from broker.soap.enclosing import Enclosing
from broker.soap.faults import content_type, fault
from broker.soap.worked import worked
from core.formats import BadMessage, read_json, to_xml
from core.soap import namespace_of, response_of

if TYPE_CHECKING:
    from broker.engine import Engine

# Said of the JSON, not of the envelope.
_OF_REST = frozenset({b"content-type", b"content-language", b"content-disposition", b"etag", b"last-modified"})
# Of what a provider says with its no so much is repeated.
MOST_REPEATED = 64 * 1024


async def spoken(answer: Answer, incoming: Incoming, engine: "Engine") -> Answer:
    """Return *answer* in an envelope; one that says no is a fault. Raises ``provider-answer-invalid``."""
    warrant = incoming.warrant
    assert warrant is not None and answer.rest is None  # noqa: S101, PT018
    headers = [pair for pair in answer.headers if pair[0] not in _OF_REST] + [content_type(incoming.soap)]
    if answer.status >= 400:
        body, wire = _rejected(answer, incoming)
        return Answer(answer.status, headers, body, answer.reason, answer.side, wire=wire)
    media = next((value for name, value in answer.headers if name == b"content-type"), b"")
    if answer.body and form_of(media).form != JSON:
        raise refusal("provider-answer-invalid")
    row, operation = warrant.service.row, warrant.operation
    home = namespace_of(row.code, row.version)
    work = Enclosing(response_of(operation.code), home, incoming.soap, operation.fields, operation.record_path)
    try:
        body, _told = await worked(work, answer.body, incoming, engine)
    except BadMessage:
        raise refusal("provider-answer-invalid") from None
    return Answer(answer.status, headers, body, answer.reason, answer.side, wire=200)


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
        if 0 < len(answer.body) <= MOST_REPEATED:
            inside = etree.fromstring(to_xml(read_json(answer.body), "answer"))
    except (BadMessage, etree.XMLSyntaxError):
        inside = None  # not JSON: nothing of it is repeated
    return fault(document, incoming.soap, english=english, answer=inside)
