"""Whether a JSON Schema can be used at a bounded cost: no recursion, no growth, no pattern that explodes.

A message is judged by a schema at every call, so a schema whose work has no bound is refused when it is entered. What
slips through (nobody can tell of every pattern) is cut off when it is used (``core.inspection.lane``).
"""

import re
import signal
from collections.abc import Iterator
from re import _parser as reading
from typing import Any

from core.inspection.reading import escape, walk

# Parts of a schema with every reference followed; a schema of a thousand fields has some thousands.
MOST_PARTS = 20_000
MOST_PATTERN = 1_000
PROBE_SECONDS = 0.25
# Often enough for a pattern that doubles its work with each sign, rarely enough for one that squares it.
PUMPED = 28
_NO_REFERENCES = frozenset({"const", "enum", "default", "examples", "example"})
Finding = dict[str, Any]


class _Slow(Exception):
    """The time of one probe is over."""


def findings_of(schema: dict[str, Any]) -> Iterator[Finding]:
    """Give what makes the use of *schema* unbounded; its references all lead somewhere within it."""
    grown = _growth(schema)
    if grown:
        yield grown
    for place, part, _depth in walk(schema):
        if isinstance(part, dict) and not _is_data(place):
            yield from _patterns(place, part)


def _is_data(place: str) -> bool:
    return any(step in _NO_REFERENCES for step in place.split("/"))


# -- references ------------------------------------------------------------------------------------
class _Sizes:
    """How many parts each part of a schema has with its references followed; each is counted once."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema, self.known, self.under_way = schema, dict[str, int](), set[str]()
        self.anchors = {
            part[word]: place
            for place, part, _depth in walk(schema)
            if isinstance(part, dict)
            for word in ("$anchor", "$dynamicAnchor")
            if isinstance(part.get(word), str)
        }

    def at(self, pointer: str) -> int:
        """Return the size of the part at *pointer*. Raises :class:`_Recursive`."""
        if pointer in self.under_way:
            raise _Recursive(pointer)
        if pointer not in self.known:
            self.under_way.add(pointer)
            self.known[pointer] = self._of(_at(self.schema, pointer))
            self.under_way.discard(pointer)
        return self.known[pointer]

    def _of(self, part: Any) -> int:
        if isinstance(part, list):
            return sum(map(self._of, part))
        if not isinstance(part, dict):
            return 0
        inner = sum(self._of(value) for word, value in part.items() if word not in (*_NO_REFERENCES, "$defs"))
        referred = sum(self.at(target) for target in _targets(part, self.anchors))
        return min(1 + inner + referred, MOST_PARTS + 1)


def _growth(schema: dict[str, Any]) -> Finding | None:
    """Return the first reference that leads back to itself, or the finding that the parts are too many."""
    sizes = _Sizes(schema)
    try:
        too_many = sizes.at("") > MOST_PARTS
        for name in schema.get("$defs") or {}:
            sizes.at(f"/$defs/{escape(name)}")
    except _Recursive as found:
        return {"pointer": found.pointer, "code": "recursive", "actual": f"#{found.pointer}"}
    return {"pointer": "", "code": "too-many-parts", "expected": MOST_PARTS} if too_many else None


class _Recursive(Exception):
    """A part refers to itself."""

    def __init__(self, pointer: str) -> None:
        super().__init__(pointer)
        self.pointer = pointer


def _targets(part: dict[str, Any], anchors: dict[str, str]) -> Iterator[str]:
    """Give the pointers a part refers to; *anchors* are the names that parts gave themselves."""
    for word in ("$ref", "$dynamicRef"):
        target = part.get(word)
        if isinstance(target, str):
            fragment = target.removeprefix("#")
            yield fragment if fragment.startswith("/") else anchors.get(fragment, "")


def _at(schema: Any, pointer: str) -> Any:
    found = schema
    for step in filter(None, pointer.split("/")):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
    return found


# -- patterns --------------------------------------------------------------------------------------
def _patterns(place: str, part: dict[str, Any]) -> Iterator[Finding]:
    written = [(f"{place}/pattern", part["pattern"])] if isinstance(part.get("pattern"), str) else []
    named = part.get("patternProperties")
    if isinstance(named, dict):
        written += [(f"{place}/patternProperties/{escape(text)}", text) for text in named]
    for pointer, text in written:
        if len(text) > MOST_PATTERN:
            yield {"pointer": pointer, "code": "pattern-long", "expected": MOST_PATTERN}
        elif explodes(text):
            yield {"pointer": pointer, "code": "pattern-slow", "actual": text[:120]}


def explodes(text: str) -> bool:
    """Return whether matching *text* against a string made to fail takes longer than a pattern may."""
    try:
        pattern, tree = re.compile(text), reading.parse(text)
    except (re.error, RecursionError, OverflowError):
        return True
    before = signal.signal(signal.SIGALRM, _ring)
    try:
        for pumped in _pumps(tree, ""):
            signal.setitimer(signal.ITIMER_REAL, PROBE_SECONDS)
            pattern.search(pumped + "\0")
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Slow:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False


def _ring(_number: int, _frame: Any) -> None:
    raise _Slow


def _pumps(tree: Any, before: str) -> Iterator[str]:
    """Give for each repetition of a pattern what leads to it and then its content many times over."""
    written = before
    for operation, argument in tree:
        name = str(operation)
        if name.endswith("REPEAT"):
            inner = argument[2]
            once = _written(inner) or "a"
            yield written + once * PUMPED
            yield from _pumps(inner, written)
        elif name == "SUBPATTERN":
            yield from _pumps(argument[-1], written)
        elif name == "BRANCH":
            for choice in argument[1]:
                yield from _pumps(choice, written)
        written += _written([(operation, argument)])


def _written(tree: Any) -> str:
    """Return one string that a part of a pattern matches, as far as that is easily told."""
    return "".join(_one(str(operation), argument) for operation, argument in tree)


def _one(name: str, argument: Any) -> str:
    if name == "LITERAL":
        return chr(argument)
    if name == "IN":
        return _of_class(argument)
    if name.endswith("REPEAT"):
        return _written(argument[2]) * min(max(argument[0], 1), 50)
    if name == "SUBPATTERN":
        return _written(argument[-1])
    if name == "BRANCH":
        return _written(argument[1][0])
    return "" if name in ("AT", "ASSERT", "ASSERT_NOT", "GROUPREF") else "a"


def _of_class(members: Any) -> str:
    known = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
    operation, argument = members[0]
    name = str(operation)
    if name == "LITERAL":
        return chr(argument)
    if name == "RANGE":
        return chr(argument[0])
    return known.get(str(argument), "a") if name == "CATEGORY" else "a"
