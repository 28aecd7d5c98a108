"""From bytes to a document: JSON or YAML in UTF-8, within bounds."""

import json
import re
from typing import Any

from django.utils.translation import gettext as _

from catalog.openapi.shapes import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, Refused
from catalog.openapi.yaml_reading import read_yaml

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|,', re.DOTALL)


def read(content: bytes) -> Document:
    """Return what *content* says. Raises :class:`Refused` with place and reason; costs at most about a second."""
    text = _decoded(content)
    start = text.lstrip()[:1]
    found = _read_json(text) if start in ("{", "[") else read_yaml(text)
    if not isinstance(found, dict):
        raise Refused(_("Tệp không phải mô tả OpenAPI: nội dung phải là một đối tượng"))
    return found


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise Refused(_("Tệp rỗng, hãy chọn lại"))
    if len(content) > MAX_BYTES:
        raise Refused(_("Tệp lớn hơn 2 MB; tách dịch vụ hoặc bỏ phần ví dụ rồi gửi lại"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(_("Tệp mã hóa UTF-16; lưu lại bằng UTF-8 rồi gửi lại"))
    if b"\0" in content:
        raise Refused(_("Tệp chứa ký tự số 0 nên không phải văn bản; lưu lại bằng UTF-8 rồi gửi lại"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        text = _("Tệp không phải UTF-8 (dòng %(line)d); lưu lại bằng UTF-8 rồi gửi lại")
        raise Refused(text % {"line": line}) from error


def _read_json(text: str) -> Any:
    _measure(text)
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        # A flow mapping of YAML begins like JSON.
        if text.lstrip().startswith("{") and not _TEXT.match(text.lstrip()[1:].lstrip()):
            return read_yaml(text)
        said = {"line": error.lineno, "column": error.colno}
        raise Refused(_("Tệp JSON hỏng ở dòng %(line)d, cột %(column)d") % said) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("Tệp JSON chứa số quá lớn hoặc lồng quá sâu")) from error


def _measure(text: str) -> None:
    """Refuse what nests too deep or holds too much before anything is built of it."""
    depth = nodes = 0
    for match in _BRACKET.finditer(text):
        mark = match.group()
        if mark in ("{", "["):
            depth, nodes = depth + 1, nodes + 1
            if depth > MAX_DEPTH:
                raise too_deep(text.count("\n", 0, match.start()) + 1)
        elif mark in ("}", "]"):
            depth -= 1
        elif mark == ",":
            nodes += 1
    if nodes > MAX_NODES:
        raise too_much()


def too_deep(line: int) -> Refused:
    """Return the refusal of what nests too deep at *line*."""
    said = {"line": line, "most": MAX_DEPTH}
    return Refused(_("Tệp lồng quá %(most)d cấp (dòng %(line)d); tách lược đồ ra phần dùng chung rồi gửi lại") % said)


def too_much() -> Refused:
    """Return the refusal of what holds too many parts."""
    return Refused(_("Tệp có quá nhiều phần tử; tách dịch vụ hoặc bỏ phần ví dụ rồi gửi lại"))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        name = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(_("Khóa «%(name)s» được ghi hai lần trong cùng một đối tượng; bỏ một") % {"name": name[:60]})
    return found


def _constant(name: str) -> Any:
    raise Refused(_("Giá trị %(name)s không có trong JSON; bỏ hoặc ghi một số") % {"name": name})
