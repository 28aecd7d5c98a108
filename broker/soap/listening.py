"""A SOAP provider's envelope read: its data as JSON, or what its fault means. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from broker.messages.work import Declined
from broker.soap.envelopes import NotAnEnvelope, opened, parted
from core.formats import BadMessage, read_json, read_xml, write_json
from core.soap import SOAP_11, SOAP_12, XSI
from core.text import printable, tidy

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?\Z")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,300})\Z")
_MARKUP = re.compile(r"<[^>]*>?|&[#A-Za-z0-9]{1,10};|[<>]")
MOST_SAID = 200
_BLANK = " \t\r\n"
_NIL, _TYPED = f"{{{XSI}}}nil", f"{{{XSI}}}"


@dataclass(frozen=True, slots=True)
class Listening:
    """What to read an answer by: its HTTP ``status``, and of ``catalog.projection.SoapRow`` what says of answers."""

    source: ClassVar[str] = "xml"

    charset: str
    status: int
    namespace: str
    response: tuple[str, ...]
    repeated: frozenset[str]
    kinds: Mapping[str, str]

    def done(self, body: bytes) -> tuple[bytes, None]:
        """Return the data as JSON. Raises :class:`Declined`: the provider's fault, or no answer as it should be."""
        try:
            version, _headers, found = opened(read_xml(body, self.charset))
        except (BadMessage, NotAnEnvelope):
            raise self.unfit() from None
        if found is None:
            raise self.unfit()
        space, name = parted(found)
        if name == "Fault" and space in (SOAP_11, SOAP_12):
            raise self._told(found, version)
        if self.status != 200 or (space, name) != (self.namespace, self.response[0]):
            raise self.unfit()
        value = self._data(found)
        return write_json(self._with_lists({}, "") if value in ("", None) else value), None

    def unfit(self) -> Declined:
        """Return the refusal of what is no answer of this operation: a failure where the status says so."""
        if self.status == 200:
            return Declined("provider-answer-invalid")
        return Declined("provider-error", {"status": self.status})

    def _data(self, found: Any) -> Any:
        """Return what stands at the end of the way to the data; nothing is an empty answer, two are none of ours."""
        for step in self.response[1:]:
            below = [item for item in found if parted(item)[1] == step]
            if len(below) > 1:
                raise self.unfit()
            if not below:
                return None
            found = below[0]
            if _is_nil(found):
                return None
        return self._value(found, "")

    def _told(self, fault: Any, version: str) -> Declined:
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
            return Declined("provider-rejected", {"said": text or "…", "said_en": text or "…"})
        known = kind if kind in ("Server", "Receiver", "MustUnderstand", "VersionMismatch") else "Server"
        members = {"fault": {"code": known, "text": text}}
        return Declined("provider-error", {"status": self.status}, members=members)

    def _value(self, element: Any, path: str) -> Any:
        """Return an element as JSON: members by local name, lists where names repeat or must, text by its kind."""
        if _is_nil(element):
            return None
        attributes = {
            f"@{name.rpartition('}')[2]}": value
            for name, value in element.attrib.items()
            if not name.startswith(_TYPED)
        }
        children = [child for child in element if isinstance(child.tag, str)]
        if not children:
            text = element.text or ""
            value: Any = self._typed(text, path.rpartition(".")[2])
            if not text.strip(_BLANK) and (lists := self._with_lists({}, path)):
                return {**attributes, **lists}
            return {**attributes, "#text": value} if attributes else value
        found: dict[str, Any] = attributes
        many: set[str] = set()
        for child in children:
            name = parted(child)[1]
            here = f"{path}.{name}" if path else name
            value = self._value(child, here)
            if name in many:
                found[name].append(value)
            elif name in found:
                found[name] = [found[name], value]
                many.add(name)
            elif here in self.repeated:
                found[name] = [value]
                many.add(name)
            else:
                found[name] = value
        return self._with_lists(found, path)

    def _with_lists(self, found: dict[str, Any], path: str) -> dict[str, Any]:
        """Put an empty list where the element at *path* holds nothing of a name that repeats, as was published."""
        for dotted in self.repeated:
            parent, _dot, name = dotted.rpartition(".")
            if parent == path:
                found.setdefault(name, [])
        return found

    def _typed(self, text: str, name: str) -> Any:
        kind = self.kinds.get(name, "")
        bare = text.strip(_BLANK)
        if kind == "boolean" and bare in ("true", "1", "false", "0"):
            return bare in ("true", "1")
        if (kind == "integer" and _WHOLE.match(bare)) or (kind == "number" and _NUMBER.match(bare)):
            try:
                return read_json(bare.encode("ascii"))
            except BadMessage:
                return text
        return None if kind and not bare else text


def safe(text: str) -> str:
    """Return what of a fault's text may be shown: one line without markup, 200 characters at most."""
    return tidy(_MARKUP.sub(" ", printable(text[: MOST_SAID * 10])))[:MOST_SAID].strip()


def _is_nil(element: Any) -> bool:
    return element.get(_NIL, "") in ("true", "1")
