"""The same document in OpenAPI 3.0.3, for generators and gateways that read no 3.1."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_PARTS = ("allOf", "anyOf", "oneOf")


def as_3_0(document: Json) -> Json:
    """Return *document*, one of ours in 3.1, as 3.0.3 says it; the original stays as it is."""
    found = {**document, "openapi": "3.0.3"}
    found["paths"] = {path: _item(item) for path, item in document["paths"].items()}
    parts = dict(document["components"])
    parts["schemas"] = {name: schema_3_0(part) for name, part in parts["schemas"].items()}
    parts["headers"] = {name: _with_schema(part) for name, part in parts["headers"].items()}
    parts["responses"] = {name: _response(part) for name, part in parts["responses"].items()}
    return {**found, "components": parts}


def _item(item: Mapping[str, Json]) -> Json:
    return {method: _operation(operation) for method, operation in item.items()}


def _operation(operation: Json) -> Json:
    found = dict(operation)
    if "parameters" in found:
        found["parameters"] = [_with_schema(part) for part in found["parameters"]]
    if "requestBody" in found:
        found["requestBody"] = {**found["requestBody"], "content": _contents(found["requestBody"]["content"])}
    found["responses"] = {status: _response(part) for status, part in found["responses"].items()}
    return found


def _response(part: Json) -> Json:
    return {**part, "content": _contents(part["content"])} if "content" in part else part


def _contents(contents: Mapping[str, Json]) -> Json:
    return {media: _with_schema(part) for media, part in contents.items()}


def _with_schema(part: Json) -> Json:
    return {**part, "schema": schema_3_0(part["schema"])} if "schema" in part else part


def schema_3_0(schema: Any) -> Json:
    """Return one schema as 3.0.3 writes it: one type, ``nullable``, marked bounds, one example, a $ref alone."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" in schema:
        beside = {word: value for word, value in schema.items() if word != "$ref"}
        alone = {"$ref": schema["$ref"]}
        return {"allOf": [alone], **beside} if beside else alone
    found = {word: _value(word, value) for word, value in schema.items()}
    _types(found)
    _bounds(found)
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if found.get("nullable") and None in found.get("enum", ()) and "type" not in found:
        del found["nullable"]
    examples = found.pop("examples", None)
    return {**found, "example": examples[0]} if examples else found


def _value(word: str, value: Any) -> Any:
    if word == "properties":
        return {name: schema_3_0(part) for name, part in value.items()}
    if word in _PARTS:
        return [schema_3_0(part) for part in value]
    if word in ("items", "not"):
        return schema_3_0(value)
    return schema_3_0(value) if word == "additionalProperties" and isinstance(value, dict) else value


def _types(found: Json) -> None:
    """Say "or nothing" by ``nullable``; several types become alternatives."""
    given = found.get("type")
    types = given if isinstance(given, list) else [given] if given else []
    named = [item for item in types if item != "null"]
    if len(named) < len(types):
        found["nullable"] = True
    if len(named) == 1:
        found["type"] = named[0]
    elif types:
        del found["type"]
    if len(named) > 1:
        items = found.pop("items", {})
        alternatives = [{"type": name, **({"items": items} if name == "array" else {})} for name in named]
        other = found.pop("anyOf", None)
        found["allOf"] = [*found.get("allOf", []), {"anyOf": alternatives}, *([{"anyOf": other}] if other else [])]
    for word in ("anyOf", "oneOf"):
        _no_null(found, word)


def _no_null(found: Json, word: str) -> None:
    parts = found.get(word)
    kept = [part for part in parts or () if part != {"nullable": True}]
    if parts and len(kept) < len(parts):
        found["nullable"] = True
        found.pop(word)
        if len(kept) == 1 and "allOf" not in found:
            found["allOf"] = kept
        elif kept:
            found[word] = kept


def _bounds(found: Json) -> None:
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        value = found.get(word)
        if isinstance(value, int | float) and not isinstance(value, bool):
            own = found.get(bound)
            stricter = own is not None and (own > value if bound == "minimum" else own < value)
            found.pop(word)
            if not stricter:
                found |= {bound: value, word: True}
