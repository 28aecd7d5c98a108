"""From a SOAP provider's answer to the JSON its REST callers get; a fault becomes a problem, never passes as it is."""

from dataclasses import replace
from typing import TYPE_CHECKING

from broker.forwarding import Answered
from broker.incoming import Incoming
from broker.messages.message import JSON, MEDIA, charset_of, form_of
from broker.messages.outward import content_type_of
from broker.soap.listening import Listening
from broker.soap.worked import refused, worked
from catalog.projection import SoapRow
from core.formats import BadMessage

if TYPE_CHECKING:
    from broker.engine import Engine

_XML = frozenset({"text/xml", "application/soap+xml", "application/xml"})


async def heard(answered: Answered, soap: SoapRow, incoming: Incoming, engine: "Engine") -> Answered:
    """Return the answer as REST callers may have it. Raises a refusal: the provider's fault, or ``provider-…``.

    What is no SOAP goes back as it came where its status already says that nothing is passed on.
    """
    status = answered.status
    if 300 <= status < 400 or status in (401, 407, 502, 503, 504):
        return answered
    kind = content_type_of(answered)
    work = Listening(charset_of(kind), status, soap.namespace, soap.response, soap.repeated, dict(soap.kinds))
    if form_of(kind).media not in _XML:
        raise refused(work.unfit())
    try:
        body, _told = await worked(work, answered.body, incoming, engine)
    except BadMessage:
        raise refused(work.unfit()) from None
    headers = [pair for pair in answered.headers if pair[0].lower() not in (b"content-type", b"content-length")]
    return replace(answered, headers=(*headers, (b"content-type", MEDIA[JSON].encode())), body=body)
