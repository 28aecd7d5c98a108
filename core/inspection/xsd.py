"""A message in XML against an XML Schema (XSD 1.0), and the schema itself. Pure, no Django, nothing fetched.

What libxml2 says holds values of the message and is English: findings carry codes and the names of the schema only.
"""

import re
import time
from collections.abc import Iterator
from typing import Any

from lxml import etree

from core.formats import looks_like_xml, read_json, to_xml
from core.inspection.child import Job, each, live
from core.inspection.reading import MOST_DEPTH, MOST_NODES, Unreadable

NAMESPACE = "http://www.w3.org/2001/XMLSchema"
_XS = f"{{{NAMESPACE}}}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
MOST = 50
# A schema is put together anew by each process that uses it.
COMPILE_SECONDS = 1.0
MOST_OCCURS, MOST_TOGETHER = 10_000, 1_000_000
_OUTWARDS = ("import", "include", "redefine", "override")
_COMPILED = {
    "SCHEMAP_SRC_RESOLVE": "xsd-name",
    "SCHEMAP_NOT_DETERMINISTIC": "xsd-ambiguous",
    "SCHEMAP_MG_PROPS_CORRECT_2": "xsd-circular",
    "SCHEMAP_CT_PROPS_CORRECT_3": "xsd-circular",
    "SCHEMAP_ST_PROPS_CORRECT_2": "xsd-circular",
}
# libxml2's name of a rule -> the word JSON Schema has for it, or one of ours.
_RULES = {
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enum",
    "SCHEMAV_CVC_MINLENGTH_VALID": "minLength",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "maxLength",
    "SCHEMAV_CVC_LENGTH_VALID": "length",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "minimum",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "maximum",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "exclusiveMinimum",
    "SCHEMAV_CVC_MAXEXCLUSIVE_VALID": "exclusiveMaximum",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "digits",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "digits",
    "SCHEMAV_ELEMENT_CONTENT": "element",
    "SCHEMAV_CVC_ELT_1": "root",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "attribute-missing",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "attribute-unknown",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "attribute-unknown",
    "SCHEMAV_CVC_TYPE_3_1_1": "attribute-unknown",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "not-empty",
    "SCHEMAV_CVC_ELT_3_1": "nil",
}
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ([^()]{1,400}) \)")
_ATTRIBUTE = re.compile(r"attribute '([^']{1,80})'", re.IGNORECASE)
_LIMIT = re.compile(r"(?:minimum|maximum|allowed|length|value).{0,60}?'(-?[0-9.]{1,40})'\.?\Z")
_TYPE = re.compile(r"type '(?:xs:)?([A-Za-z_{}:/.0-9-]{1,80})'\.?\Z")
Finding = dict[str, Any]


def read(text: str | bytes) -> etree._Element:
    """Return the root of an XML text: no DTD, no entities, bounded. Raises :class:`Unreadable`."""
    body = text.encode("utf-8") if isinstance(text, str) else text
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_undeclared(body), parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("no-xml", error.lineno or 0) from None
    except ValueError:
        raise Unreadable("no-xml") from None
    if root.getroottree().docinfo.doctype:
        raise Unreadable("doctype", 1)
    _bounded(root)
    return root


def _undeclared(body: bytes) -> bytes:
    """Return *body* without an encoding declared wrongly: text that was decoded is UTF-8 whatever it says."""
    return re.sub(rb"\A(\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}\?>", b"", body, count=1)


def _bounded(root: etree._Element) -> None:
    depth = count = 0
    for event, _part in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MOST_DEPTH:
            raise Unreadable("too-deep")
        if count > MOST_NODES:
            raise Unreadable("too-large")


# -- the schema ------------------------------------------------------------------------------------
def check(text: str) -> list[Finding]:
    """Return what is wrong with a schema: no XSD, parts outside, numbers that are too large, faults of its rules."""
    root = read(text)
    if root.tag != f"{_XS}schema":
        return [_at(root, "no-xsd")]
    found = [*_outwards(root), *_crowds(root)]
    if found:
        return found[:MOST]
    if root.find(f"{_XS}element") is None:
        return [_at(root, "no-root")]
    begun = time.process_time()
    try:
        etree.XMLSchema(root)
    except etree.XMLSchemaParseError as error:
        return _faults(error)
    return [_at(root, "too-long")] if time.process_time() - begun > COMPILE_SECONDS else []


def _outwards(root: etree._Element) -> Iterator[Finding]:
    for word in _OUTWARDS:
        for part in root.iter(f"{_XS}{word}"):
            location = part.get("schemaLocation") or part.get("namespace") or word
            yield _at(part, "remote-ref", actual=location[:200])


def _crowds(root: etree._Element) -> Iterator[Finding]:
    """Find particles that may occur so often, one within the other, that counting them has no bound."""
    waiting = [(root, 1)]
    while waiting:
        part, around = waiting.pop()
        times = max(_times(part, "minOccurs"), _times(part, "maxOccurs"))
        around *= max(times, 1)
        if times > MOST_OCCURS or around > MOST_TOGETHER:
            yield _at(part, "too-many-occurs", expected=MOST_OCCURS)
            continue
        waiting += [(child, around) for child in part if isinstance(child.tag, str)]


def _times(part: etree._Element, name: str) -> int:
    value = (part.get(name) or "").strip()
    return int(value[:12]) if value.isascii() and value.isdigit() else 0


def _faults(error: etree.XMLSchemaParseError) -> list[Finding]:
    found = [
        {
            "pointer": "",
            "code": _COMPILED.get(entry.type_name, "bad-xsd"),
            "line": entry.line,
            "actual": _named(entry),
        }
        for entry in error.error_log
    ]
    return found[:MOST] or [{"pointer": "", "code": "bad-xsd", "line": 0, "actual": ""}]


def _named(entry: Any) -> str:
    """Return the name a fault of a schema is about, else the code of the rule."""
    names = re.findall(r"'(?:\{[^}]{0,200}\})?([^'{}]{1,80})'", entry.message)
    return str(names[-1]) if entry.type_name in _COMPILED and names else str(entry.type_name)


# -- a message -------------------------------------------------------------------------------------
def compiled(text: str) -> etree.XMLSchema:
    """Return the validator of a schema that :func:`check` let through."""
    return etree.XMLSchema(read(text))


def inspect(schema: etree.XMLSchema, message: etree._Element) -> list[Finding]:
    """Return where *message* leaves *schema*, fifty findings at most."""
    for part in message.iter(etree.Element):
        # A message names no schema of its own: libxml2 would go and read it.
        for name in ("schemaLocation", "noNamespaceSchemaLocation"):
            part.attrib.pop(f"{_XSI}{name}", None)
    if schema.validate(message):
        return []
    found: dict[tuple[str, str], Finding] = {}
    for entry in schema.error_log:
        item = _of(entry, message)
        found.setdefault((item["pointer"], item["code"]), item)
        if len(found) >= MOST:
            break
    return _sharper(list(found.values())) or [{"pointer": "", "code": "type", "line": 0}]


def _sharper(found: list[Finding]) -> list[Finding]:
    """Leave out that a value is not of its type where the rule it breaks is named too."""
    named = {item["pointer"] for item in found if item["code"] != "type"}
    return [item for item in found if item["code"] != "type" or item["pointer"] not in named]


def _of(entry: Any, message: etree._Element) -> Finding:
    code = _RULES.get(entry.type_name, "type" if "DATATYPE" in entry.type_name else "xsd-rule")
    finding: Finding = {"pointer": _pointer(entry, message), "code": code, "line": entry.line}
    expected = _expected(code, entry.message)
    if expected:
        finding["expected"] = expected
    elif code == "element":
        finding["code"] = "element-unknown"
    if code == "xsd-rule":
        finding["actual"] = entry.type_name
    return finding


def _expected(code: str, said: str) -> Any:
    """Return what the schema asks for, out of libxml2's sentence; what quotes the message is not looked at."""
    if code in ("element", "nil"):
        found = _EXPECTED.search(said)
        return [_local(name) for name in found[1].split(", ")][:20] if found else None
    if code in ("attribute-missing", "attribute-unknown"):
        found = _ATTRIBUTE.search(said)
        return _local(found[1]) if found else None
    if code in ("minLength", "maxLength", "length", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        found = _LIMIT.search(said)
        return found[1] if found else None
    if code == "type":
        found = _TYPE.search(said)
        return _local(found[1]) if found else None
    return None


def _local(name: str) -> str:
    return name.strip().rpartition("}")[2].rpartition(":")[2].strip("* ")


def _pointer(entry: Any, message: etree._Element) -> str:
    """Return where in the message, as the names of its elements; with a place where several have one name."""
    try:
        found = message.getroottree().xpath(entry.path) if entry.path else [message]
    except etree.XPathError:
        found = [message]
    part = found[0] if isinstance(found, list) and found else message
    steps: list[str] = []
    while part is not None:
        around = part.getparent()
        same = [] if around is None else [item for item in around if item.tag == part.tag]
        steps.append(etree.QName(part).localname + (f"/{same.index(part)}" if len(same) > 1 else ""))
        part = around
    return "".join(f"/{step}" for step in reversed(steps))


def _at(part: etree._Element, code: str, **values: Any) -> Finding:
    return {"pointer": "", "code": code, "line": part.sourceline or 0, **values}


def _work(job: Job) -> Job:
    if "schema" not in job:
        return {"findings": check(job["text"])}
    schema, roots = compiled(job["schema"]), roots_of(job["schema"])
    return each(job["texts"], lambda text: _judged(schema, roots, text))


def roots_of(text: str) -> list[str]:
    """Return the names of the elements a message may begin with."""
    return [str(part.get("name")) for part in read(text).iterfind(f"{_XS}element")]


def _judged(schema: etree.XMLSchema, roots: list[str], text: str) -> list[Finding]:
    """Return where a message leaves *schema*; JSON becomes XML first, as on its way to who takes XML.

    JSON does not say its root: of several the one is taken that the message leaves least, and not at once.
    """
    if looks_like_xml(text):
        return inspect(schema, read(text))
    value = read_json(text.encode())
    tried = [inspect(schema, read(to_xml(value, root))) for root in roots]
    return min(tried, key=lambda found: (sum(item["pointer"].count("/") < 2 for item in found), len(found)))


if __name__ == "__main__":
    live(_work)
