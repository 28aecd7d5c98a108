"""What a value may be, in words for people, from its schema."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

Json = Mapping[str, Any]
DEEPEST = 4


def resolved(schema: Any, schemas: Json, depth: int = 0) -> dict[str, Any]:
    """Return *schema* with what it refers to and is put together from in its place; of alternatives the first."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return {}
    parts = [*schema.get("allOf", ()), *schema.get("oneOf", ())[:1], *schema.get("anyOf", ())[:1]]
    if "$ref" in schema:
        parts.append(schemas.get(schema["$ref"].rpartition("/")[2], {}))
    merged: dict[str, Any] = {}
    for part in parts:
        inner = resolved(part, schemas, depth + 1)
        both = {**merged.get("properties", {}), **inner.get("properties", {})}
        merged = {**merged, **inner, **({"properties": both} if both else {})}
    own = {word: value for word, value in schema.items() if word not in ("allOf", "oneOf", "anyOf", "$ref")}
    both = {**merged.get("properties", {}), **own.get("properties", {})}
    return {**merged, **own, **({"properties": both} if both else {})}


def words_of(schema: Json, schemas: Json) -> str:
    """Return the values of a closed list, with commas; "" where any value goes."""
    named = resolved(schema, schemas).get("enum", ())
    return ", ".join("null" if word is None else str(word) for word in named)[:300]


def kind_of(schema: Json, schemas: Json) -> str:
    """Return in words what a value may be."""
    full = resolved(schema, schemas)
    given = full.get("type", "object" if "properties" in full else "")
    types = given if isinstance(given, list) else [given]
    named = [item for item in types if item not in ("null", "")]
    if "enum" in full:
        text = _("một trong")
    elif not named:
        text = _("bất kỳ")
    else:
        text = _(" hoặc ").join(_kind(item, full, schemas) for item in named)
    return _("%(kind)s, có thể trống") % {"kind": text} if "null" in types else text


def _kind(name: str, full: Json, schemas: Json) -> str:
    if name == "array":
        return _("danh sách (%(kind)s)") % {"kind": kind_of(full.get("items", {}), schemas)}
    if name == "string":
        return _text(full)
    plain = {
        "integer": _("số nguyên"),
        "number": _("số"),
        "boolean": _("đúng hoặc sai"),
        "object": _("đối tượng"),
    }
    bounds = [str(full[word]) for word in ("minimum", "maximum") if word in full]
    return f"{plain[name]} {_('từ')} {bounds[0]} {_('đến')} {bounds[1]}" if len(bounds) == 2 else plain[name]


def _text(full: Json) -> str:
    forms = {"date": _("ngày, dạng năm-tháng-ngày"), "date-time": _("thời điểm kèm múi giờ"), "binary": _("tệp")}
    if full.get("format") in forms:
        return forms[full["format"]]
    if "maxLength" in full:
        return _("chuỗi, tối đa %(most)s ký tự") % {"most": full["maxLength"]}
    return _("chuỗi")
