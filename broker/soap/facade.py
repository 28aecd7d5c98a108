"""From a SOAP caller's message to the REST call it stands for; every later step judges that call as any other.

The rule is docs/soap.md: the element in the body names the operation, its children are path parameters by name,
``Query`` and ``Body``.
"""

import asyncio
import re
from typing import Any
from urllib.parse import quote, urlencode

from broker.authorising import PREFIX, addressed, route
from broker.incoming import Incoming
from broker.problems import Refusal, refusal
from broker.snapshot import Service
from broker.soap.contents import content_of
from broker.soap.envelopes import NotAnEnvelope, opened, parted
from broker.soap.hearing import BESIDE
from broker.soap.texts import MISSING, NO_TEXT, TWICE, UNKNOWN, unusable
from broker.wire import check_target
from catalog.projection import OperationRow
from core.formats import BadMessage, read_xml, write_json
from core.soap import BODY, ENDPOINT, PARAMETER, QUERY, SOAP_11, SOAP_12, action_of, element_of, namespace_of

_TYPES = {b"text/xml": "1.1", b"application/soap+xml": "1.2"}
_CHARSET = re.compile(r';\s*charset="?([A-Za-z0-9_-]{1,40})"?', re.IGNORECASE)
_ACTION = re.compile(r';\s*action="([^"]{0,300})"', re.IGNORECASE)
_ADDRESS = re.compile(re.escape(ENDPOINT) + r"[^/]+/[^/]+\Z")
# Headers that speak of the envelope, or of a state of it that is never kept.
_OF_MESSAGE = frozenset(
    (b"accept", b"content-type", b"content-language", b"if-match", b"if-none-match", b"if-modified-since")
) | {b"if-unmodified-since"}
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


async def understand(incoming: Incoming) -> None:
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
    named = _TYPES.get(kind.partition(";")[0].strip().lower().encode("latin-1"))
    if named is None:
        raise refusal("soap-content-type")
    incoming.soap = named
    asked = await _opened(incoming, kind)
    operation = _operation(asked, service)
    incoming.operation = operation
    _check_action(incoming, kind, service, operation)
    _become(incoming, service, operation, asked)


async def _opened(incoming: Incoming, kind: str) -> Any:
    """Return the one element in the body of the message."""
    charset = _CHARSET.search(kind)
    arguments = (incoming.content, charset[1] if charset else "")
    try:
        beside = len(incoming.content) > BESIDE
        root = await asyncio.to_thread(read_xml, *arguments) if beside else read_xml(*arguments)
        version, headers, asked = opened(root)
    except BadMessage as bad:
        error = refusal("soap-envelope-invalid", said=bad.detail, said_en=bad.detail_en)
        raise error from None
    except NotAnEnvelope as fault:
        raise refusal("soap-envelope-invalid", said=fault.said, said_en=fault.said_en) from None
    if version != incoming.soap:
        incoming.soap = version or incoming.soap
        raise refusal("soap-version-mismatch")
    for header in headers:
        for space in (SOAP_11, SOAP_12):
            if isinstance(header.tag, str) and header.get(f"{{{space}}}mustUnderstand", "").strip() in ("1", "true"):
                raise refusal("soap-header-not-understood", where=parted(header)[1][:64])
    return asked


def _operation(asked: Any, service: Service) -> OperationRow:
    row, (space, name) = service.row, parted(asked)
    home = namespace_of(row.code, row.version)
    if space != home:
        said = f"phần tử trong Body phải thuộc không gian tên {home}"
        said_en = f"the element in the Body must be of namespace {home}"
        raise refusal("soap-envelope-invalid", said=said, said_en=said_en)
    found = next((item for item in row.operations if element_of(item.code) == name), None)
    if found is None:
        raise refusal("unknown-operation")
    return found


def _check_action(incoming: Incoming, kind: str, service: Service, operation: OperationRow) -> None:
    """Refuse an action that names another operation than the body; none is none."""
    in_type = _ACTION.search(kind)
    given = in_type[1] if in_type else ""
    if incoming.soap == "1.1":
        given = incoming.text(b"soapaction").strip().strip('"')
    wanted = action_of(service.row.code, service.row.version, operation.code)
    if given not in ("", wanted):
        raise refusal("soap-action-mismatch", operation=element_of(operation.code), where=wanted)


def _become(incoming: Incoming, service: Service, operation: OperationRow, asked: Any) -> None:
    home = parted(asked)[0]
    places = [part[1:-1] for part in operation.template.split("/") if part[:1] == "{"]
    found = _children(asked, home, {*places, QUERY, *((BODY,) if operation.method in _WITH_BODY else ())})
    values = {name: _text(found.get(name), name) for name in places}
    path = "/".join(
        quote(values[part[1:-1]], safe="") if part[:1] == "{" else part for part in operation.template.split("/")
    )
    query = urlencode(_pairs(found.get(QUERY), home), quote_via=quote)
    content = b""
    if found.get(BODY) is not None:
        try:
            value = content_of(found[BODY], home)
            content = b"" if value == "" else write_json(value)
        except BadMessage as bad:
            where = f"{BODY}{bad.pointer}"[:64]
            error = refusal("message-parameter-invalid", where=where, said=bad.detail, said_en=bad.detail_en)
            raise error from None
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
        raise unusable(", ".join(values) or QUERY, NO_TEXT) from None
    if service.routes.find(path).get(operation.method) is not operation:
        raise unusable(", ".join(values), NO_TEXT)


def _children(asked: Any, home: str, known: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in asked:
        space, name = parted(child)
        if space not in ("", home) or name not in known:
            raise unusable(name or "?", UNKNOWN)
        if name in found:
            raise unusable(name, TWICE)
        found[name] = child
    return found


def _text(element: Any, name: str) -> str:
    if element is None:
        raise unusable(name, MISSING)
    if len(element):
        raise unusable(name, NO_TEXT)
    text = (element.text or "").strip()
    if not text:
        raise unusable(name, MISSING)
    return text


def _pairs(element: Any, home: str) -> list[tuple[str, str]]:
    pairs = []
    for child in element if element is not None else ():
        space, name = parted(child)
        given = child.get("name", "") if name else ""
        if space not in ("", home) or name != PARAMETER or not given or len(child):
            raise unusable(f"{QUERY}/{given or name or '?'}", NO_TEXT)
        pairs.append((given, child.text or ""))
    return pairs
