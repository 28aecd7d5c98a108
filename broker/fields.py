"""Field scope: what the grant does not name is taken out of the answer, and counted (QC11.3; decisions, 10)."""

import json
from collections.abc import Iterator
from typing import Any

MOST_DEPTH = 64


class NotFilterable(ValueError):
    """The answer is not of the published form: nothing can be said about its fields, so it is not passed on."""


def keep_only(body: bytes, record_path: str, allowed: frozenset[str]) -> tuple[bytes, int]:
    """Return *body* with only *allowed* fields in its records, and how many values were dropped.

    ``record_path`` leads to a record or a list of records, dotted ("" is the whole answer). The answer is written anew
    even if nothing was dropped. The standard library reads it because whole numbers of any length must come out as
    they went in. What readers take differently is refused (N22): a name given twice, a number beyond 1e308, NaN, half
    a character, more than 64 levels. Raises :class:`NotFilterable`.
    """
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
        if body.count(b"[") + body.count(b"{") > MOST_DEPTH:
            _require_shallow(document)
        dropped = 0
        for record in _records(document, record_path):
            outside = [name for name in record if name not in allowed]
            for name in outside:
                del record[name]
            dropped += len(outside)
        kept = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return kept.encode("utf-8"), dropped
    except (ValueError, RecursionError) as error:
        raise NotFilterable(str(error)) from None


def _refuse(constant: str) -> None:
    raise NotFilterable(f"{constant} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotFilterable("a name is given twice")
    return found


def _require_shallow(document: Any) -> None:
    level = [document]
    for _depth in range(MOST_DEPTH):
        level = [
            value
            for item in level
            for value in (item.values() if isinstance(item, dict) else item)
            if isinstance(value, dict | list)
        ]
        if not level:
            return
    raise NotFilterable(f"more than {MOST_DEPTH} levels")


def _records(document: Any, record_path: str) -> Iterator[dict[str, Any]]:
    found = document
    for name in filter(None, record_path.split(".")):
        if not isinstance(found, dict) or name not in found:
            raise NotFilterable(f"no {name!r} in the answer")
        found = found[name]
    for record in found if isinstance(found, list) else [found]:
        if not isinstance(record, dict):
            raise NotFilterable("a record is not an object")
        yield record
