"""What the handed-in document of a version says of one operation, carried over where it is sound."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.described.carrier import Carrier, Schema
from catalog.described.keywords import is_data, is_text
from catalog.openapi.references import Resolver
from catalog.openapi.schemas import Node, Records
from catalog.openapi.shapes import Document, Operation, Place, Refused

MAX_PARAMETERS, MAX_CONTENTS = 60, 4
_MEDIA = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+*-]+\Z")
_JSON = re.compile(r"application/(?:[A-Za-z0-9.-]+\+)?json\Z", re.IGNORECASE)
_STYLES = {"query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"}, "path": {"simple", "label", "matrix"}}
_GOOD = re.compile(r"2(?:[0-9][0-9]|XX)\Z")
Json = dict[str, Any]


@dataclass(slots=True)
class Carried:
    """Of one operation: parameters, content sent, and the answer.

    ``fields`` are schemas of the record by name, ``wrapping`` is what stands around records from outside in: whether a
    list, and the properties beside the one that leads on; ``whole`` is the answer's schema as it is. ``example`` is an
    answer, ``others`` are contents of the answer that are not JSON.
    """

    parameters: list[Json] = field(default_factory=list)
    body: Json | None = None
    status: str = "200"
    fields: dict[str, Schema] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    wrapping: list[tuple[bool, dict[str, Schema]]] = field(default_factory=list)
    whole: Schema | None = None
    example: Any = None
    others: list[str] = field(default_factory=list)
    description: str = ""


class Handed:
    """A handed-in document, asked operation by operation; *carrier* copies what it says."""

    def __init__(self, document: Document, carrier: Carrier) -> None:
        self.document, self.carrier = document, carrier
        self.resolver: Resolver = carrier.resolver
        self.records = Records(self.resolver, lambda *_given, **_more: None)

    def of(self, operation: Operation) -> Carried:
        """Return what the document says of *operation*; nothing where it does not know it or cannot be followed."""
        found = Carried()
        try:
            item, place = self._follow(self._paths().get(operation.template), ("paths", operation.template))
            node = item.get(operation.method.lower())
            if isinstance(node, dict):
                found.description = node["description"] if is_text(node.get("description")) else ""
                found.parameters = list(self._parameters(operation, [item.get("parameters"), node.get("parameters")]))
                found.body = self._body(node.get("requestBody"), place)
                self._answer(found, operation, node.get("responses"))
        except Refused:
            return found
        return found

    def judged(self, operation: Operation, carried: Carried) -> Carried:
        """Return *carried* with the record as this document, the structure of the whole answer, has it.

        Where the structure does not lead to the record, nothing changes.
        """
        found = replace(carried, fields={}, required=[], wrapping=[], others=[])
        try:
            self._records(found, operation, self.resolver.follow(self.document, ()))
        except Refused:
            return carried
        return found if found.wrapping else carried

    def _paths(self) -> Mapping[str, Any]:
        paths = self.document.get("paths")
        return paths if isinstance(paths, dict) else {}

    def _follow(self, node: Any, place: Place) -> tuple[Json, Place]:
        found, where, _trail = self.resolver.follow(node, place)
        return (found if isinstance(found, dict) else {}), where

    def _parameters(self, operation: Operation, groups: list[Any]) -> Iterator[Json]:
        """Give parameters of path and query, the operation's own before the path's; others are not forwarded."""
        named: dict[tuple[str, str], Json] = {}
        for group in groups:
            for given in group[:MAX_PARAMETERS] if isinstance(group, list) else ():
                node, _place = self._follow(given, ())
                name, where = node.get("name"), node.get("in")
                if is_text(name) and name and where in _STYLES and self._belongs(operation, str(name), str(where)):
                    named[str(where), str(name)] = self._parameter(node, str(name), str(where))
        yield from named.values()

    def _belongs(self, operation: Operation, name: str, where: str) -> bool:
        return where == "query" or f"{{{name}}}" in operation.template

    def _parameter(self, node: Json, name: str, where: str) -> Json:
        schema = node.get("schema")
        if schema is None and isinstance(node.get("content"), dict):
            schema = next((part.get("schema") for part in node["content"].values() if isinstance(part, dict)), None)
        found: Json = {"name": name, "in": where, "required": where == "path" or node.get("required") is True}
        if is_text(node.get("description")):
            found["description"] = node["description"]
        if node.get("deprecated") is True:
            found["deprecated"] = True
        if node.get("style") in _STYLES[where]:
            found["style"] = node["style"]
        if isinstance(node.get("explode"), bool):
            found["explode"] = node["explode"]
        found["schema"] = self.carrier.schema(schema) or {"type": "string"}
        if "example" in node and is_data(node["example"]):
            found["example"] = node["example"]
        return found

    def _body(self, given: Any, place: Place) -> Json | None:
        node, _place = self._follow(given, place)
        contents = node.get("content")
        if not isinstance(contents, dict):
            return None
        kept = {
            media: self._content(part)
            for media, part in list(contents.items())[:MAX_CONTENTS]
            if _MEDIA.match(str(media)) and isinstance(part, dict)
        }
        if not kept:
            return None
        told = {"description": node["description"]} if is_text(node.get("description")) else {}
        return {**told, "content": kept, "required": node.get("required") is True}

    def _content(self, part: Json) -> Json:
        found: Json = {"schema": self.carrier.schema(part.get("schema", {}))}
        example = _example(part)
        return found if example is None else {**found, "example": example}

    def _answer(self, found: Carried, operation: Operation, responses: Any) -> None:
        named = responses if isinstance(responses, dict) else {}
        good = sorted(status for status in named if isinstance(status, str) and _GOOD.match(status))
        if not good:
            return
        found.status = good[0]
        node, place = self._follow(named[good[0]], ("paths", operation.template, "responses", good[0]))
        contents = node.get("content")
        contents = contents if isinstance(contents, dict) else {}
        media = next((name for name in contents if _JSON.match(str(name))), "")
        found.others = [name for name in contents if name != media and _MEDIA.match(str(name))][:MAX_CONTENTS]
        part = contents.get(media)
        if not isinstance(part, dict):
            return
        found.example = _example(part)
        if not operation.fields:
            found.whole = self.carrier.schema(part.get("schema", {}))
            return
        self._records(found, operation, self.resolver.follow(part.get("schema", {}), (*place, "content", media)))

    def _records(self, found: Carried, operation: Operation, node: Node) -> None:
        """Go down to the record, and keep what stands around it and what its fields are."""
        wrapping: list[tuple[bool, dict[str, Schema]]] = []
        for name in filter(None, operation.record_path.split(".")):
            listed, node = self._unlisted(node)
            properties = self.records.properties(node)
            if name not in properties:
                return
            rest = {key: self.carrier.schema(part[0]) for key, part in properties.items() if key != name}
            wrapping.append((listed, rest))
            node = properties[name]
        listed, node = self._unlisted(node)
        found.wrapping = [*wrapping, (listed, {})]
        properties = self.records.properties(node)
        names = {one.name for one in operation.fields}
        found.fields = {name: self.carrier.schema(part[0]) for name, part in properties.items() if name in names}
        required = node[0].get("required") if isinstance(node[0], dict) else None
        found.required = [name for name in required if name in found.fields] if isinstance(required, list) else []

    def _unlisted(self, node: Node) -> tuple[bool, Node]:
        inner = self.records.item(node)
        return inner is not node, inner


def _example(part: Json) -> Any:
    """Return the first example of a content, None where there is none."""
    found = part.get("example")
    named = part.get("examples")
    if found is None and isinstance(named, dict):
        found = next((item.get("value") for item in named.values() if isinstance(item, dict)), None)
    return found if is_data(found) else None
