"""A caller's envelope read: which operation it asks for, and what the REST call is made of. Pure.

The rule is docs/soap.md: the element in the body names the operation, its children are path parameters by name,
``Query`` and ``Body``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from broker.messages.work import Declined
from broker.soap.contents import content_of
from broker.soap.envelopes import NotAnEnvelope, opened, parted
from broker.soap.texts import MISSING, NO_TEXT, TWICE, UNKNOWN, unusable
from core.formats import BadMessage, read_xml, write_json
from core.soap import BODY, PARAMETER, QUERY, SOAP_11, SOAP_12


class Known(NamedTuple):
    """An operation that may be asked for: its code, path parameters, whether it takes content, its action."""

    code: str
    places: tuple[str, ...]
    takes_body: bool
    action: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What to read a message by: ``operations`` by their element, ``version`` of SOAP as the content type has it.

    Comes back: the JSON content of the REST call, and its ``operation``, ``values`` of the path and ``query`` pairs.
    """

    source: ClassVar[str] = "xml"

    charset: str
    version: str
    home: str
    action: str
    operations: Mapping[str, Known]

    def done(self, body: bytes) -> tuple[bytes, dict[str, Any]]:
        """Read *body*. Raises :class:`Declined` with what was ``found``: version, operation."""
        asked = self._asked(body)
        operation = self._operation(asked)
        try:
            return self._parts(asked, operation)
        except Declined as error:
            error.found["operation"] = operation.code
            raise

    def _asked(self, body: bytes) -> Any:
        """Return the one element in the body of the message."""
        try:
            version, headers, asked = opened(read_xml(body, self.charset))
        except BadMessage as bad:
            raise invalid(bad.detail, bad.detail_en) from None
        except NotAnEnvelope as fault:
            raise invalid(fault.said, fault.said_en) from None
        if version != self.version:
            raise Declined("soap-version-mismatch", found={"version": version})
        for header in headers:
            for space in (SOAP_11, SOAP_12):
                must = isinstance(header.tag, str) and header.get(f"{{{space}}}mustUnderstand", "").strip()
                if must in ("1", "true"):
                    raise Declined("soap-header-not-understood", {"where": parted(header)[1][:64]})
        return asked

    def _operation(self, asked: Any) -> Known:
        space, name = parted(asked)
        if space != self.home:
            said = f"phần tử trong Body phải thuộc không gian tên {self.home}"
            raise invalid(said, f"the element in the Body must be of namespace {self.home}")
        found = self.operations.get(name)
        if found is None:
            raise Declined("unknown-operation")
        return found

    def _parts(self, asked: Any, operation: Known) -> tuple[bytes, dict[str, Any]]:
        if self.action not in ("", operation.action):
            values = {"operation": parted(asked)[1], "where": operation.action}
            raise Declined("soap-action-mismatch", values)
        known = {*operation.places, QUERY, *((BODY,) if operation.takes_body else ())}
        found = _children(asked, self.home, known)
        values = {name: _text(found.get(name), name) for name in operation.places}
        query = _pairs(found.get(QUERY), self.home)
        content = b"" if found.get(BODY) is None else _content(found[BODY], self.home)
        return content, {"operation": operation.code, "values": values, "query": query}


def invalid(said: str, said_en: str) -> Declined:
    """Return the refusal of what is no envelope as it should be."""
    return Declined("soap-envelope-invalid", {"said": said, "said_en": said_en})


def _content(element: Any, home: str) -> bytes:
    try:
        value = content_of(element, home)
    except BadMessage as bad:
        raise unusable(f"{BODY}{bad.pointer}", (bad.detail, bad.detail_en)) from None
    return b"" if value == "" else write_json(value)


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
    return str(text)


def _pairs(element: Any, home: str) -> list[tuple[str, str]]:
    pairs = []
    for child in element if element is not None else ():
        space, name = parted(child)
        given = child.get("name", "") if name else ""
        if space not in ("", home) or name != PARAMETER or not given or len(child):
            raise unusable(f"{QUERY}/{given or name or '?'}", NO_TEXT)
        pairs.append((given, child.text or ""))
    return pairs
