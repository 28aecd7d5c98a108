"""Which words of a schema are carried over, and what each must look like to be: a table, nothing is guessed."""

import re
from collections.abc import Callable, Mapping
from typing import Any

TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_LONGEST = 2000


def is_text(value: Any) -> bool:
    """Return whether *value* is a text of a length one reads."""
    return isinstance(value, str) and len(value) <= _LONGEST


def is_pattern(value: Any) -> bool:
    """Return whether *value* is a regular expression."""
    try:
        return is_text(value) and bool(re.compile(value))
    except (re.error, RecursionError, OverflowError):
        return False


def is_number(value: Any) -> bool:
    """Return whether *value* is a number of JSON."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Return whether *value* counts something."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_flag(value: Any) -> bool:
    """Return whether *value* is true or false."""
    return isinstance(value, bool)


def is_names(value: Any) -> bool:
    """Return whether *value* is a list of names, each once."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, str) for item in value)
        and len(set(value)) == len(value)
    )


def is_choice(value: Any) -> bool:
    """Return whether *value* is a closed list of plain values."""
    return isinstance(value, list) and bool(value) and not any(isinstance(item, dict | list) for item in value)


def is_data(value: Any) -> bool:
    """Return whether *value* may stand in a document as an example: nothing in it reads as a reference."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "$ref" in item:
                return False
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return True


#: Word of a schema without schemas in it -> what its value must be.
PLAIN: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("title", "description", "format"), is_text),
    "pattern": is_pattern,
    "enum": is_choice,
    "const": lambda value: not isinstance(value, dict | list),
    "default": is_data,
    "required": is_names,
    **dict.fromkeys(("minimum", "maximum"), is_number),
    "multipleOf": lambda value: is_number(value) and value > 0,
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        is_count,
    ),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly", "deprecated"), is_flag),
}


def types_of(given: Any) -> list[str]:
    """Return the types a schema names, in either way of writing; those that do not exist are left out."""
    named = given if isinstance(given, list) else [given]
    return list(dict.fromkeys(item for item in named if isinstance(item, str) and item in TYPES))


def plain_words(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sound words of *schema* that hold no schemas, as OpenAPI 3.1 writes them."""
    kept = {word: schema[word] for word, sound in PLAIN.items() if word in schema and sound(schema[word])}
    types = types_of(schema.get("type"))
    if types and schema.get("nullable") is True and "null" not in types:
        types.append("null")
    if types:
        kept = {"type": types[0] if len(types) == 1 else types, **kept}
    if "null" in types and "enum" in kept and None not in kept["enum"]:
        kept["enum"] = [*kept["enum"], None]
    return kept | _bounds(schema, kept) | _examples(schema)


def _bounds(schema: Mapping[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Return the bounds that are left out themselves: 3.0 marks a bound, 3.1 has one of its own."""
    found = {}
    for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        given = schema.get(word)
        if given is True and bound in kept:
            found[word] = kept.pop(bound)
        elif is_number(given):
            found[word] = given
    return found


def _examples(schema: Mapping[str, Any]) -> dict[str, Any]:
    given = schema.get("examples")
    found = given if isinstance(given, list) else [schema["example"]] if "example" in schema else []
    sound = [item for item in found[:3] if is_data(item)]
    return {"examples": sound} if sound else {}
