"""XML as JSON: the way back of ``to_xml``, and the way of a provider's own plain XML."""

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
Scope = dict[str | None, str]
_NO_SCOPE: Scope = {}
_NO_MARKS: dict[str, str] = {}


def from_xml(element: Any) -> Any:
    """Return the value of an element of ``read_xml``; its own name is not part of it.

    Raises :class:`BadMessage` for what has no equal: text beside elements, elements of one name that do not stand
    together, processing instructions, marks that say something else than the element holds.
    """
    # Where no namespace but ours is declared nothing asks for namespaces again.
    declared = etree.iterwalk(element, events=("start-ns",))
    spaces = any(uri != NAMESPACE for _event, (_prefix, uri) in declared)
    value = _Reader(spaces).value(element, _NO_SCOPE)[0]
    require_shallow(value)
    return value


def name_of(element: Any) -> str:
    """Return the name of an element as it was written, with its prefix. Raises :class:`BadMessage`."""
    tag = element.tag
    local = tag[tag.index("}") + 1 :] if tag[0] == "{" else tag
    if ":" in local:
        raise _undeclared(local, element)
    return f"{element.prefix}:{local}" if element.prefix else local


class _Reader:
    """Reads the elements of one document; ``spaces`` says whether it declares namespaces."""

    def __init__(self, spaces: bool) -> None:
        self._spaces = spaces

    def value(self, element: Any, scope: Scope) -> tuple[Any, dict[str, str]]:
        """Return the value of *element* and the marks on it."""
        head: dict[str, Any] = {}
        if self._spaces:
            inside = element.nsmap
            if inside != scope:
                _declare(head, inside, scope, element)
                scope = inside
        attributes = element.items()
        marks = _attributes(head, attributes, element, scope) if attributes else _NO_MARKS
        kind = marks.get(TYPE)
        if len(element) == 0:
            return _leaf(kind, element.text or "", head, element), marks
        if kind == "array" and not head:
            return self._items(element, scope), marks
        if kind is not None:
            raise _mark_refused(element)
        return self._members(element, head, scope), marks

    def _items(self, element: Any, scope: Scope) -> list[Any]:
        found = []
        _require_blank(element.text, element)
        for child in element:
            _require_element(child)
            value, marks = self.value(child, scope)
            if NAME in marks or ARRAY in marks:
                raise _mark_refused(child)
            found.append(value)
            _require_blank(child.tail, element)
        return found

    def _members(self, element: Any, found: dict[str, Any], scope: Scope) -> dict[str, Any]:
        last, many = None, False
        _require_blank(element.text, element)
        for child in element:
            _require_element(child)
            value, marks = self.value(child, scope)
            name = _member_name(marks[NAME], child) if NAME in marks else name_of(child)
            if name == last:
                if not many:
                    found[name], many = [found[name]], True
                found[name].append(value)
            elif name in found:
                detail = f"Các phần tử “{shown(name)}” không đứng liền nhau."
                raise _refused("xml-order", detail, f"The elements “{shown(name)}” do not stand together.", child)
            else:
                many = ARRAY in marks
                found[name] = [value] if many else value
                last = name
            _require_blank(child.tail, element)
        return found


def _declare(head: dict[str, Any], inside: Scope, scope: Scope, element: Any) -> None:
    """Put what *element* declares into *head*."""
    for prefix, uri in inside.items():
        if uri == NAMESPACE:
            continue  # our marks, under whatever prefix
        if prefix == PREFIX or (uri and not is_namespace(uri)):
            named = shown(prefix or "")
            detail = f"Tiền tố “{named}” hoặc không gian tên của nó không dùng được ở đây."
            raise _refused("xml-namespace", detail, f"The prefix “{named}” or its namespace cannot be used.", element)
        if scope.get(prefix, "") != uri:
            head[f"@xmlns:{prefix}" if prefix else "@xmlns"] = uri


def _attributes(head: dict[str, Any], attributes: list[tuple[str, str]], element: Any, scope: Scope) -> dict[str, str]:
    """Put the attributes of *element* into *head*; return the marks."""
    marks: dict[str, str] = {}
    for place, (name, value) in enumerate(attributes):
        if name[0] != "{":
            if ":" in name:
                raise _undeclared(name, element)
            head["@" + name] = value
        elif name.startswith(_OURS):
            marks[name[len(_OURS) :]] = value
        elif name == _XML + "id":
            raise _refused("xml-name", "Không nhận thuộc tính định danh của XML.", "xml:id is not taken.", element)
        elif name.startswith(_XML):
            head["@xml:" + name[len(_XML) :]] = value
        else:
            head["@" + _written(name, place, element, scope)] = value
    if not marks.keys() <= _MARKS or marks.get(ARRAY, "true") != "true":
        raise _mark_refused(element)
    return marks


def _written(name: str, place: int, element: Any, scope: Scope) -> str:
    """Return an attribute's name with the prefix it was written with."""
    uri, local = name[1:].split("}")
    prefixes = [prefix for prefix, known in scope.items() if known == uri and prefix]
    if len(prefixes) == 1:
        return f"{prefixes[0]}:{local}"
    return str(element.xpath(f"name(@*[{place + 1}])"))


def _require_element(child: Any) -> None:
    if not isinstance(child.tag, str):
        raise _refused("xml-instruction", "Có chỉ thị xử lý (<?…?>).", "There is a processing instruction.", child)


def _require_blank(text: str | None, element: Any) -> None:
    """Between elements only white space may stand."""
    if text and text.strip(_BLANK):
        detail, english = "Văn bản đứng lẫn với phần tử con.", "Text stands beside elements."
        raise _refused("xml-mixed", detail, english, element)


def _leaf(kind: str | None, text: str, head: dict[str, Any], element: Any) -> Any:
    """Return the value of an element without elements."""
    if kind in ("object", "array"):
        if text.strip(_BLANK) or (head and kind == "array"):
            raise _mark_refused(element)
        return head if kind == "object" else []
    value = text if kind is None else _typed(kind, text, element)
    if not head:
        return value
    if value != "":
        head[TEXT] = value
    return head


def _typed(kind: str, text: str, element: Any) -> Any:
    if kind == "null" and not text.strip(_BLANK):
        return None
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    try:
        if kind == "number" and text and _NUMBER_SIGNS.issuperset(text):
            return int(text) if text.isdigit() and len(text) < 19 and text[0] != "0" else read_json(text.encode())
        if kind == "escaped":
            return unescaped(text)
    except ValueError:
        raise _mark_refused(element) from None
    raise _mark_refused(element)


def _member_name(mark: str, child: Any) -> str:
    try:
        return unescaped(mark)
    except ValueError:
        raise _mark_refused(child) from None


def _mark_refused(element: Any) -> BadMessage:
    detail = f"Thuộc tính {PREFIX}: không khớp nội dung phần tử."
    return _refused("xml-mark", detail, f"The {PREFIX}: attributes do not fit the element.", element)


def _undeclared(name: str, element: Any) -> BadMessage:
    # The parser forgets this error where another one follows.
    detail = f"Tiền tố của “{shown(name)}” chưa được khai báo."
    return _refused("xml-namespace", detail, f"The prefix of “{shown(name)}” is not declared.", element)


def _refused(code: str, detail: str, english: str, element: Any) -> BadMessage:
    return BadMessage(code, detail, english, pointer=_pointer(element), line=element.sourceline or 0)


def _pointer(element: Any) -> str:
    """Return the way from the root to *element*: names, and the place among elements of one name (RFC 6901)."""
    steps: list[str] = []
    while (parent := element.getparent()) is not None:
        tag = element.tag
        if isinstance(tag, str):
            before = sum(1 for _ in element.itersiblings(tag, preceding=True))
            if before or next(element.itersiblings(tag), None) is not None:
                steps.append(str(before))
            steps.append(shown(tag.rpartition("}")[2]).replace("~", "~0").replace("/", "~1"))
        element = parent
    return "".join(f"/{step}" for step in reversed(steps))
