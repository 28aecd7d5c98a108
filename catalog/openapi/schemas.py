"""From the schema of an answer to where its records lie and what fields they have."""

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.choices import ElementClass
from catalog.elements import Field
from catalog.openapi.references import Resolver
from catalog.openapi.shapes import MAX_FIELDS, Place
from core.text import fold, printable, tidy

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")
# Properties that wrap the records of an answer, the likeliest first.
WRAPPERS = (
    *("data", "items", "records", "results", "result", "content", "rows", "list"),
    *("du_lieu", "ket_qua", "danh_sach", "ban_ghi"),
)
MAX_WRAPS, MAX_PARTS = 3, 16
_TYPES = {
    "string": gettext_lazy("chuỗi"),
    "integer": gettext_lazy("số nguyên"),
    "number": gettext_lazy("số"),
    "boolean": gettext_lazy("đúng/sai"),
    "object": gettext_lazy("đối tượng"),
    "array": gettext_lazy("danh sách"),
}
_FORMATS = {
    "date": gettext_lazy("ngày"),
    "date-time": gettext_lazy("ngày giờ"),
    "binary": gettext_lazy("tệp"),
    "byte": gettext_lazy("tệp"),
}
CLASS_KEY = "x-data-class"

Trail = frozenset[str]
Node = tuple[Any, Place, Trail]
Note = Callable[..., None]


class Records:
    """Reads the schemas of one document; *note* takes each problem (place, text, is_error)."""

    def __init__(self, resolver: Resolver, note: Note) -> None:
        self.resolver, self.note = resolver, note

    def of(self, schema: Any, place: Place) -> tuple[str, tuple[Field, ...]]:
        """Return the record path and the fields of an answer with *schema* ("" and no fields where it has none)."""
        node = self.resolver.follow(schema, place)
        path: list[str] = []
        for _turn in range(MAX_WRAPS):
            node = self.item(node)
            properties = self.properties(node)
            wrapper = next((name for name in WRAPPERS if self._wraps(properties.get(name))), "")
            if not wrapper:
                break
            path.append(wrapper)
            node = properties[wrapper]
        node = self.item(node)
        return ".".join(path), self._fields(self.properties(node), node[1])

    def item(self, node: Node) -> Node:
        """Return the schema of one record where *node* is a list of them."""
        schema, place, trail = node
        if isinstance(schema, dict) and "items" in schema:
            return self.resolver.follow(schema["items"], (*place, "items"), trail)
        return node

    def _wraps(self, node: Node | None) -> bool:
        return node is not None and bool(self.properties(self.item(node)))

    def properties(self, node: Node, depth: int = 0) -> dict[str, Node]:
        """Return the properties of a schema with those of its parts (allOf, oneOf, anyOf), references followed."""
        schema, place, trail = node
        found: dict[str, Node] = {}
        if not isinstance(schema, dict) or depth > MAX_PARTS:
            return found
        for word in ("allOf", "oneOf", "anyOf"):
            parts = schema.get(word)
            for number, part in enumerate(parts if isinstance(parts, list) else ()):
                inner = self.resolver.follow(part, (*place, word, number), trail)
                found |= self.properties(inner, depth + 1)
        own = schema.get("properties", {})
        if not isinstance(own, dict):
            self.note((*place, "properties"), _("Mục này phải là một đối tượng"), is_error=True)
            return found
        self.resolver.spend(1 + len(own), place)
        for name, part in own.items():
            found[name] = self.resolver.follow(part, (*place, "properties", name), trail)
        return found

    def _fields(self, properties: dict[str, Node], place: Place) -> tuple[Field, ...]:
        if len(properties) > MAX_FIELDS:
            text = _("Bản ghi có %(n)d trường, tối đa %(most)d")
            self.note(place, text % {"n": len(properties), "most": MAX_FIELDS}, is_error=True)
            return ()
        fields, unsaid = [], []
        for name, (schema, where, _trail) in properties.items():
            if not NAME.match(name):
                text = _("Tên trường «%(name)s» chỉ gồm chữ không dấu, số và dấu gạch dưới, không bắt đầu bằng số")
                self.note(where, text % {"name": name[:60]}, is_error=True)
                continue
            label = said(schema, "description", 200) or said(schema, "title", 200)
            if not label:
                unsaid.append(name)
            fields.append(Field(name, label, self._type(schema), self._class(schema, where)))
        if unsaid:
            text = _("Trường chưa có mô tả: %(names)s")
            self.note(place, text % {"names": ", ".join(unsaid[:8])}, is_error=False)
        foreign = [item.name for item in fields if not vietnamese(item.label)]
        if foreign:
            text = _("Mô tả có vẻ chưa phải tiếng Việt: %(names)s")
            self.note(place, text % {"names": ", ".join(foreign[:8])}, is_error=False)
        return tuple(fields)

    def _type(self, schema: Any) -> str:
        if not isinstance(schema, dict):
            return ""
        kind = schema.get("type")
        kinds = [item for item in kind if item != "null"] if isinstance(kind, list) else [kind]
        name = kinds[0] if kinds and isinstance(kinds[0], str) else "object" if "properties" in schema else ""
        form = schema.get("format")
        if name == "string" and isinstance(form, str) and form in _FORMATS:
            return str(_FORMATS[form])
        return str(_TYPES.get(name, ""))

    def _class(self, schema: Any, place: Place) -> str:
        given = said(schema, CLASS_KEY, 64)
        if not given:
            return ""
        for item in ElementClass:
            if fold(given) in (item.value, fold(str(item.label))):
                return item.value
        known = ", ".join(str(item.label) for item in ElementClass)
        text = _("Phân loại «%(given)s» không có; chọn một trong: %(known)s")
        self.note((*place, CLASS_KEY), text % {"given": given, "known": known}, is_error=True)
        return ""


def said(node: Any, key: str, most: int) -> str:
    """Return the text under *key*, tidy, one line, at most *most* characters; "" where there is none."""
    value = node.get(key) if isinstance(node, dict) else None
    return tidy(printable(value))[:most].strip() if isinstance(value, str) else ""


def vietnamese(text: str) -> bool:
    """Return whether *text* may be Vietnamese: short, without letters, or with a diacritic of ours."""
    return len(text) < 8 or " " not in text or fold(text) != text.lower()
