"""From a REST call to the envelope a SOAP provider gets: built from judged values, never by pasting text."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from broker.incoming import Incoming, Posting
from broker.messages.inward import told
from broker.problems import Refusal
from broker.soap.filling import Filling, Item
from broker.soap.texts import NO_TEXT, TWICE, UNKNOWN, unusable
from broker.soap.worked import refused, worked
from catalog.projection import SoapRow
from core.formats import BadMessage

if TYPE_CHECKING:
    from broker.engine import Engine

MOST_QUERY = 100


async def written(incoming: Incoming, soap: SoapRow, engine: "Engine") -> Posting:
    """Return what goes to the provider; the content is JSON by now. Raises a refusal that names what is at fault."""
    items = tuple(Item(item.path, item.kind, item.name, item.required) for item in soap.parameters)
    work = Filling(soap.version, soap.namespace, soap.request, soap.qualified, items, _given(incoming, soap))
    try:
        content, _told = await worked(work, incoming.going, incoming, engine)
    except BadMessage as bad:
        raise told(bad) from None
    return Posting(soap.path, _headers(soap), content)


def _headers(soap: SoapRow) -> tuple[tuple[str, str], ...]:
    if soap.version == "1.1":
        kind = "text/xml"
        return ("Accept", kind), ("Content-Type", f"{kind}; charset=utf-8"), ("SOAPAction", f'"{soap.action}"')
    kind = "application/soap+xml"
    action = f'; action="{soap.action}"' if soap.action else ""
    return ("Accept", kind), ("Content-Type", f"{kind}; charset=utf-8{action}")


def _given(incoming: Incoming, soap: SoapRow) -> dict[str, dict[str, str]]:
    """Return the values given beside the content; what no parameter takes is refused."""
    warrant = incoming.warrant
    assert warrant is not None  # noqa: S101
    parts = zip(warrant.operation.template.split("/"), warrant.upstream_path.split("/"), strict=True)
    own = {"request-id": incoming.request_id, **({"procedure": incoming.procedure} if incoming.procedure else {})}
    return {
        "path": {place[1:-1]: unquote(value) for place, value in parts if place[:1] == "{"},
        "query": _query(incoming, {item.name for item in soap.parameters if item.kind == "query"}),
        "platform": own,
    }


def _query(incoming: Incoming, known: set[str]) -> dict[str, str]:
    try:
        text = incoming.raw_query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_QUERY)
    except ValueError:
        raise _refused("?", NO_TEXT) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            raise _refused(f"?{name}", UNKNOWN)
        if name in found:
            raise _refused(f"?{name}", TWICE)
        found[name] = value
    return found


def _refused(where: str, why: tuple[str, str]) -> Refusal:
    return refused(unusable(where, why))
