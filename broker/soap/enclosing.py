"""A REST answer in its envelope: records with their fields, and the rest by the mapping. Pure."""

from dataclasses import dataclass
from typing import Any, ClassVar

from core.formats import read_json, to_xml
from core.formats.names import NOT_CARRIED
from core.formats.numbers import text_of
from core.soap import ANSWER, MORE, RECORD, REST, SOAP_11, SOAP_12, XSI

_SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


@dataclass(frozen=True, slots=True)
class Enclosing:
    """What to make an envelope by: the element that answers, in the namespace ``home``, the SOAP ``version`` spoken.

    ``fields`` are those of the catalogue, of the records at ``record_path``; without any the answer stands whole.
    """

    source: ClassVar[str] = "json"

    name: str
    home: str
    version: str
    fields: tuple[str, ...]
    record_path: str

    def done(self, body: bytes) -> tuple[bytes, None]:
        """Return the envelope around *body*, JSON or nothing. Raises ``BadMessage``."""
        space = SOAP_11 if self.version == "1.1" else SOAP_12
        inside = self._inside(read_json(body)) if body else ""
        content = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<s:Envelope xmlns:s="{space}" xmlns:m="{self.home}" xmlns:xsi="{XSI}">'
            f"<s:Body><m:{self.name}>{inside}</m:{self.name}></s:Body></s:Envelope>"
        )
        return content.encode(), None

    def _inside(self, document: Any) -> str:
        if not self.fields:
            return _element(ANSWER, document)
        taken = _taken(document, self.record_path)
        if taken is None:
            return _element(REST, document)
        records, rest = taken
        known = frozenset(self.fields)
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
