"""From a WSDL 1.1 file to operations, with what is wrong at which line."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from catalog.openapi.operations import code_of
from catalog.openapi.shapes import MAX_BYTES, MAX_OPERATIONS, MAX_PROBLEMS, Description, Operation, Problem, Refused
from catalog.soap import NAME, Soap, faults_of
from catalog.wsdl.choices import DEED
from catalog.wsdl.records import Messages
from catalog.wsdl.schemas import Schemas, place, qname
from core.formats import BadMessage, read_xml
from core.soap import XSD
from core.text import printable, tidy

WSDL = "http://schemas.xmlsoap.org/wsdl/"
BINDINGS = {"http://schemas.xmlsoap.org/wsdl/soap/": "1.1", "http://schemas.xmlsoap.org/wsdl/soap12/": "1.2"}
RELEASE = "WSDL 1.1"
_W = f"{{{WSDL}}}"
_OTHERS = {"http://www.w3.org/ns/wsdl": "WSDL 2.0"}


@dataclass(frozen=True, slots=True)
class _Bound:
    """An operation of a binding: its node, its SOAP version and action, and the path its port names."""

    node: Any
    kind: Any
    soap: str
    uri: str
    path: str


def describe(content: bytes) -> Description:
    """Return what a WSDL file says. Raises :class:`Refused` where it cannot be read at all."""
    if len(content) > MAX_BYTES:
        raise Refused(_("Tệp lớn hơn 2 MB; tách dịch vụ hoặc bỏ phần ví dụ rồi gửi lại"))
    try:
        root = read_xml(content)
    except BadMessage as bad:
        where = _("dòng %(line)d") % {"line": bad.line} if bad.line else ""
        text = _("Tệp XML không được nhận: sai cú pháp, có khai báo kiểu tài liệu (DTD) hoặc lồng quá sâu")
        raise Refused(text, where) from bad
    space, _brace, name = root.tag.removeprefix("{").rpartition("}")
    if space in _OTHERS:
        raise Refused(_("%(name)s chưa nhận; chỉ nhận WSDL 1.1") % {"name": _OTHERS[space]})
    if (space, name) != (WSDL, "definitions"):
        raise Refused(_("Tệp không phải mô tả WSDL 1.1: phần tử gốc là «%(name)s»") % {"name": name[:60]})
    outside = root.find(f"{_W}import")
    if outside is not None:
        text = _("Tệp tham chiếu tệp khác (%(name)s); chép các kiểu vào cùng một tệp rồi gửi lại")
        raise Refused(text % {"name": "import"}, place(outside))
    return _Reading(root).done()


class _Reading:
    """One file being read."""

    def __init__(self, root: Any) -> None:
        self.root, self.home = root, root.get("targetNamespace", "")
        self.schemas = Schemas(root.findall(f"{_W}types/{{{XSD}}}schema"))
        self.problems: list[Problem] = []
        self.messages = Messages(self.schemas, self.note)

    def note(self, node: Any, text: str, *, is_error: bool) -> None:
        """Keep a problem."""
        self.problems.append(Problem(place(node), text, is_error))

    def done(self) -> Description:
        """Read everything."""
        bound = self._bound()
        if len(bound) > MAX_OPERATIONS:
            text = _("Tệp có %(n)d thao tác, tối đa %(most)d; tách thành nhiều dịch vụ")
            raise Refused(text % {"n": len(bound), "most": MAX_OPERATIONS})
        operations = [made for item in bound.values() if (made := self._operation(item)) is not None]
        if not operations and not any(item.is_error for item in self.problems):
            self.note(self.root, _("Tệp không có thao tác SOAP nào dạng document/literal"), is_error=True)
        problems = sorted(dict.fromkeys(self.problems), key=lambda item: not item.is_error)
        service = self.root.find(f"{_W}service")
        title = self.root.get("name") or (service.get("name") if service is not None else "") or ""
        return Description(RELEASE, tidy(printable(title))[:300], tuple(operations), tuple(problems[:MAX_PROBLEMS]))

    def _bound(self) -> dict[str, _Bound]:
        """Return the operations by code; of one bound twice, SOAP 1.1 is taken."""
        found: dict[str, _Bound] = {}
        bindings = {(self.home, node.get("name")): node for node in self.root.findall(f"{_W}binding")}
        kinds = {(self.home, node.get("name")): node for node in self.root.findall(f"{_W}portType")}
        for port in self.root.findall(f"{_W}service/{_W}port"):
            binding = bindings.get(qname(port, port.get("binding", "")))
            kind = kinds.get(qname(binding, binding.get("type", ""))) if binding is not None else None
            uri = self._uri(binding)
            if binding is None or kind is None or not uri:
                text = _("Cổng «%(name)s» không dùng SOAP nên bỏ qua")
                self.note(port, text % {"name": port.get("name")}, is_error=False)
                continue
            path = self._path(port, uri)
            for node in binding.findall(f"{_W}operation"):
                code = code_of(node.get("name", ""))
                if code not in found or BINDINGS[uri] < found[code].soap:
                    found[code] = _Bound(node, kind, BINDINGS[uri], uri, path)
        return found

    @staticmethod
    def _in(node: Any, uri: str, name: str) -> Any:
        return node.find(f"{{{uri}}}{name}")

    def _uri(self, binding: Any) -> str:
        """Return the namespace of the SOAP a binding speaks, "" for another protocol."""
        found = [one for one in BINDINGS if binding is not None and self._in(binding, one, "binding") is not None]
        return found[0] if found else ""

    def _path(self, port: Any, uri: str) -> str:
        address = port.find(f"{{{uri}}}address")
        location = address.get("location", "") if address is not None else ""
        text = _("Địa chỉ máy chủ trong tệp không được dùng; địa chỉ gốc nhập riêng, không kèm đường dẫn này")
        self.note(port, text, is_error=False)
        parts = urlsplit(location)
        return "" if parts.path in ("", "/") else parts.path + (f"?{parts.query}" if parts.query else "")

    def _operation(self, bound: _Bound) -> Operation | None:
        name = bound.node.get("name", "")
        asked, answered = self._elements(bound, name)
        if asked is None or answered is None:
            return None
        (home, request, element), (_home, response, answer) = asked, answered
        parameters, qualified, single = self.messages.request(element, home)
        path, record_path, repeated, fields = self.messages.answer(answer, response)
        operation = self._in(bound.node, bound.uri, "operation")
        action = operation.get("soapAction", "") if operation is not None else ""
        soap = Soap(bound.soap, bound.path, action, home, request, qualified, parameters, path, repeated)
        code = code_of(name)
        template = f"/{code}"
        for texts in faults_of(soap, DEED, template).values():
            for text in texts:
                self.note(bound.node, text, is_error=True)
        title = self._title(bound.kind, name)
        return Operation(code, title, DEED, template, record_path, fields, place(bound.node), soap, readable=single)

    def _title(self, kind: Any, name: str) -> str:
        operation = self._named(kind, name)
        said = operation.find(f"{_W}documentation") if operation is not None else None
        text = tidy(printable("".join(said.itertext())))[:200].strip() if said is not None else ""
        if not text:
            self.note(kind, _("Thao tác «%(name)s» chưa có tên bằng tiếng Việt") % {"name": name}, is_error=False)
        return text or name

    def _named(self, kind: Any, name: str) -> Any:
        return next((item for item in kind.findall(f"{_W}operation") if item.get("name") == name), None)

    def _elements(self, bound: _Bound, name: str) -> tuple[Any, Any]:
        """Return namespace, name and declaration of what asks and of what answers, None for what is not to be had."""
        operation = self._named(bound.kind, name)
        style = self._in(bound.node, bound.uri, "operation")
        binding = self._in(bound.node.getparent(), bound.uri, "binding")
        said = (style.get("style") if style is not None else None) or binding.get("style") or "document"
        literal = all(item.get("use") == "literal" for item in bound.node.iter(f"{{{bound.uri}}}body"))
        if said != "document" or not literal or not code_of(name) or not NAME.match(name):
            text = _("Thao tác «%(name)s» không dùng kiểu document/literal nên chưa nhận")
            self.note(bound.node, text % {"name": name[:60]}, is_error=True)
            return None, None
        if operation is None:
            self.note(bound.node, _("Thao tác «%(name)s» không có trong portType") % {"name": name}, is_error=True)
            return None, None
        return self._element(operation, "input"), self._element(operation, "output")

    def _element(self, operation: Any, side: str) -> Any:
        given = operation.find(f"{_W}{side}")
        wanted = qname(given, given.get("message", ""))[1] if given is not None else ""
        message = next((item for item in self.root.findall(f"{_W}message") if item.get("name") == wanted), None)
        parts = message.findall(f"{_W}part") if message is not None else []
        name = qname(parts[0], parts[0].get("element", "")) if len(parts) == 1 else ("", "")
        element = self.schemas.element(name)
        if element is None or not NAME.match(name[1]):
            text = _("Thao tác «%(name)s» cần đúng một phần tử ở «%(side)s», khai báo trong tệp")
            self.note(operation, text % {"name": operation.get("name"), "side": side}, is_error=True)
            return None
        return name[0], name[1], element
