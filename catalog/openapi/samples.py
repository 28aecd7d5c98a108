"""Made-up values: of a JSON Schema, or of a field by its name and type. The same question gets the same answer.

What a description gives as an example is taken as it is; everything else says of itself that it is a sample.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from catalog.openapi.references import Resolver
from catalog.openapi.shapes import Place, Refused

MOST_VALUES, MOST_DEPTH = 5_000, 12
_DIGITS = re.compile(r"chuỗi (\d{1,2}) chữ số")
_WORD = "mẫu"
_FORMATS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T08:00:00+07:00",
    "time": "08:00:00+07:00",
    "email": "mau@lgsp.example",
    "uri": "https://lgsp.example/mau",
    "url": "https://lgsp.example/mau",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "bcOidQ==",
}


class Samples:
    """Values for the schemas of one answer; bounded, whatever the schema says."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver, self._left = resolver, MOST_VALUES

    def of(self, schema: Any, place: Place = (), trail: frozenset[str] = frozenset(), name: str = "") -> Any:
        """Return a value that fits *schema*; None where the schema goes round or says nothing."""
        self._left -= 1
        if self._left < 0 or len(place) > MOST_DEPTH * 4:
            return None
        try:
            node, place, trail = self._resolver.follow(schema, place, trail)
        except Refused:
            return None
        if not isinstance(node, dict):
            return None
        given = _given(node)
        return given[0] if given else self._made(node, place, trail, name)

    def _made(self, node: dict[str, Any], place: Place, trail: frozenset[str], name: str) -> Any:
        for word in ("oneOf", "anyOf"):
            if isinstance(parts := node.get(word), list) and parts:
                return self.of(parts[0], (*place, word, 0), trail, name)
        kind = _kind(node)
        if kind == "object" or "allOf" in node:
            return self._object(node, place, trail)
        if kind == "array":
            count = max(1, min(_number(node.get("minItems"), 1), 3))
            return [self.of(node.get("items"), (*place, "items"), trail, name) for _turn in range(count)]
        return _scalar(kind, node, name)

    def _object(self, node: dict[str, Any], place: Place, trail: frozenset[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        parts = node.get("allOf")
        for number, part in enumerate(parts if isinstance(parts, list) else ()):
            value = self.of(part, (*place, "allOf", number), trail)
            found |= value if isinstance(value, dict) else {}
        own = node.get("properties")
        for key, part in own.items() if isinstance(own, dict) else ():
            found[key] = self.of(part, (*place, "properties", key), trail, key)
        return found


def _given(node: dict[str, Any]) -> list[Any]:
    """Return what the schema itself gives as a value, none or one."""
    if isinstance(listed := node.get("examples"), list) and listed:
        return [listed[0]]
    for word in ("example", "const", "default"):
        if word in node:
            return [node[word]]
    choices = node.get("enum")
    return [choices[0]] if isinstance(choices, list) and choices else []


def _kind(node: dict[str, Any]) -> str:
    kind = node.get("type")
    kinds = [item for item in kind if item != "null"] if isinstance(kind, list) else [kind]
    if kinds and isinstance(kinds[0], str):
        return kinds[0]
    return "object" if "properties" in node else "array" if "items" in node else "string"


def _scalar(kind: str, node: dict[str, Any], name: str) -> Any:
    if kind in ("integer", "number"):
        return _number(node.get("minimum"), 1)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    form = node.get("format")
    if isinstance(form, str) and form in _FORMATS:
        return _FORMATS[form]
    return _text(node, name)


def _text(node: dict[str, Any], name: str) -> str:
    said = node.get("description") or node.get("title") or name
    text = f"{said} ({_WORD})" if isinstance(said, str) and said else _WORD
    most, least = _number(node.get("maxLength"), len(text)), min(_number(node.get("minLength"), 0), 10_000)
    return (text if len(text) <= most else ("0" * most)[:most]).ljust(least, "0")


def _number(value: Any, usual: int) -> int:
    return int(value) if isinstance(value, int | float) and abs(value) < 10**9 else usual


def value_of(label: str, kind: str, seed: str, number: int) -> Any:
    """Return the value of a field in words ("ngày", "chuỗi 12 chữ số") in record *number*; *seed* varies it."""
    if digits := _DIGITS.fullmatch(kind):
        return str(number).zfill(int(digits.group(1)))
    make = _BY_WORDS.get(kind)
    return make(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])) if make else f"{label} ({_WORD} {number})"


def _day(chance: int) -> str:
    return f"2026-{chance % 12 + 1:02d}-{chance % 28 + 1:02d}"


def _moment(chance: int) -> str:
    return f"{_day(chance)}T{chance % 24:02d}:00:00+07:00"


_BY_WORDS: dict[str, Callable[[int], Any]] = {
    "ngày": _day,
    "ngày giờ": _moment,
    "thời điểm": _moment,
    "số nguyên": lambda chance: chance % 1000 + 1,
    "số": lambda chance: chance % 10_000 / 10,
    "số thập phân": lambda chance: chance % 10_000 / 10,
    "đúng/sai": lambda chance: chance % 2 == 0,
    "đúng sai": lambda chance: chance % 2 == 0,
    "đối tượng": lambda _chance: {},
    "danh sách": lambda _chance: [],
}
