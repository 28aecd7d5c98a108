"""The document arranged for a page: each operation with parameters, fields, examples and refusals."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.choices import ElementClass
from catalog.described.answers import sample_of
from catalog.described.document import base_of
from catalog.described.refusals import refusals_of
from catalog.described.shapes import Described
from core.problems import Problem

Json = Mapping[str, Any]
DEEPEST, MOST_ROWS = 4, 400
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or field: its name (dotted, ``[]`` for lists), what its value is, and what it means."""

    name: str
    kind: str
    meaning: str
    required: bool
    words: str = ""
    place: str = ""
    data_class: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as the page shows it; ``target`` is the path with sample values, as it is called."""

    anchor: str
    code: str
    title: str
    text: str
    method: str
    path: str
    target: str
    deprecated: bool
    parameters: tuple[Row, ...]
    sent: tuple[Row, ...]
    sent_type: str
    sent_example: str
    fields: tuple[Row, ...]
    answer_types: tuple[str, ...]
    answer_example: str
    given_example: bool


def shown(described: Described, document: Json) -> list[Shown]:
    """Return the operations of *document*, in its order."""
    found = []
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                found.append(_shown(described, document, path, method, item[method]))
    return found


def refused(method: str) -> list[tuple[str, list[Problem]]]:
    """Return what a call may be refused with, by status."""
    return sorted(refusals_of(method).items())


def _shown(described: Described, document: Json, path: str, method: str, item: Json) -> Shown:
    schemas = document["components"]["schemas"]
    good = next(answer for status, answer in item["responses"].items() if status.startswith("2"))
    contents = good.get("content", {})
    answer: Json = next(iter(contents.values()), {})
    bodies: dict[str, Json] = item.get("requestBody", {}).get("content", {})
    sent_type = next(iter(bodies), "")
    sent: Json = bodies.get(sent_type, {})
    base = base_of(described).partition("://")[2].partition("/")[2]
    return Shown(
        anchor=item["operationId"],
        code=item["x-lgsp-operation"],
        title=item["summary"],
        text=item.get("description", ""),
        method=method.upper(),
        path=f"/{base}{path}",
        target=f"/{base}{_filled(path, item.get('parameters', ()), schemas)}",
        deprecated=item.get("deprecated", False),
        parameters=tuple(_parameter(part, schemas) for part in item.get("parameters", ())),
        sent=tuple(_rows(sent.get("schema", {}), schemas)),
        sent_type=sent_type,
        sent_example=_example(sent, schemas),
        fields=tuple(_rows(answer.get("schema", {}), schemas)),
        answer_types=tuple(contents),
        answer_example=_example(answer, schemas),
        given_example="example" in answer,
    )


def _filled(path: str, parameters: Any, schemas: Json) -> str:
    """Return *path* with a sample for each parameter in it."""
    for part in parameters:
        if part["in"] == "path":
            value = part.get("example", sample_of(part["schema"], dict(schemas)))
            text = str(value) if isinstance(value, str | int) and str(value) not in ("", "…") else "1"
            path = path.replace(f"{{{part['name']}}}", text if text.isascii() and text.isalnum() else "1")
    return path


def _parameter(part: Json, schemas: Json) -> Row:
    schema = part["schema"]
    place = _("đường dẫn") if part["in"] == "path" else _("truy vấn")
    meaning = part.get("description") or _resolved(schema, schemas).get("description", "")
    return Row(part["name"], kind_of(schema, schemas), meaning, part["required"], _words(schema, schemas), place)


def _example(content: Json, schemas: Json) -> str:
    if not content:
        return ""
    value = content["example"] if "example" in content else sample_of(content.get("schema", {}), dict(schemas))
    return "" if value in (None, {}, []) else json.dumps(value, ensure_ascii=False, indent=2)


def _rows(schema: Json, schemas: Json) -> Iterator[Row]:
    found = _walk(schema, schemas, "", 0)
    yield from (row for row, _number in zip(found, range(MOST_ROWS), strict=False))


def _walk(schema: Json, schemas: Json, prefix: str, depth: int) -> Iterator[Row]:
    full = _resolved(schema, schemas)
    items = full.get("items")
    if isinstance(items, dict) and depth <= DEEPEST:
        yield from _walk(items, schemas, f"{prefix}[]" if prefix else "[]", depth + 1)
        return
    for name, part in full.get("properties", {}).items():
        inner = _resolved(part, schemas)
        whole = f"{prefix}.{name}" if prefix else name
        meaning = part.get("description") or inner.get("description") or inner.get("title", "")
        required = name in full.get("required", ())
        given = part.get("x-lgsp-data-class", "")
        marked = str(ElementClass(given).label) if given in ElementClass.values else ""
        yield Row(whole, kind_of(part, schemas), meaning, required, _words(part, schemas), "", marked)
        if depth < DEEPEST:
            yield from _walk(inner, schemas, whole, depth + 1)


def _resolved(schema: Any, schemas: Json, depth: int = 0) -> dict[str, Any]:
    """Return *schema* with what it refers to and is put together from in its place; of alternatives the first."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return {}
    parts = [*schema.get("allOf", ()), *schema.get("oneOf", ())[:1], *schema.get("anyOf", ())[:1]]
    if "$ref" in schema:
        parts.append(schemas.get(schema["$ref"].rpartition("/")[2], {}))
    merged: dict[str, Any] = {}
    for part in parts:
        inner = _resolved(part, schemas, depth + 1)
        both = {**merged.get("properties", {}), **inner.get("properties", {})}
        merged = {**merged, **inner, **({"properties": both} if both else {})}
    own = {word: value for word, value in schema.items() if word not in ("allOf", "oneOf", "anyOf", "$ref")}
    both = {**merged.get("properties", {}), **own.get("properties", {})}
    return {**merged, **own, **({"properties": both} if both else {})}


def _words(schema: Json, schemas: Json) -> str:
    named = _resolved(schema, schemas).get("enum", ())
    return ", ".join("null" if word is None else str(word) for word in named)[:300]


def kind_of(schema: Json, schemas: Json) -> str:
    """Return in words what a value may be."""
    full = _resolved(schema, schemas)
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
