"""The document arranged for a page: each operation with parameters, fields, examples and refusals."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.choices import Direction, ElementClass, ServiceState
from catalog.described.answers import sample_of
from catalog.described.document import traits_of
from catalog.described.forms import JSON, XML, xml_of
from catalog.described.info import base_of, end_of
from catalog.described.refusals import refusals_of
from catalog.described.shapes import Described
from catalog.described.words import DEEPEST, kind_of, resolved, words_of
from catalog.relayed import NAMED_BY_CALLER, SAMPLES
from core.problems import Problem
from core.soap import endpoint_of

Json = Mapping[str, Any]
MOST_ROWS = 400
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
class Judged:
    """A structure that one message of an operation follows: which message, its title and file."""

    label: str
    title: str
    version: str
    file: str
    illustration: bool
    is_request: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as the page shows it; ``target`` is the path with sample values, as it is called.

    ``headers`` are those every call has to send, with a sample each; ``answer_xml`` is the example in XML.
    """

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
    sent_types: tuple[str, ...]
    sent_example: str
    fields: tuple[Row, ...]
    answer_types: tuple[str, ...]
    answer_example: str
    given_example: bool
    answer_xml: str = ""
    structures: tuple[Judged, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Doors:
    """What the page says of the version beside its operations: path of its SOAP address, its WSDL, its end."""

    soap: str
    wsdl: str
    end: str = ""
    end_page: str = ""


# Samples of headers in a call written out.
_SENT = {NAMED_BY_CALLER[what]: sample for what, sample in SAMPLES.items()}


def doors(described: Described) -> Doors:
    """Return the other addresses of *described*."""
    named = [described.code, described.name]
    soap, wsdl = endpoint_of(*named), reverse("service_wsdl", args=named)
    if described.state != ServiceState.DEPRECATED:
        return Doors(soap, wsdl)
    return Doors(soap, wsdl, end_of(described)["description"], reverse("version_end", args=named))


def shown(described: Described, document: Json) -> list[Shown]:
    """Return the operations of *document*, in its order."""
    found = []
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                found.append(_shown(described, document, path, method, item[method]))
    return found


def refused(described: Described) -> list[tuple[str, list[Problem]]]:
    """Return what a call of some operation may be refused with, by status."""
    every = frozenset().union(*(traits_of(described, item) for item in described.operations))
    return sorted(refusals_of(every).items())


def _shown(described: Described, document: Json, path: str, method: str, item: Json) -> Shown:
    schemas = document["components"]["schemas"]
    good = next(answer for status, answer in item["responses"].items() if status.startswith("2"))
    contents = good.get("content", {})
    answer: Json = next(iter(contents.values()), {})
    bodies: dict[str, Json] = item.get("requestBody", {}).get("content", {})
    sent: Json = bodies.get(JSON) or next(iter(bodies.values()), {})
    in_xml: Json = contents.get(XML, {})
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
        sent_types=tuple(bodies),
        sent_example=_example(sent, schemas),
        fields=tuple(_rows(answer.get("schema", {}), schemas)),
        answer_types=tuple(contents),
        answer_example=_example(answer, schemas),
        given_example="example" in answer,
        answer_xml=in_xml.get("example") or (_xml_sample(answer, in_xml, schemas) if in_xml else ""),
        structures=tuple(_judged(described, item["x-lgsp-operation"])),
        headers=tuple(
            (part["name"], _SENT.get(part["name"], ""))
            for part in item.get("parameters", ())
            if part["in"] == "header" and part["required"]
        ),
    )


def _judged(described: Described, code: str) -> Iterator[Judged]:
    for one in described.structures:
        if one.operation == code:
            label, file = str(Direction(one.direction).label), reverse("profile_file", args=[one.profile_id])
            is_request = one.direction == Direction.REQUEST
            yield Judged(label, one.title, one.version, file, one.illustration, is_request)


def _xml_sample(content: Json, in_xml: Json, schemas: Json) -> str:
    value = sample_of(content.get("schema", {}), dict(schemas))
    root = in_xml.get("schema", {}).get("xml", {}).get("name", "")
    return xml_of(value, root) if value not in (None, {}, []) and root else ""


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
    place = {"path": _("đường dẫn"), "query": _("truy vấn")}.get(part["in"], _("tiêu đề"))
    meaning = part.get("description") or resolved(schema, schemas).get("description", "")
    return Row(part["name"], kind_of(schema, schemas), meaning, part["required"], words_of(schema, schemas), place)


def _example(content: Json, schemas: Json) -> str:
    if not content:
        return ""
    value = content["example"] if "example" in content else sample_of(content.get("schema", {}), dict(schemas))
    return "" if value in (None, {}, []) else json.dumps(value, ensure_ascii=False, indent=2)


def _rows(schema: Json, schemas: Json) -> Iterator[Row]:
    found = _walk(schema, schemas, "", 0)
    yield from (row for row, _number in zip(found, range(MOST_ROWS), strict=False))


def _walk(schema: Json, schemas: Json, prefix: str, depth: int) -> Iterator[Row]:
    full = resolved(schema, schemas)
    items = full.get("items")
    if isinstance(items, dict) and depth <= DEEPEST:
        yield from _walk(items, schemas, f"{prefix}[]" if prefix else "[]", depth + 1)
        return
    for name, part in full.get("properties", {}).items():
        inner = resolved(part, schemas)
        whole = f"{prefix}.{name}" if prefix else name
        meaning = part.get("description") or inner.get("description") or inner.get("title", "")
        required = name in full.get("required", ())
        given = part.get("x-lgsp-data-class", "")
        marked = str(ElementClass(given).label) if given in ElementClass.values else ""
        yield Row(whole, kind_of(part, schemas), meaning, required, words_of(part, schemas), "", marked)
        if depth < DEEPEST:
            yield from _walk(inner, schemas, whole, depth + 1)
