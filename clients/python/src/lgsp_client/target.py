"""The address of a call. It is signed as it is sent, so it is written once and nothing tidies it afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Union
from urllib.parse import quote, urlencode

Value = Union[str, int, float, bool]
Params = Mapping[str, Union[Value, Sequence[Value], None]]
_OCTET = re.compile("%(?![0-9A-Fa-f]{2})")


def segment(text: str) -> str:
    """Return *text* as one part of a path: a slash in it is no separator."""
    return quote(text, safe="")


def target_of(service: str, version: str, path: str, params: Params | None = None) -> str:
    """Return path and query of a call to a service.

    ``path`` begins with a slash behind service and version (or is empty); what an address cannot hold is
    percent-encoded, what is encoded already stays. A parameter of None is left out, a list gives one pair for each.
    """
    if path and not path.startswith("/"):
        raise ValueError(f"the path of an operation begins with a slash: {path!r}")
    path, mark, query = path.partition("?")
    asked = query_of(params or {})
    joined = "&".join(part for part in (_tidy(query), asked) if part) if mark or asked else ""
    return f"/api/data/{segment(service)}/{segment(version)}{_tidy(path)}" + (f"?{joined}" if joined else "")


def query_of(params: Params) -> str:
    """Return parameters as a query; spaces are ``%20``, truth is ``true`` or ``false``."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        several = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, _text(one)) for one in several if one is not None]
    return urlencode(pairs, quote_via=quote, safe="")


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _tidy(text: str) -> str:
    return quote(_OCTET.sub("%25", text), safe="/:@,=+&%~!$'()*")
