"""The types inside a WSDL file: elements and their children, references followed, within bounds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.openapi.shapes import Refused
from core.soap import XSD
from core.text import printable, tidy

MOST_STEPS, MOST_LEVELS = 20_000, 8
_X = f"{{{XSD}}}"
# Named groups and substitutions are rare in services and have more than one reading: what holds them is told.
_UNREAD = frozenset(_X + name for name in ("group", "any", "attribute", "attributeGroup", "anyAttribute"))
_PARTS = frozenset(_X + name for name in ("sequence", "all", "choice"))

QName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Child:
    """An element inside a type; ``node`` is its declaration, ``home`` the namespace it is sent in ("" for none)."""

    name: str
    home: str
    node: Any
    required: bool
    repeated: bool


def qname(node: Any, text: str) -> QName:
    """Return namespace and name of a prefixed name as *node* understands its prefix. Raises :class:`Refused`."""
    prefix, colon, name = text.strip().rpartition(":")
    if colon and prefix not in node.nsmap:
        raise Refused(_("Tiền tố «%(prefix)s» chưa được khai báo") % {"prefix": prefix[:40]}, place(node))
    return node.nsmap.get(prefix if colon else None) or "", name


def place(node: Any) -> str:
    """Return where a node stands."""
    return _("dòng %(line)d") % {"line": node.sourceline or 0}


def documentation(node: Any) -> str:
    """Return what the annotation of a node says, one line, 200 characters at most."""
    found = node.find(f"{_X}annotation/{_X}documentation")
    return tidy(printable("".join(found.itertext())))[:200].strip() if found is not None else ""


class Schemas:
    """The global parts of all schemas of one file, by kind and name."""

    def __init__(self, schemas: list[Any]) -> None:
        self._global: dict[tuple[str, QName], Any] = {}
        self._steps = 0
        for schema in schemas:
            home = schema.get("targetNamespace", "")
            for node in schema.iterchildren("{*}*"):
                self._take(node, home)

    def _take(self, node: Any, home: str) -> None:
        kind = node.tag.removeprefix(_X)
        if kind in ("include", "redefine") or (kind == "import" and node.get("schemaLocation")):
            text = _("Tệp tham chiếu tệp khác (%(name)s); chép các kiểu vào cùng một tệp rồi gửi lại")
            raise Refused(text % {"name": kind}, place(node))
        if name := node.get("name"):
            self._global[kind, (home, name)] = node

    def element(self, name: QName) -> Any:
        """Return a global element, None where there is none."""
        return self._global.get(("element", name))

    def home_of(self, node: Any) -> Any:
        """Return the schema a node stands in."""
        return next(node.iterancestors(f"{_X}schema"))

    def complex_of(self, node: Any) -> Any:
        """Return the complex type of an element, None for one of text."""
        inline = node.find(f"{_X}complexType")
        if inline is not None:
            return inline
        given = node.get("type")
        return self._global.get(("complexType", qname(node, given))) if given else None

    def base_of(self, node: Any) -> str:
        """Return the built-in type of an element of text, restrictions followed; "" where it cannot be told."""
        simple = node.find(f"{_X}simpleType")
        for _turn in range(MOST_LEVELS):
            if simple is not None:
                node = simple.find(f"{_X}restriction")
                given = node.get("base") if node is not None else None
            else:
                given = node.get("type")
            if not given:
                return ""
            name = qname(node, given)
            if name[0] == XSD:
                return name[1]
            simple = self._global.get(("simpleType", name))
            if simple is None:
                return ""
        return ""

    def children(self, node: Any) -> list[Child]:
        """Return the elements inside an element, in their order. Raises :class:`Refused` for what has no end."""
        kind = self.complex_of(node)
        return [] if kind is None else list(self._inside(kind, required=True, level=0))

    def unread(self, node: Any) -> list[str]:
        """Return the names of parts inside an element's type that are not read."""
        kind = self.complex_of(node)
        if kind is None:
            return []
        return sorted({item.tag.removeprefix(_X) for item in kind.iter("{*}*") if item.tag in _UNREAD})

    def _inside(self, node: Any, *, required: bool, level: int) -> Iterator[Child]:
        if level > MOST_LEVELS:
            raise Refused(_("Kiểu lồng hoặc kế thừa quá sâu"), place(node))
        for item in node.iterchildren("{*}*"):
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise Refused(_("Các kiểu trong tệp quá lớn; tách dịch vụ rồi gửi lại"), place(item))
            if item.tag == f"{_X}element":
                yield self._child(item, required=required)
            elif item.tag in _PARTS:
                still = required and item.tag != f"{_X}choice" and item.get("minOccurs") != "0"
                yield from self._inside(item, required=still, level=level + 1)
            elif item.tag == f"{_X}complexContent":
                yield from self._extended(item, required=required, level=level)

    def _extended(self, node: Any, *, required: bool, level: int) -> Iterator[Child]:
        extension = node.find(f"{_X}extension")
        if extension is None:
            return
        base = self._global.get(("complexType", qname(extension, extension.get("base", ""))))
        if base is not None:
            yield from self._inside(base, required=required, level=level + 1)
        yield from self._inside(extension, required=required, level=level + 1)

    def _child(self, item: Any, *, required: bool) -> Child:
        node, schema = item, self.home_of(item)
        default = schema.get("elementFormDefault", "unqualified")
        qualified = item.get("form", default) == "qualified"
        home = schema.get("targetNamespace", "") if qualified else ""
        name = item.get("name", "")
        if reference := item.get("ref"):
            home, name = qname(item, reference)
            node = self.element((home, name))
            if node is None:
                raise Refused(_("Phần tử «%(name)s» không có trong tệp") % {"name": reference[:60]}, place(item))
        most = item.get("maxOccurs", "1")
        least = item.get("minOccurs", "1")
        return Child(name, home, node, required and least != "0", most not in ("0", "1"))
