"""From YAML to a document, event by event: no tags of others, no bombs of aliases, no key twice.

Built from the parser's events and not by PyYAML's constructors: those recurse, merge, and read dates and "no" as
something else than text. Only null, true, false and numbers are read; everything else is text (YAML 1.2 core).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from django.utils.translation import gettext as _

from catalog.openapi.shapes import MAX_DEPTH, MAX_NODES, Refused

MAX_ALIASES = 100
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"[-+]?([0-9]{1,40}\.[0-9]{0,40}|\.[0-9]{1,40})([eE][-+]?[0-9]{1,3})?\Z")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")} | {"!"}


@dataclass(slots=True)
class _Open:
    """A mapping or list being built; ``size`` and ``height`` count what it expands to."""

    value: Any
    anchor: str | None
    key: str | None = None
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _Builder:
    """What was built so far."""

    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int, int]] = field(default_factory=dict)
    root: Any = None
    documents: int = 0
    aliases: int = 0

    def take(self, event: Any) -> None:
        """Go on with *event*."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise Refused(_("Tệp YAML chứa nhiều tài liệu (---); chỉ gửi một"))
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.stack.pop()
            self._put(done.value, done.size, done.height, done.anchor, event)

    def _open(self, event: Any) -> None:
        _require_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise _too_deep(event)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _at(_("Khóa phải là chữ, không phải đối tượng hay danh sách"), event)
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open({} if mapping else [], event.anchor))

    def _scalar(self, event: Any) -> None:
        _require_tag(event)
        inside = self.stack[-1] if self.stack else None
        if inside is not None and isinstance(inside.value, dict) and inside.key is None:
            if event.value == "<<":
                raise _at(_("Khóa gộp «<<» không được nhận; ghi đủ nội dung"), event)
            if event.value in inside.value:
                text = _("Khóa «%(name)s» được ghi hai lần trong cùng một đối tượng; bỏ một")
                raise _at(text % {"name": event.value[:60]}, event)
            inside.key = event.value
            return
        self._put(_plain(event), 1, 0, event.anchor, event)

    def _alias(self, event: Any) -> None:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise _at(_("Tệp YAML dùng quá nhiều bí danh (*); ghi đủ nội dung hoặc dùng tham chiếu"), event)
        if event.anchor not in self.anchors:
            text = _("Bí danh «*%(name)s» trỏ tới nội dung không có hoặc chứa chính nó")
            raise _at(text % {"name": event.anchor[:60]}, event)
        value, size, height = self.anchors[event.anchor]
        self._put(value, size, height, None, event)

    def _put(self, value: Any, size: int, height: int, anchor: str | None, event: Any) -> None:
        """Place *value*, done, where it belongs; what it expands to counts."""
        if anchor:
            self.anchors[anchor] = (value, size, height)
        if not self.stack:
            self.root = value
            return
        outer = self.stack[-1]
        outer.size, outer.height = outer.size + size, max(outer.height, height + 1)
        if outer.size > MAX_NODES:
            raise _at(_("Tệp có quá nhiều phần tử; tách dịch vụ hoặc bỏ phần ví dụ rồi gửi lại"), event)
        if len(self.stack) + height > MAX_DEPTH:
            raise _too_deep(event)
        if isinstance(outer.value, list):
            outer.value.append(value)
        elif outer.key is None:
            raise _at(_("Khóa phải là chữ, không phải đối tượng hay danh sách"), event)
        else:
            outer.value[outer.key] = value
            outer.key = None


def read_yaml(text: str) -> Any:
    """Return what *text* says. Raises :class:`Refused`."""
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = _(" ở dòng %(line)d, cột %(column)d") if mark else ""
        said = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        raise Refused(_("Tệp hỏng, không đọc được thành JSON hay YAML") + where % said) from error
    return builder.root


def _events(text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=_LOADER)


def _plain(event: Any) -> Any:
    """Return the value of a scalar: text unless it is written bare and is one of the few words or a number."""
    if event.style or not event.implicit[0]:
        return event.value
    if event.value in _WORDS:
        return _WORDS[event.value]
    if _INTEGER.match(event.value):
        return int(event.value)
    return float(event.value) if _DECIMAL.match(event.value) else event.value


def _require_tag(event: Any) -> None:
    if event.tag is not None and event.tag not in _TAGS:
        raise _at(_("Thẻ «%(tag)s» không được nhận; bỏ thẻ") % {"tag": event.tag[:60]}, event)


def _at(text: str, event: Any) -> Refused:
    return Refused(_("Dòng %(line)d: %(text)s") % {"line": event.start_mark.line + 1, "text": text})


def _too_deep(event: Any) -> Refused:
    return _at(_("lồng quá %(most)d cấp; tách lược đồ ra phần dùng chung rồi gửi lại") % {"most": MAX_DEPTH}, event)
