"""From a SOAP caller's message to the REST call it stands for; every later step judges that call as any other.

What the message says is read by ``opening``; here the call is made of it.
"""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from broker.authorising import PREFIX, addressed, route
from broker.incoming import Incoming
from broker.messages.inward import inflated
from broker.messages.message import charset_of
from broker.messages.work import Declined
from broker.problems import Refusal, refusal
from broker.snapshot import Service
from broker.soap.opening import Known, Opening, invalid
from broker.soap.texts import NO_TEXT, unusable
from broker.soap.worked import refused
from broker.wire import check_target
from catalog.projection import OperationRow
from core.formats import BadMessage
from core.soap import ENDPOINT, QUERY, action_of, element_of, namespace_of

if TYPE_CHECKING:
    from broker.engine import Engine

_TYPES = {"text/xml": "1.1", "application/soap+xml": "1.2"}
_ACTION = re.compile(r';\s*action="([^"]{0,300})"', re.IGNORECASE)
_ADDRESS = re.compile(re.escape(ENDPOINT) + r"[^/]+/[^/]+\Z")
# Headers that speak of the envelope, or of a state of it that is never kept.
_OF_MESSAGE = frozenset(
    {
        b"accept",
        b"content-type",
        b"content-language",
        b"content-encoding",
        b"if-match",
        b"if-none-match",
        b"if-modified-since",
        b"if-unmodified-since",
    }
)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


async def understand(incoming: Incoming, engine: "Engine") -> None:
    """Make *incoming* the REST call that its message asks for. Raises a refusal; who calls is proven already."""
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    code, version = addressed(incoming.target)
    if not _ADDRESS.match(incoming.target):
        raise refusal("unknown-service", service=code[:64], version=version[:16])
    service, _path = route(
        incoming, f"{PREFIX}{code}/{version}", incoming.snapshot, incoming.principal.key.environment
    )
    incoming.service = service
    kind = incoming.text(b"content-type")
    named = _TYPES.get(kind.partition(";")[0].strip().lower())
    if named is None:
        raise refusal("soap-content-type")
    incoming.soap = named
    message = await inflated(incoming, service.row, engine)
    content, told = await _opened(message, incoming, service, engine)
    operation = _operation(told, service)
    incoming.operation = operation
    _become(incoming, service, operation, content, told)


async def _opened(
    message: bytes, incoming: Incoming, service: Service, engine: "Engine"
) -> tuple[bytes, dict[str, Any]]:
    """Return content and parts of the REST call. Raises a refusal, with what was understood noted in *incoming*."""
    row = service.row
    known = {
        element_of(item.code): Known(
            item.code,
            tuple(part[1:-1] for part in item.template.split("/") if part[:1] == "{"),
            item.method in _WITH_BODY,
            action_of(row.code, row.version, item.code),
        )
        for item in row.operations
    }
    charset = charset_of(incoming.sent[b"content-type"])
    work = Opening(charset, incoming.soap, namespace_of(row.code, row.version), _action(incoming), known)
    try:
        content, told = await engine.workshop.transform(work, message)
    except BadMessage as bad:
        raise refused(invalid(bad.detail, bad.detail_en)) from None
    except Declined as error:
        incoming.soap = error.found.get("version") or incoming.soap
        incoming.operation = _operation(error.found, service) if "operation" in error.found else None
        raise refused(error) from None
    engine.hold(incoming, len(content))
    return content, told


def _action(incoming: Incoming) -> str:
    """Return the action the caller names beside the message, "" none."""
    if incoming.soap == "1.1":
        return incoming.text(b"soapaction").strip().strip('"')
    in_type = _ACTION.search(incoming.text(b"content-type"))
    return in_type[1] if in_type else ""


def _operation(told: dict[str, Any], service: Service) -> OperationRow:
    return next(item for item in service.row.operations if item.code == told["operation"])


def _become(
    incoming: Incoming, service: Service, operation: OperationRow, content: bytes, told: dict[str, Any]
) -> None:
    values: dict[str, str] = told["values"]
    path = "/".join(
        quote(values[part[1:-1]], safe="") if part[:1] == "{" else part for part in operation.template.split("/")
    )
    query = urlencode(told["query"], quote_via=quote)
    _check(path, query, service, operation, values)
    base = f"{PREFIX}{service.row.code}/{service.row.version}"
    incoming.arrived, incoming.content = incoming.content, content
    incoming.method, incoming.raw_path, incoming.raw_query = operation.method, (base + path).encode(), query.encode()
    incoming.target = base + path
    sent = {name: value for name, value in incoming.sent.items() if name not in _OF_MESSAGE}
    sent[b"accept"] = b"application/json"
    if content:
        sent[b"content-type"] = b"application/json"
    incoming.sent = sent


def _check(path: str, query: str, service: Service, operation: OperationRow, values: dict[str, str]) -> None:
    """Refuse values that would be read as another path, or that no REST caller could send."""
    try:
        check_target(f"{PREFIX}x/v1{path}".encode(), query.encode(), PREFIX.encode())
    except Refusal:
        raise refused(unusable(", ".join(values) or QUERY, NO_TEXT)) from None
    if service.routes.find(path).get(operation.method) is not operation:
        raise refused(unusable(", ".join(values), NO_TEXT))
