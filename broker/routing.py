"""From a raw path to an operation of the catalogue, and from the operation back to the path a provider gets.

A template such as ``/communes/{code}`` is matched on the raw bytes; the path sent on is the template with the matched
segments put back, so what was decided about is byte for byte what is forwarded (decisions, 17).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from catalog.projection import OperationRow

_PLACE = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")
_SEGMENT = r"([A-Za-z0-9._~!$&'()*+,=:@%-]+)"


def pattern_of(template: str) -> re.Pattern[str]:
    """Return the pattern of a template; each place takes what a single segment can hold."""
    parts = [re.escape(part) for part in _PLACE.split(template)]
    return re.compile(_SEGMENT.join(parts) + r"\Z")


def readable(segment: str) -> bool:
    """Return whether a segment, decoded, is text: UTF-8 without control characters or separators."""
    if "%" not in segment:
        return True
    try:
        text = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return text.isprintable()


@dataclass(slots=True)
class Routes:
    """The operations of one service version: by whole path where the template has no place, else by pattern."""

    fixed: dict[str, dict[str, OperationRow]] = field(default_factory=dict)
    patterns: list[tuple[re.Pattern[str], dict[str, OperationRow]]] = field(default_factory=list)

    @classmethod
    def of(cls, operations: Iterable[OperationRow]) -> "Routes":
        """Group operations by template."""
        routes = cls()
        placed: dict[str, dict[str, OperationRow]] = {}
        for item in operations:
            home = placed if "{" in item.template else routes.fixed
            home.setdefault(item.template, {})[item.method] = item
        # The template with the longest fixed beginning decides first, whatever the order of the catalogue.
        for template in sorted(placed, key=lambda text: (-len(text.split("{")[0]), text)):
            routes.patterns.append((pattern_of(template), placed[template]))
        return routes

    def find(self, path: str) -> dict[str, Any]:
        """Return the operations of *path* by method; {} when the service has no such path."""
        found = self.fixed.get(path)
        if found is not None:
            return found
        for pattern, methods in self.patterns:
            match = pattern.match(path)
            if match is not None and all(map(readable, match.groups())):
                return methods
        return {}
