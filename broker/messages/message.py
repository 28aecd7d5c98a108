"""Media types: what form a message has, what a caller wants, what of both leaves something to do.

Everything here is a function of a few header values that come again with every call, so the answers are kept.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

JSON, XML, RAW = "json", "xml", "raw"
MEDIA = {JSON: "application/json", XML: "application/xml"}
OTHER = {JSON: XML, XML: JSON}
ACCEPTED = "application/json, application/xml"
# What a structure is written in -> the form of the messages it judges.
PROFILED = {"json": JSON, "xsd": XML}
# Errors are told in one form, whatever a caller asks for (RFC 9457).
PROBLEM = "application/problem+json"
# Codes of messages that were read well but have no equal in the other form, or would cost too much.
NO_EQUAL = frozenset({"xml-mixed", "xml-order", "xml-namespace", "xml-name", "xml-instruction", "too-costly"})
_XML_TYPES = ("application/xml", "text/xml")
_CHARSET = re.compile(r';\s*charset\s*=\s*(?:"([^"]{1,40})"|([^\s;"]{1,40}))', re.IGNORECASE)
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_UTF_8 = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True)
class Form:
    """What ``Content-Type`` says: the type without parameters, its form, its charset ("" none or UTF-8)."""

    media: str
    form: str
    charset: str


@lru_cache(maxsize=1024)
def form_of(content_type: bytes) -> Form:
    """Read a value of ``Content-Type``; vocabularies of XML (SVG, Atom, SOAP) are not taken for plain XML."""
    text = content_type.decode("latin-1")
    media = text.split(";", 1)[0].strip().lower()
    charset = charset_of(content_type)
    form = RAW
    if media in _XML_TYPES:
        form = XML
    elif media in ("application/json", "text/json") or media.endswith("+json"):
        form = JSON
    return Form(media, form, "" if charset in _UTF_8 else charset)


@lru_cache(maxsize=1024)
def charset_of(content_type: bytes) -> str:
    """Return the charset that ``Content-Type`` names, lower case, "" none."""
    found = _CHARSET.search(content_type.decode("latin-1"))
    return ((found[1] or found[2]) if found else "").lower()


@lru_cache(maxsize=1024)
def wanted(content_type: bytes, accept: bytes | None) -> str:
    """Return the media type an answer of this type goes out as: "" as it is, "-" when the caller wants none of ours.

    The provider's own form goes out where the caller likes it no less (RFC 9110 §12.5.1).
    """
    own = form_of(content_type)
    if accept is None or own.form == RAW or own.media == PROBLEM:
        return ""
    ranges = weights_of(accept)
    kept = max(_quality(media, ranges) for media in (own.media, *_types(own.form)))
    offers = [(_quality(media, ranges), media) for media in _types(OTHER[own.form])]
    best = max(quality for quality, _media in offers)
    if kept > 0 and kept >= best:
        return ""
    return next(media for quality, media in offers if quality == best) if best > 0 else "-"


@lru_cache(maxsize=1024)
def goes_as_it_is(content_type: bytes, accept: bytes | None) -> bool:
    """Return whether an answer of this type needs no look at all: nothing to convert, no charset, no XML to ask."""
    own = form_of(content_type)
    return not wanted(content_type, accept) and not own.charset and own.form != XML


@lru_cache(maxsize=1024)
def asked(accept: bytes | None, form: str) -> str:
    """Return the ``Accept`` a provider of *form* gets instead of the caller's, "" for the caller's own.

    A caller who does not take the provider's form is answered all the same, so the provider need not refuse it.
    """
    if accept is None or form == RAW:
        return ""
    ranges = weights_of(accept)
    if any(_quality(media, ranges) > 0 for media in _types(form)):
        return ""
    if not any(_quality(media, ranges) > 0 for media in _types(OTHER[form])):
        return ""
    return f"{accept.decode('latin-1')}, {MEDIA[form]};q=0.1"


def _types(form: str) -> tuple[str, ...]:
    return _XML_TYPES if form == XML else (MEDIA[JSON],)


def weights_of(accept: bytes) -> dict[str, float]:
    """Return what an ``Accept…`` header names, lower case, with its weight (0: not wanted); 64 names are read."""
    found: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(",")[:64]:
        media, *parameters = [piece.strip() for piece in part.split(";")]
        values = [item[2:].strip() for item in parameters if item.startswith("q=")]
        quality = float(values[0]) if values and _QUALITY.match(values[0]) else float(not values)
        if media:
            found[media] = max(quality, found.get(media, 0.0))
    return found


def _quality(media: str, ranges: dict[str, float]) -> float:
    """Return how much the caller likes *media*; the most specific range decides."""
    for name in (media, media.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
