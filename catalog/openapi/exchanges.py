"""What a description says of one operation to who tries it: what to send, and what comes back as an example."""

import json
from dataclasses import dataclass
from typing import Any

from catalog.openapi.references import Resolver
from catalog.openapi.samples import Samples
from catalog.openapi.schemas import said
from catalog.openapi.shapes import Document, Place, Refused
from catalog.soap import Soap, parameters_of

MOST_PARAMETERS = 40


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of path or query; ``example`` is text as it is typed, "" where none is given."""

    name: str
    label: str
    required: bool
    example: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One operation: its parameters, the example of a JSON body ("" for none), status and body of an answer.

    ``status`` 0: the description says nothing of an answer in JSON.
    """

    path: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    body: str = ""
    status: int = 0
    answer: Any = None


def exchange_of(document: Document, method: str, template: str) -> Exchange:
    """Return what *document* says of an operation; an empty one where it says nothing that can be read."""
    try:
        return _Reading(document).of(method.lower(), template)
    except Refused:
        return Exchange()


def exchange_by_soap(soap: Soap) -> Exchange:
    """Return what an operation takes whose provider speaks SOAP: its own lines say it (``catalog.soap``)."""
    lines = parameters_of(soap.parameters)
    query = tuple(Parameter(item.name, item.name, item.required) for item in lines if item.kind == "query")
    body: dict[str, Any] = {}
    for item in lines:
        if item.kind == "body":
            *outer, last = item.name.split(".")
            place = body
            for name in outer:
                place = place.setdefault(name, {})
            place[last] = ""
    return Exchange(query=query, body=json.dumps(body, ensure_ascii=False, indent=2) if body else "")


class _Reading:
    def __init__(self, document: Document) -> None:
        self.document, self.resolver = document, Resolver(document)

    def of(self, method: str, template: str) -> Exchange:
        paths = self.document.get("paths")
        given = paths.get(template) if isinstance(paths, dict) else None
        item, place, _trail = self.resolver.follow(given, ("paths", template))
        node = item.get(method) if isinstance(item, dict) else None
        if not isinstance(node, dict):
            return Exchange()
        found = self._parameters([item.get("parameters"), node.get("parameters")], place)
        status, answer = self._answer(node.get("responses"), (*place, method, "responses"))
        return Exchange(
            path=tuple(found["path"].values()),
            query=tuple(found["query"].values()),
            body=self._body(node.get("requestBody"), (*place, method, "requestBody")),
            status=status,
            answer=answer,
        )

    def _parameters(self, groups: list[Any], place: Place) -> dict[str, dict[str, Parameter]]:
        """Return the parameters of path and query by name; what the operation says replaces what its path says."""
        found: dict[str, dict[str, Parameter]] = {"path": {}, "query": {}}
        for group in groups:
            for number, given in enumerate(group[:MOST_PARAMETERS] if isinstance(group, list) else ()):
                node, where, _trail = self.resolver.follow(given, (*place, "parameters", number))
                name, kind = said(node, "name", 100), said(node, "in", 20)
                if name and kind in found:
                    found[kind][name] = self._parameter(node, name, where)
        return found

    def _parameter(self, node: dict[str, Any], name: str, place: Place) -> Parameter:
        required = node.get("required") is True
        value = self._example(node, place)
        if value is None and required:
            value = Samples(self.resolver).of(node.get("schema"), (*place, "schema"), name=name)
        plain = isinstance(value, str | int | float)
        text = str(value).lower() if isinstance(value, bool) else str(value) if plain else ""
        return Parameter(name, said(node, "description", 200) or name, required, text[:200])

    def _example(self, node: dict[str, Any], place: Place) -> Any:
        """Return the first example given beside a schema, else one the schema gives."""
        if "example" in node:
            return node["example"]
        examples = node.get("examples")
        for name, given in examples.items() if isinstance(examples, dict) else ():
            one, _place, _trail = self.resolver.follow(given, (*place, "examples", name))
            if isinstance(one, dict) and "value" in one:
                return one["value"]
        schema, _place, _trail = self.resolver.follow(node.get("schema"), (*place, "schema"))
        return schema.get("example") if isinstance(schema, dict) else None

    def _body(self, given: Any, place: Place) -> str:
        node, where, _trail = self.resolver.follow(given, place)
        media = _json_of(node)
        if media is None:
            return ""
        value = self._example(media, where)
        if value is None:
            value = Samples(self.resolver).of(media.get("schema"), where)
        return json.dumps(value, ensure_ascii=False, indent=2)

    def _answer(self, responses: Any, place: Place) -> tuple[int, Any]:
        listed = sorted(status for status in responses if str(status).startswith("2")) if responses else []
        if not isinstance(responses, dict) or not listed:
            return 0, None
        node, where, _trail = self.resolver.follow(responses[listed[0]], (*place, listed[0]))
        status = int(listed[0]) if listed[0].isdigit() else 200
        media = _json_of(node)
        if media is None:
            return (status, None) if status == 204 else (0, None)
        value = self._example(media, where)
        return status, Samples(self.resolver).of(media.get("schema"), where) if value is None else value


def _json_of(node: Any) -> dict[str, Any] | None:
    """Return what stands under the JSON media type of a body."""
    content = node.get("content") if isinstance(node, dict) else None
    for media, part in content.items() if isinstance(content, dict) else ():
        kind = media.split(";")[0].strip().lower()
        if (kind in ("application/json", "*/*") or kind.endswith("+json")) and isinstance(part, dict):
            return part
    return None
