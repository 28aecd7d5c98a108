"""What an operation answers: the records its fields make, with what stands around them, and examples of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog.described.carrier import Schema
from catalog.described.carrying import Carried
from catalog.described.forms import JSON, XML, as_xml, is_json, is_xml
from catalog.elements import Field
from catalog.openapi.shapes import Operation
from catalog.soap import repeated_of
from core.text import fold

# How a type begins in the catalogue, diacritics folded, the longer beginning first -> type of JSON.
_TYPES = (
    ("so nguyen", "integer"),
    ("so", "number"),
    ("dung", "boolean"),
    ("doi tuong", "object"),
    ("danh sach", "array"),
    ("chuoi", "string"),
    ("ngay", "string"),
    ("thoi diem", "string"),
    ("tep", "string"),
)
# Types that say no more than the type of JSON does.
_PLAIN = frozenset({"chuoi", "so nguyen", "so", "dung sai", "dung/sai", "doi tuong", "danh sach"})
_SAMPLES = {"string": "…", "integer": 0, "number": 0, "boolean": True, "object": {}, "array": [], "null": None}


def record_of(operation: Operation, carried: Carried) -> Schema:
    """Return the schema of one record: the fields the catalogue names, each as the provider's document has it."""
    properties = {item.name: _field(item, carried.fields.get(item.name)) for item in operation.fields}
    found: Schema = {"type": "object", "properties": properties}
    required = [name for name in carried.required if name in properties]
    return {**found, "required": required} if required else found


def _field(item: Field, carried: Schema | None) -> Schema:
    marks = {"x-lgsp-data-class": item.data_class} if item.data_class else {}
    label = item.label
    if carried:
        if "$ref" in carried:
            return {"allOf": [{"$ref": carried["$ref"]}], "description": label, **marks}
        return {**carried, "description": label, **marks}
    kind = json_type(item.data_type)
    # A field nobody described more closely may be empty.
    types: Schema = {"type": [kind, "null"]} if kind else {}
    inside: Schema = {"items": {}} if kind == "array" else {}
    exact = item.data_type if kind and fold(item.data_type) not in _PLAIN else ""
    return {**types, **inside, "description": f"{label}; {exact}" if exact else label, **marks}


def json_type(words: str) -> str:
    """Return the type of JSON for a type in the words of the catalogue; "" where nothing can be said."""
    given = fold(words)
    return next((kind for start, kind in _TYPES if given.startswith(start)), "")


def answer_of(operation: Operation, carried: Carried, record: str) -> Schema:
    """Return the schema of the whole answer; *record* is the name of the record's own schema."""
    if not operation.fields:
        return carried.whole or {}
    one: Schema = {"$ref": f"#/components/schemas/{record}"}
    names = [name for name in operation.record_path.split(".") if name]
    if not carried.wrapping and operation.soap is not None:
        return _by_soap(one, names, set(repeated_of(operation.soap.repeated)))
    if not carried.wrapping:
        found: Schema = {
            "description": _("Một bản ghi, hoặc danh sách bản ghi"),
            "anyOf": [one, {"type": "array", "items": one}],
        }
        return _around(found, [(False, {})] * len(names), names)
    *outer, (listed, _rest) = carried.wrapping
    return _around({"type": "array", "items": one} if listed else one, outer, names)


def _by_soap(record: Schema, names: Sequence[str], repeated: set[str]) -> Schema:
    """Return the answer of a SOAP provider: what repeats in it is known, so what is a list is."""
    listed = [".".join(names[: number + 1]) in repeated for number in range(len(names))]
    inner: Schema = {"type": "array", "items": record} if listed and listed[-1] else record
    return _around(inner, [(before, {}) for before in [False, *listed[:-1]][: len(names)]], names)


def _around(inner: Schema, wrapping: Sequence[tuple[bool, dict[str, Schema]]], names: Sequence[str]) -> Schema:
    for (listed, rest), name in zip(reversed(wrapping), reversed(names), strict=True):
        inner = {"type": "object", "properties": {name: inner, **rest}, "required": [name]}
        inner = {"type": "array", "items": inner} if listed else inner
    return inner


def example_of(operation: Operation, carried: Carried) -> Any:
    """Return the provider's example with the fields that are shown and no other; None where there is none."""
    if carried.example is None or not operation.fields:
        return carried.example
    names = {item.name for item in operation.fields}
    path = [name for name in operation.record_path.split(".") if name]
    return _cut(carried.example, path, names)


def _cut(value: Any, path: list[str], names: set[str]) -> Any:
    if isinstance(value, list):
        return [_cut(item, path, names) for item in value]
    if not isinstance(value, dict):
        return value
    if path:
        return {key: _cut(part, path[1:], names) if key == path[0] else part for key, part in value.items()}
    return {key: part for key, part in value.items() if key in names}


def contents_of(operation: Operation, carried: Carried, schema: Schema) -> dict[str, Any]:
    """Return the contents of a good answer by media type: what is JSON or XML goes out as either, as asked."""
    others = [] if operation.fields else carried.others
    plain = {media: {"schema": {"type": "string"}} for media in others if not is_json(media) and not is_xml(media)}
    if plain and not schema and len(plain) == len(others):
        return plain
    content: dict[str, Any] = {"schema": schema}
    example = example_of(operation, carried)
    content = content if example is None else {**content, "example": example}
    return {JSON: content, XML: as_xml(content, operation.xml_root or operation.code), **plain}


def sample_of(schema: Any, schemas: dict[str, Schema], depth: int = 0) -> Any:
    """Return a value of the form of *schema*, its own examples where it has some; for showing, never for sending."""
    if not isinstance(schema, dict) or depth > 8:
        return None
    for given in _given(schema):
        return given
    if "$ref" in schema:
        return sample_of(schemas.get(schema["$ref"].rpartition("/")[2], {}), schemas, depth + 1)
    parts = schema.get("allOf") or (schema.get("oneOf") or schema.get("anyOf") or [])[:1]
    merged: Any = None
    for part in parts:
        value = sample_of(part, schemas, depth + 1)
        merged = {**merged, **value} if isinstance(merged, dict) and isinstance(value, dict) else value
    if "properties" in schema:
        own = {name: sample_of(part, schemas, depth + 1) for name, part in schema["properties"].items()}
        return {**merged, **own} if isinstance(merged, dict) else own
    if merged is not None:
        return merged
    types = schema.get("type")
    kind = (types[0] if types else "") if isinstance(types, list) else types
    return [sample_of(schema.get("items"), schemas, depth + 1)] if kind == "array" else _SAMPLES.get(str(kind))


def _given(schema: Schema) -> Iterator[Any]:
    yield from schema.get("examples", ())
    for word in ("const", "default"):
        if word in schema:
            yield schema[word]
    yield from (item for item in schema.get("enum", ()) if item is not None)
