"""Copying schemas out of a handed-in document, with what they refer to, and nothing that does not hold."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from catalog.described.keywords import plain_words
from catalog.openapi.references import Resolver
from catalog.openapi.shapes import Document, Refused

MAX_DEPTH = 40
MAX_SCHEMAS = 20_000
_PARTS = ("allOf", "anyOf", "oneOf")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
Schema = dict[str, Any]


class Carrier:
    """Copies schemas of one document; the named ones they refer to come out of :meth:`components`.

    *taken* are names that mean something else there. What nests or repeats beyond reason comes out as "anything".
    """

    def __init__(self, document: Document, taken: Iterable[str] = ()) -> None:
        self.resolver = Resolver(document)
        self._waiting: list[tuple[str, Any]] = []
        self._names: dict[str, str] = {}
        self._taken = set(taken)
        self._count = 0

    def schema(self, node: Any, depth: int = 0, trail: frozenset[str] = frozenset()) -> Schema:
        """Return a copy of the schema *node*."""
        self._count += 1
        if not isinstance(node, dict) or depth > MAX_DEPTH or self._count > MAX_SCHEMAS:
            return {} if node is not False else {"not": {}}
        reference = node.get("$ref")
        if isinstance(reference, str):
            return self._referred(node, reference, depth, trail)
        found = plain_words(node)
        found |= self._inner(node, depth + 1, trail)
        if "array" in found.get("type", ()) and "items" not in found:
            found["items"] = {}
        nullable = node.get("nullable") is True and "type" not in found
        return {"anyOf": [found, {"type": "null"}]} if nullable and found else found

    def components(self) -> dict[str, Schema]:
        """Return the named schemas that what was copied refers to, and what those refer to, by their names."""
        found: dict[str, Schema] = {}
        while self._waiting:
            name, node = self._waiting.pop()
            found[name] = self.schema(node)
        return dict(sorted(found.items()))

    def _inner(self, node: Schema, depth: int, trail: frozenset[str]) -> Schema:
        found: Schema = {}
        properties = node.get("properties")
        if isinstance(properties, dict):
            found["properties"] = {str(name): self.schema(part, depth, trail) for name, part in properties.items()}
        for word in _PARTS:
            parts = node.get(word)
            if isinstance(parts, list) and parts:
                found[word] = [self.schema(part, depth, trail) for part in parts]
        for word in ("items", "not"):
            if isinstance(node.get(word), dict):
                found[word] = self.schema(node[word], depth, trail)
        more = node.get("additionalProperties")
        if isinstance(more, dict | bool):
            found["additionalProperties"] = more if isinstance(more, bool) else self.schema(more, depth, trail)
        return found

    def _referred(self, node: Schema, reference: str, depth: int, trail: frozenset[str]) -> Schema:
        if reference in trail:
            return {}
        if not reference.startswith("#/components/schemas/") or reference.count("/") != 3:
            target = self._target(node)
            return self.schema(target, depth + 1, trail | {reference})
        if reference not in self._names:
            name = self._names[reference] = self._name(unquote(reference.rpartition("/")[2]))
            self._waiting.append((name, self._target(node)))
        found: Schema = {"$ref": f"#/components/schemas/{self._names[reference]}"}
        return found | {word: text for word, text in plain_words(node).items() if word in ("description", "title")}

    def _target(self, node: Schema) -> Any:
        try:
            # One step only: what is found may be a reference itself, which then gets its own name.
            found, _place = self.resolver.target(node["$ref"], ())
        except Refused:
            return {}
        return found

    def _name(self, wanted: str) -> str:
        clean = _UNFIT.sub("_", wanted).strip("_") or "Schema"
        name, number = clean, 2
        while name in self._taken:
            name, number = f"{clean}_{number}", number + 1
        self._taken.add(name)
        return name
