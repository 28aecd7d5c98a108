"""Strict JSON (RFC 8259, I-JSON): what two readers could take differently is refused (N22)."""

import json
import re
from math import isinf
from typing import Any

import orjson

from core.formats.numbers import Decimal, Whole, text_of
from core.formats.refusals import BadMessage, shown

MOST_DEPTH = 64
# Objects, arrays and members in one message: each costs many times its bytes.
MOST_PARTS = 2_000_000
_LONG_NUMBER = re.compile(rb"\d{19}")
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"


def read_json(body: bytes) -> Any:
    """Return the value of *body*, UTF-8 (a byte order mark is passed over). Raises :class:`BadMessage`.

    Refused: more than 64 levels, a name given twice, NaN and Infinity, numbers beyond 1e308, half a character, bytes
    that are not UTF-8. Whole numbers keep every digit; a number with a fraction is a float that remembers its text.
    """
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_PARTS:
        raise BadMessage("json-large", "JSON có quá nhiều phần tử.", "The JSON has too many parts.")
    try:
        text = body.removeprefix(_BOM).decode("utf-8")
        whole = _whole if _LONG_NUMBER.search(body) else None
        value = json.loads(
            text, parse_constant=_constant, parse_float=_decimal, parse_int=whole, object_pairs_hook=_once
        )
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise BadMessage("encoding", "Nội dung không phải UTF-8.", "The content is not UTF-8.", line=line) from None
    except json.JSONDecodeError as error:
        detail = f"JSON sai ở dòng {error.lineno}, cột {error.colno}."
        english = f"Not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise BadMessage("json-invalid", detail, english, line=error.lineno) from None
    except RecursionError:
        raise _too_deep() from None
    if body.count(b"[") + body.count(b"{") > MOST_DEPTH:
        require_shallow(value)
    if _HALF.search(body):
        _require_whole_characters(value)
    return value


def write_json(value: Any) -> bytes:
    """Return *value*, as :func:`read_json` gives it, as UTF-8 without spaces."""
    return orjson.dumps(value, default=_as_written, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def require_shallow(value: Any) -> None:
    """Raise ``json-depth`` unless *value* nests no deeper than is carried."""
    level = [value] if isinstance(value, dict | list) else []
    for _depth in range(MOST_DEPTH):
        if not level:
            return
        level = [
            item
            for group in level
            for item in (group.values() if isinstance(group, dict) else group)
            if isinstance(item, dict | list)
        ]
    if level:
        raise _too_deep()


def _too_deep() -> BadMessage:
    return BadMessage("json-depth", f"JSON lồng quá {MOST_DEPTH} tầng.", f"JSON nests more than {MOST_DEPTH} levels.")


def _as_written(value: object) -> orjson.Fragment:
    if isinstance(value, int | float):
        return orjson.Fragment(text_of(value))
    raise TypeError(f"{type(value).__name__} is not JSON")


def _constant(name: str) -> None:
    raise BadMessage("json-number", f"{name} không phải số trong JSON.", f"{name} is no number in JSON.")


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if isinf(number):
        raise _too_big()
    return number


def _whole(text: str) -> int:
    if len(text) < 19:
        return int(text)
    if len(text) > 310 or isinf(float(text)):
        raise _too_big()
    return Whole(text)


def _too_big() -> BadMessage:
    return BadMessage("json-number", "Có số vượt quá 1e308.", "A number lies beyond 1e308.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = shown(next(name for name, _value in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
        raise BadMessage("json-duplicate", f"Tên “{name}” xuất hiện hai lần.", f"The name “{name}” is given twice.")
    return found


def _require_whole_characters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        detail = "Có nửa ký tự Unicode đứng lẻ."
        raise BadMessage("json-surrogate", detail, "A surrogate stands alone (\\uD800–\\uDFFF).") from None
