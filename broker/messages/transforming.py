"""One message made another: bytes in, bytes out, nothing of the call. Runs here or in a process of its own."""

import re
from dataclasses import dataclass

from broker.fields import keep_only
from core.formats import from_xml, in_utf8, name_of, read_json, read_xml, to_xml, write_json, xml_text

_PLAIN = re.compile(rb"""<\?xml(?![^>]*encoding\s*=\s*["'](?!utf-?8["']))""", re.IGNORECASE)
_DECLARATION = re.compile(r"\A<\?xml[^>]*\?>\s*")


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be made of a message: ``source`` and ``target`` are "json" or "xml", or both "text".

    ``root`` names the element a JSON message goes into; ``fields`` are those a grant leaves (None: all), in the
    records at ``record_path``. ``checked``: what keeps its form is read all the same, and passes only
    if that went well.
    """

    source: str
    target: str
    charset: str = ""
    root: str = ""
    record_path: str = ""
    fields: tuple[str, ...] | None = None
    checked: bool = False

    def done(self, body: bytes) -> tuple[bytes, int]:
        """Return *body* as it is wanted, UTF-8, and how many values were dropped. Raises :class:`BadMessage`."""
        if self.source == self.target and self.fields is None:
            if self.checked:
                read_xml(body, self.charset)
            return self._as_utf8(body), 0
        root = self.root
        if self.source == "xml":
            element = read_xml(body, self.charset)
            root = name_of(element)
            value = from_xml(element)
        else:
            value = read_json(self._as_utf8(body))
        dropped = 0
        if self.fields is not None:
            dropped = keep_only(value, self.record_path, frozenset(self.fields), xml=self.source == "xml")
        return (write_json(value) if self.target == "json" else to_xml(value, root)), dropped

    def _as_utf8(self, body: bytes) -> bytes:
        if self.source != "xml":
            return in_utf8(body, self.charset)
        if not self.charset and not declares(body):
            return body
        text = _DECLARATION.sub("", xml_text(body, self.charset))
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode("utf-8")


def declares(body: bytes) -> bool:
    """Return whether XML says by its first bytes that it may be in another encoding than UTF-8."""
    if body.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")):
        return True
    return body.startswith(b"<?xml") and not _PLAIN.match(body)
