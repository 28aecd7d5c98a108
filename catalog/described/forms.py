"""The forms messages come in, and how a content in JSON is said in XML (docs/conversion.md)."""

from typing import Any

from core.formats import BadMessage, to_xml

JSON, XML = "application/json", "application/xml"
# Names the mapping in a document; it is also the namespace of its marks.
MAPPING = "urn:lgsp:json-xml:1"
_JSON, _XML = frozenset({JSON, "text/json"}), frozenset({XML, "text/xml"})
Json = dict[str, Any]


def is_json(media: str) -> bool:
    """Return whether *media* is JSON to the broker."""
    plain = media.partition(";")[0].strip().lower()
    return plain in _JSON or plain.endswith("+json")


def is_xml(media: str) -> bool:
    """Return whether *media* is XML to the broker; vocabularies of XML are not."""
    return media.partition(";")[0].strip().lower() in _XML


def as_xml(content: Json, root: str) -> Json:
    """Return *content*, one in JSON, as the same in XML: its root element and its example by the mapping."""
    schema = content["schema"]
    named = {"xml": {"name": root}}
    found: Json = {
        "schema": {"allOf": [schema], **named} if "$ref" in schema else {**schema, **named},
        "x-lgsp-mapping": MAPPING,
    }
    text = xml_of(content["example"], root) if "example" in content else ""
    return {**found, "example": text} if text else found


def xml_of(value: Any, root: str) -> str:
    """Return *value* by the mapping; "" where XML has no equal."""
    try:
        return to_xml(value, root).decode()
    except BadMessage:
        return ""
