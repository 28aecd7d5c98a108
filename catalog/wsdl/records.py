"""What a request must hold and where in an answer the records lie, from the types of their elements."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.elements import Field
from catalog.openapi.schemas import NAME
from catalog.openapi.shapes import MAX_FIELDS
from catalog.soap import MAX_LEVELS, MAX_PARAMETERS
from catalog.wsdl.schemas import Child, Schemas, documentation, place

_MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}\Z")
_INTEGERS = frozenset(
    {"integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger"}
    | {"nonPositiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"}
)
_TYPES = {
    **dict.fromkeys(_INTEGERS, gettext_lazy("số nguyên")),
    **dict.fromkeys(("decimal", "double", "float"), gettext_lazy("số")),
    "boolean": gettext_lazy("đúng/sai"),
    "date": gettext_lazy("ngày"),
    "dateTime": gettext_lazy("ngày giờ"),
    **dict.fromkeys(("base64Binary", "hexBinary"), gettext_lazy("tệp")),
}
MAX_RECORD_LEVELS = 4
Note = Callable[..., None]


class Messages:
    """Reads requests and answers; *note* takes each problem (node, text, is_error)."""

    def __init__(self, schemas: Schemas, note: Note) -> None:
        self.schemas, self.note = schemas, note

    def request(self, element: Any, namespace: str) -> tuple[str, bool, bool]:
        """Return the parameter lines of a request element, whether its children carry the namespace, and whether all
        that is sent are single values.
        """
        if self.schemas.complex_of(element) is None:
            self.note(element, _("Phần tử yêu cầu phải có kiểu phức hợp gồm các phần tử con"), is_error=True)
            return "", True, False
        self._tell_unread(element)
        lines, homes, single = [], set(), True
        for path, child, deep in self._leaves(element, (), ()):
            homes.add(child.home)
            single = single and not deep and not child.repeated
            mark = "!" if child.required else ""
            lines.append(f"{'/'.join(path)} = .{'.'.join(path)}{mark}")
            if deep:
                text = _("«%(name)s» lặp hoặc lồng sâu: các phần tử con gửi theo thứ tự bên gọi ghi trong JSON")
                self.note(child.node, text % {"name": child.name}, is_error=False)
        if homes - {namespace, ""} or len(homes) > 1:
            text = _("Phần tử con thuộc nhiều không gian tên khác nhau; nền tảng gửi tất cả trong một không gian tên")
            self.note(element, text, is_error=True)
        if len(lines) > MAX_PARAMETERS:
            self.note(element, _("Một yêu cầu có tối đa %(n)d phần tử") % {"n": MAX_PARAMETERS}, is_error=True)
        return "\n".join(lines), homes != {""}, single

    def _leaves(
        self, element: Any, path: tuple[str, ...], types: tuple[Any, ...]
    ) -> Iterator[tuple[tuple[str, ...], Child, bool]]:
        """Give path and child of what is sent whole; the last says that it has parts of its own."""
        for child in self.schemas.children(element):
            if not _MEMBER.match(child.name):
                self._tell_name(child)
                continue
            here, kind = (*path, child.name), self.schemas.complex_of(child.node)
            inside = kind is not None and not child.repeated and kind not in types and len(here) < MAX_LEVELS
            if inside and self.schemas.children(child.node):
                yield from self._leaves(child.node, here, (*types, kind))
            else:
                yield here, child, kind is not None

    def answer(self, element: Any, name: str) -> tuple[str, str, str, tuple[Field, ...]]:
        """Return the response path, the record path, the repeated names and the fields of an answer element."""
        self._tell_unread(element)
        path, node = [name], element
        while len(path) < MAX_LEVELS:
            inside = self.schemas.children(node)
            if len(inside) != 1 or inside[0].repeated or self.schemas.complex_of(inside[0].node) is None:
                break
            path.append(inside[0].name)
            node = inside[0].node
        repeated = list(self._repeated(node, (), ()))
        many = dict(repeated)
        lists = [
            (where, child)
            for where, child in repeated
            if self.schemas.complex_of(child.node) is not None
            and not any(where[:length] in many for length in range(1, len(where)))
        ]
        record_path, record = ("", node) if len(lists) != 1 else (".".join(lists[0][0]), lists[0][1].node)
        names = ", ".join(".".join(where) for where, _child in repeated)
        return "/".join(path), record_path, names, self._fields(record)

    def _repeated(
        self, node: Any, path: tuple[str, ...], types: tuple[Any, ...]
    ) -> Iterator[tuple[tuple[str, ...], Child]]:
        for child in self.schemas.children(node):
            here, kind = (*path, child.name), self.schemas.complex_of(child.node)
            if not _MEMBER.match(child.name):
                continue
            if child.repeated:
                yield here, child
            if kind is not None and kind not in types and len(here) < MAX_RECORD_LEVELS:
                yield from self._repeated(child.node, here, (*types, kind))

    def _fields(self, record: Any) -> tuple[Field, ...]:
        children = self.schemas.children(record)
        if len(children) > MAX_FIELDS:
            text = _("Bản ghi có %(n)d trường, tối đa %(most)d")
            self.note(record, text % {"n": len(children), "most": MAX_FIELDS}, is_error=True)
            return ()
        found = []
        for child in children:
            if not NAME.match(child.name):
                self._tell_name(child)
                continue
            found.append(Field(child.name, documentation(child.node), self._type(child)))
        unsaid = [item.name for item in found if not item.label]
        if unsaid:
            text = _("Trường chưa có mô tả: %(names)s")
            self.note(record, text % {"names": ", ".join(unsaid[:8])}, is_error=False)
        return tuple(found)

    def _type(self, child: Child) -> str:
        if child.repeated:
            return _("danh sách")
        if self.schemas.complex_of(child.node) is not None:
            return _("đối tượng")
        return str(_TYPES.get(self.schemas.base_of(child.node), _("chuỗi")))

    def _tell_name(self, child: Child) -> None:
        text = _("Tên trường «%(name)s» chỉ gồm chữ không dấu, số và dấu gạch dưới, không bắt đầu bằng số")
        self.note(child.node, text % {"name": child.name[:60]}, is_error=True)

    def _tell_unread(self, element: Any) -> None:
        if unread := self.schemas.unread(element):
            text = _("Các phần sau của kiểu không được đọc (%(where)s): %(names)s")
            said = {"where": place(element), "names": ", ".join(unread)}
            self.note(element, text % said, is_error=False)
