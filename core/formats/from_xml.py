"""XML as JSON: the way back of ``to_xml``, and the way of a provider's own plain XML."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from core.formats.json_reading import read_json, require_shallow
from core.formats.names import ARRAY, NAME, NAMESPACE, PREFIX, TEXT, TYPE, is_namespace, unescaped
from core.formats.refusals import BadMessage, shown

_OURS = f"{{{NAMESPACE}}}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MARKS = frozenset({TYPE, ARRAY, NAME})
_BLANK = " \t\r\n"
_NUMBER_SIGNS = frozenset("-0123456789.eE+")
_NO_SCOPE: dict[str | None, str] = {}


def from_xml(element: Any) -> Any:
    """Return the value of an element of ``read_xml``; its own name is not part of it.

    Raises :class:`BadMessage` for what has no equal: text beside elements, elements of one name that do not stand
    together, processing instructions, marks that say something else than the element holds.
    """
    value = _Reader(element).value(element, _NO_SCOPE, "")[0]
    require_shallow(value)
    return value


def name_of(element: Any) -> str:
    """Return the name of an element as it was written, with its prefix. Raises :class:`BadMessage`."""
    tag = element.tag
    local = tag[tag.index("}") + 1 :] if tag[0] == "{" else tag
    if ":" in local:
        raise _undeclared(local, element, "")
    return f"{element.prefix}:{local}" if element.prefix else local


class _Reader:
    """Reads one document; where no namespace but ours is declared nothing asks for namespaces."""

    def __init__(self, root: Any) -> None:
        self._spaces = any(uri != NAMESPACE for _event, (_prefix, uri) in _declarations(root))

    def value(self, element: Any, scope: dict[str | None, str], pointer: str) -> tuple[Any, dict[str, str]]:
        """Return the value of *element* and the marks on it."""
        head: dict[str, Any] = {}
        inside = scope
        if self._spaces:
            inside = element.nsmap
            if inside != scope:
                _declare(head, inside, scope, element, pointer)
        marks = _attributes(head, element, inside, pointer) if element.attrib else {}
        kind = marks.get(TYPE)
        if len(element) == 0:
            return _leaf(kind, element.text or "", head, element, pointer), marks
        if kind == "array" and not head:
            return self._items(element, inside, pointer), marks
        if kind is not None:
            raise _mark_refused(element, pointer)
        return self._members(element, head, inside, pointer), marks

    def _items(self, element: Any, scope: dict[str | None, str], pointer: str) -> list[Any]:
        found = []
        for place, child in enumerate(_children(element, pointer)):
            value, marks = self.value(child, scope, f"{pointer}/{place}")
            if NAME in marks or ARRAY in marks:
                raise _mark_refused(child, pointer)
            found.append(value)
        return found

    def _members(
        self, element: Any, found: dict[str, Any], scope: dict[str | None, str], pointer: str
    ) -> dict[str, Any]:
        last, many = None, False
        for child in _children(element, pointer):
            name = name_of(child)
            value, marks = self.value(child, scope, f"{pointer}/{name}")
            if marks:
                name = _member_name(marks, name, child, pointer)
            if name == last:
                if not many:
                    found[name], many = [found[name]], True
                found[name].append(value)
            elif name in found:
                detail = f"Các phần tử “{shown(name)}” không đứng liền nhau."
                english = f"The elements “{shown(name)}” do not stand together."
                raise _refused("xml-order", detail, english, child, pointer)
            else:
                many = ARRAY in marks
                found[name] = [value] if many else value
            last = name
        return found


def _declarations(root: Any) -> Iterator[Any]:
    return iter(etree.iterwalk(root, events=("start-ns",)))


def _declare(
    head: dict[str, Any], inside: dict[str | None, str], scope: dict[str | None, str], element: Any, pointer: str
) -> None:
    for prefix, uri in inside.items():
        if (prefix == PREFIX) != (uri == NAMESPACE) or (uri and not is_namespace(uri) and uri != NAMESPACE):
            detail = f"Tiền tố “{shown(prefix or '')}” hoặc không gian tên của nó không dùng được ở đây."
            english = f"The prefix “{shown(prefix or '')}” or its namespace cannot be used here."
            raise _refused("xml-namespace", detail, english, element, pointer)
        if uri != NAMESPACE and scope.get(prefix, "") != uri:
            head[f"@xmlns:{prefix}" if prefix else "@xmlns"] = uri


def _attributes(head: dict[str, Any], element: Any, scope: dict[str | None, str], pointer: str) -> dict[str, str]:
    """Put the attributes of *element* into *head*; return the marks."""
    marks: dict[str, str] = {}
    for place, (name, value) in enumerate(element.attrib.items()):
        if name[0] != "{":
            if ":" in name:
                raise _undeclared(name, element, pointer)
            head["@" + name] = value
        elif name.startswith(_OURS):
            marks[name[len(_OURS) :]] = value
        elif name == _XML + "id":
            raise _refused("xml-name", "Không nhận thuộc tính xml:id.", "xml:id is not taken.", element, pointer)
        elif name.startswith(_XML):
            head["@xml:" + name[len(_XML) :]] = value
        else:
            head["@" + _written(name, place, element, scope)] = value
    if not marks.keys() <= _MARKS or marks.get(ARRAY, "true") != "true":
        raise _mark_refused(element, pointer)
    return marks


def _written(name: str, place: int, element: Any, scope: dict[str | None, str]) -> str:
    """Return an attribute's name with the prefix it was written with."""
    uri, local = name[1:].split("}")
    prefixes = [prefix for prefix, known in scope.items() if known == uri and prefix]
    if len(prefixes) == 1:
        return f"{prefixes[0]}:{local}"
    return str(element.xpath(f"name(@*[{place + 1}])"))


def _children(element: Any, pointer: str) -> Iterator[Any]:
    """Give the elements inside; between them only white space may stand."""
    mixed = element.text is not None and element.text.strip(_BLANK)
    for child in element:
        if not isinstance(child.tag, str):
            detail, english = "Có chỉ thị xử lý (<?…?>).", "There is a processing instruction."
            raise _refused("xml-instruction", detail, english, child, pointer)
        yield child
        mixed = mixed or (child.tail is not None and child.tail.strip(_BLANK))
        if mixed:
            break
    if mixed:
        detail, english = "Văn bản đứng lẫn với phần tử con.", "Text stands beside elements."
        raise _refused("xml-mixed", detail, english, element, pointer)


def _leaf(kind: str | None, text: str, head: dict[str, Any], element: Any, pointer: str) -> Any:
    """Return the value of an element without elements."""
    if kind in ("object", "array"):
        if text.strip(_BLANK) or (head and kind == "array"):
            raise _mark_refused(element, pointer)
        return head if kind == "object" else []
    value = text if kind is None else _typed(kind, text, element, pointer)
    if not head:
        return value
    if value != "":
        head[TEXT] = value
    return head


def _typed(kind: str, text: str, element: Any, pointer: str) -> Any:
    if kind == "null" and not text.strip(_BLANK):
        return None
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    try:
        if kind == "number" and text and _NUMBER_SIGNS.issuperset(text):
            return read_json(text.encode("ascii"))
        if kind == "escaped":
            return unescaped(text)
    except ValueError:
        raise _mark_refused(element, pointer) from None
    raise _mark_refused(element, pointer)


def _member_name(marks: dict[str, str], name: str, child: Any, pointer: str) -> str:
    try:
        return unescaped(marks[NAME]) if NAME in marks else name
    except ValueError:
        raise _mark_refused(child, pointer) from None


def _mark_refused(element: Any, pointer: str) -> BadMessage:
    detail = f"Thuộc tính {PREFIX}: không khớp nội dung phần tử."
    return _refused("xml-mark", detail, f"The {PREFIX}: attributes do not fit the element.", element, pointer)


def _undeclared(name: str, element: Any, pointer: str) -> BadMessage:
    # The parser forgets this error where another one follows.
    detail = f"Tiền tố của “{shown(name)}” chưa được khai báo."
    return _refused("xml-namespace", detail, f"The prefix of “{shown(name)}” is not declared.", element, pointer)


def _refused(code: str, detail: str, english: str, element: Any, pointer: str) -> BadMessage:
    return BadMessage(code, detail, english, pointer=pointer, line=element.sourceline or 0)
