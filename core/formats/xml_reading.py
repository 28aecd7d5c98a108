"""XML of others, read without any of what makes it dangerous: no DTD, no entities, no XInclude, no network (N21)."""

import codecs
import re
from typing import Any

from lxml import etree

from core.formats.refusals import BadMessage

# One more than JSON: the text of a field is a level of XML.
MOST_DEPTH = 65
# Tags and attributes in one message: each costs the parser a hundred bytes and more.
MOST_MARKS = 2_000_000
_DECLARATION = re.compile(r"<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
_VERSION = re.compile(r"""\sversion\s*=\s*["']1\.0["']""")
_BLANK = re.compile(r"[ \t\r\n]*")
_INCLUDES = ("{http://www.w3.org/2001/XInclude}*", "{http://www.w3.org/2003/XInclude}*")
_TOO_DEEP = etree.XPath("boolean(" + "/*" * (MOST_DEPTH + 1) + ")")
# What an encoding may be called here; anything else Python knows (base64, zip, …) is none of text.
CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "windows-1252": "cp1252",
    "windows-1258": "cp1258",
}


def read_xml(body: bytes, charset: str = "") -> Any:
    """Return the root element of *body* (lxml). Raises :class:`BadMessage`.

    ``charset`` is what the message was said to be in ("" nothing was said: a byte order mark, else the declaration,
    else UTF-8). Processing instructions stay in the tree, comments do not.
    """
    text = xml_text(body, charset)
    if text.count("<") + text.count("=") > MOST_MARKS:
        raise BadMessage("xml-large", "XML có quá nhiều phần tử.", "The XML has too many elements.")
    _require_plain_prologue(text)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,  # texts beyond 10 MB; depth, size and entities are bounded here
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise BadMessage("xml-invalid", f"XML sai ở dòng {line}.", f"Not XML at line {line}.", line=line) from None
    except UnicodeEncodeError:
        raise _not_text() from None
    if _TOO_DEEP(root):
        detail = f"XML lồng quá {MOST_DEPTH} tầng."
        raise BadMessage("xml-depth", detail, f"XML nests more than {MOST_DEPTH} levels.")
    if any(next(root.iter(name), None) is not None for name in _INCLUDES):
        raise BadMessage("xml-include", "Không nhận XInclude.", "XInclude is not taken.")
    return root


def xml_text(body: bytes, charset: str = "") -> str:
    """Return *body* as text, by mark, *charset* or declaration, without mark. Raises :class:`BadMessage`."""
    name = charset.lower() or _by_mark(body)
    if not name:
        declared = _DECLARATION.match(body[:256].decode("latin-1"))
        found = _ENCODING.search(declared[0]) if declared else None
        name = found[1].lower() if found else "utf-8"
    codec = CHARSETS.get(name)
    if codec is None:
        raise BadMessage("encoding", "Bảng mã không được hỗ trợ.", "The character encoding is not supported.")
    try:
        return body.decode(codec).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise _not_text() from None


def looks_like_xml(text: str) -> bool:
    """Return whether a message that says nothing of its form is XML: no JSON begins so."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def in_utf8(body: bytes, charset: str) -> bytes:
    """Return text that was said to be in *charset* ("" nothing was said) as UTF-8. Raises :class:`BadMessage`."""
    if not charset:
        return body
    codec = CHARSETS.get(charset.lower())
    try:
        if codec is not None:
            return body.decode(codec).removeprefix("\ufeff").encode("utf-8")
    except UnicodeDecodeError:
        pass
    raise _not_text()


def _by_mark(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8" if body.startswith(codecs.BOM_UTF8) else ""


def _not_text() -> BadMessage:
    return BadMessage("encoding", "Nội dung không đúng bảng mã đã nêu.", "The content is not in the encoding named.")


def _require_plain_prologue(text: str) -> None:
    """Refuse a DTD before anything of it is read: it can stand only before the root."""
    declared = _DECLARATION.match(text)
    if declared and not _VERSION.search(declared[0]):
        raise BadMessage("xml-invalid", "Chỉ nhận XML 1.0.", "Only XML 1.0 is taken.", line=1)
    at = 0
    while True:
        begin = _BLANK.match(text, at)
        at = begin.end() if begin else at
        if text.startswith("<?", at):
            at = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            at = text.find("-->", at + 4) + 3
        else:
            break
        if at < 4:  # it never ends, which the parser says better
            return
    if text.startswith("<!", at):
        line = text.count("\n", 0, at) + 1
        detail = "Không nhận khai báo kiểu văn bản (DTD) hay thực thể."
        raise BadMessage("xml-dtd", detail, "A document type declaration (DTD) is not taken.", line=line)
