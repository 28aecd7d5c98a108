"""Text into data, bounded: JSON or YAML without references to other parts of itself. Pure, no Django."""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

MOST_DEPTH = 64
MOST_NODES = 200_000


class Unreadable(Exception):
    """The text is no such document; ``code`` says why, ``line`` where (0: not known)."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


class _Loader(yaml.SafeLoader):
    """YAML whose size in memory is that of its text: aliases, which can multiply it, are refused."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuse an alias, read anything else."""
        if self.check_event(yaml.AliasEvent):
            raise Unreadable("alias")
        return super().compose_node(parent, index)


# JSON has no dates: what looks like one stays text.
_Loader.yaml_implicit_resolvers = {
    key: [item for item in rows if item[0] != "tag:yaml.org,2002:timestamp"]
    for key, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_json(text: str) -> Any:
    """Return the data of a JSON text. Raises :class:`Unreadable`."""
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable("too-deep") from None
    except json.JSONDecodeError as error:
        raise Unreadable("no-json", error.lineno) from None
    except ValueError:
        raise Unreadable("no-json") from None
    _bounded(found)
    return found


def read_document(text: str) -> Any:
    """Return the data of a JSON or YAML text. Raises :class:`Unreadable`."""
    if text.lstrip()[:1] in ("{", "["):
        return read_json(text)
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with less, not more
    except RecursionError:
        raise Unreadable("too-deep") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Unreadable("no-yaml", mark.line + 1 if mark else 0) from None
    _bounded(found)
    return found


def walk(found: Any, pointer: str = "", depth: int = 0) -> Iterator[tuple[str, Any, int]]:
    """Give every part of a document with its JSON pointer (RFC 6901) and depth."""
    waiting = [(pointer, found, depth)]
    while waiting:
        place, part, deep = waiting.pop()
        yield place, part, deep
        if isinstance(part, dict):
            waiting += [(f"{place}/{escape(key)}", value, deep + 1) for key, value in part.items()]
        elif isinstance(part, list):
            waiting += [(f"{place}/{number}", value, deep + 1) for number, value in enumerate(part)]


def escape(key: Any) -> str:
    """Return one step of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _bounded(found: Any) -> None:
    for count, (_place, _part, depth) in enumerate(walk(found)):
        if depth > MOST_DEPTH:
            raise Unreadable("too-deep")
        if count > MOST_NODES:
            raise Unreadable("too-large")


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("no such number in JSON")
