"""One message made another: bytes in, bytes out, nothing of the call. Runs here or in a process of its own."""

import re
from dataclasses import dataclass

from broker.fields import keep_only
from core.formats import BadMessage, from_xml, name_of, read_json, read_xml, to_xml, write_json, xml_text
from core.formats.xml_reading import CHARSETS

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


def transform(job: Job, body: bytes) -> tuple[bytes, int]:
    """Return *body* as *job* wants it, UTF-8, and how many values were dropped. Raises :class:`BadMessage`."""
    if job.source == job.target and job.fields is None:
        if job.checked:
            read_xml(body, job.charset)
        return _as_utf8(job, body), 0
    root = job.root
    if job.source == "xml":
        element = read_xml(body, job.charset)
        root = name_of(element)
        value = from_xml(element)
    else:
        value = read_json(_as_utf8(job, body))
    dropped = 0
    if job.fields is not None:
        dropped = keep_only(value, job.record_path, frozenset(job.fields), xml=job.source == "xml")
    return (write_json(value) if job.target == "json" else to_xml(value, root)), dropped


def _as_utf8(job: Job, body: bytes) -> bytes:
    if job.source == "xml":
        if not job.charset and not declares(body):
            return body
        text = _DECLARATION.sub("", xml_text(body, job.charset))
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text).encode("utf-8")
    if not job.charset:
        return body
    codec = CHARSETS.get(job.charset)
    try:
        if codec is not None:
            return body.decode(codec).removeprefix("\ufeff").encode("utf-8")
    except UnicodeDecodeError:
        pass
    raise BadMessage("encoding", "Nội dung không đúng bảng mã đã nêu.", "The content is not in the encoding named.")


def declares(body: bytes) -> bool:
    """Return whether XML says by its first bytes that it may be in another encoding than UTF-8."""
    if body.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf")):
        return True
    return body.startswith(b"<?xml") and not _PLAIN.match(body)
