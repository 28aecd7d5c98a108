"""How an operation is answered by a SOAP provider, as it is entered: judged strictly. Pure functions.

A line of ``parameters`` says where the content of one element of the request comes from, in the order they are sent:
``Code = {code}`` (path), ``Limit = ?limit`` (query), ``Person/Id = .person.id`` (member of the JSON body),
``Channel = "037"`` (always the same), ``RequestId = @request-id``, ``Procedure = @procedure``. A ``!`` at the end
makes a query parameter or member required; without it the element is left out when nothing was given.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.utils.translation import gettext as _

from core.text import fold

VERSIONS = ("1.1", "1.2")
MAX_PARAMETERS, MAX_LEVELS = 100, 6
PLATFORM = ("request-id", "procedure")
_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"
_MEMBER = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"
NAME = re.compile(_NAME + r"\Z")
_LINE = re.compile(rf"(?P<path>{_NAME}(?:/{_NAME}){{0,5}})\s*=\s*(?P<source>.+)")
_SOURCES = {
    "path": re.compile(r"\{([a-z][a-z0-9_]{0,31})\}\Z"),
    "query": re.compile(r"\?([A-Za-z_][A-Za-z0-9_.-]{0,63})(!?)\Z"),
    "body": re.compile(rf"\.({_MEMBER}(?:\.{_MEMBER}){{0,5}})(!?)\Z"),
    "text": re.compile(r'"([^"<>&]{0,200})"\Z'),
    "platform": re.compile(r"@([a-z-]{1,20})\Z"),
}
_RESPONSE = re.compile(rf"{_NAME}(/{_NAME}){{0,5}}\Z")
_REPEATED = re.compile(rf"{_MEMBER}(\.{_MEMBER}){{0,5}}\Z")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?(\?[A-Za-z0-9._~=&-]{1,100})?\Z")
_ADDRESS = re.compile(r"[A-Za-z0-9:/._~%#?&=+,;@!$()*-]{1,200}\Z")
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_WITH_BODY = ("POST", "PUT", "PATCH")

# What a field's type is called, folded, and what its text is then in JSON.
_KINDS = {
    **dict.fromkeys(("so nguyen", "integer", "int", "long"), "integer"),
    **dict.fromkeys(("so", "so thap phan", "number", "decimal", "double"), "number"),
    **dict.fromkeys(("dung/sai", "dung sai", "boolean"), "boolean"),
}

Errors = dict[str, list[str]]


class LineRefused(ValueError):
    """A line says no parameter; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One element of the request: its path below the request element, and ``kind`` and ``name`` of its source.

    ``kind`` is ``path``, ``query``, ``body`` (``name`` is dotted), ``text`` (``name`` is the text) or ``platform``.
    """

    path: tuple[str, ...]
    kind: str
    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class Soap:
    """What the columns ``soap_*`` of an operation hold; ``version`` "" means that the operation speaks REST."""

    version: str = ""
    path: str = ""
    action: str = ""
    namespace: str = ""
    request: str = ""
    qualified: bool = True
    parameters: str = ""
    response: str = ""
    repeated: str = ""


SOAP_FIELDS = tuple(f"soap_{item.name}" for item in fields(Soap))


def soap_of(operation: object) -> Soap:
    """Return what *operation*, a row, holds."""
    return Soap(*(getattr(operation, name) for name in SOAP_FIELDS))


def columns_of(soap: Soap) -> dict[str, object]:
    """Return *soap* by the names of its columns."""
    return {f"soap_{item.name}": getattr(soap, item.name) for item in fields(Soap)}


def kind_of(data_type: str) -> str:
    """Return what text of a field of *data_type* is in JSON: ``integer``, ``number``, ``boolean``, "" for text.

    >>> kind_of("Số nguyên")
    'integer'
    """
    return _KINDS.get(fold(data_type), "")


def read_parameter(line: str) -> Parameter:
    """Return the parameter that *line* says. Raises :class:`LineRefused`."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        text = _("Dòng «%(line)s» ghi theo dạng Phần_tử = nguồn, ví dụ MaXa = {code}")
        raise LineRefused(text % {"line": line[:60]})
    for kind, pattern in _SOURCES.items():
        if source := pattern.match(found["source"].strip()):
            always = kind not in ("query", "body")
            return Parameter(tuple(found["path"].split("/")), kind, source[1], always or source[2] == "!")
    raise LineRefused(
        _('Dòng «%(line)s»: nguồn là {tham_số}, ?tham_số, .trường, "chữ", @request-id hoặc @procedure')
        % {"line": line[:60]}
    )


def parameters_of(text: str) -> list[Parameter]:
    """Return the parameters of *text*, one a line. Raises :class:`LineRefused`."""
    return [read_parameter(line) for line in text.splitlines() if line.strip()]


def repeated_of(text: str) -> tuple[str, ...]:
    """Return the dotted names of a comma-separated list."""
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def faults_of(soap: Soap, method: str, template: str) -> Errors:
    """Return what is wrong with *soap* for an operation, by column."""
    if not soap.version:
        given = any((soap.path, soap.action, soap.namespace, soap.request, soap.parameters, soap.response))
        return {"soap_version": [_("Chọn bản SOAP, hoặc xóa các mục SOAP đã ghi")]} if given else {}
    found: Errors = {}
    for name, text in _shapes(soap):
        found.setdefault(name, []).append(text)
    if texts := list(_parameter_faults(soap.parameters, method, template)):
        found["soap_parameters"] = texts[:5]
    return found


def _shapes(soap: Soap) -> Iterator[tuple[str, str]]:
    if soap.version not in VERSIONS:
        yield "soap_version", _("Chọn bản SOAP 1.1 hoặc 1.2")
    if not _PATH.match(soap.path) or ".." in soap.path or (soap.path and not soap.path.startswith("/")):
        yield "soap_path", _("Đường dẫn bắt đầu bằng dấu /, ví dụ /dich-vu/xa.asmx; để trống nếu là chính địa chỉ gốc")
    if soap.action and not _ADDRESS.match(soap.action):
        yield "soap_action", _("Ghi đúng giá trị soapAction của WSDL, không có dấu nháy hay dấu cách")
    if not _ADDRESS.match(soap.namespace):
        yield "soap_namespace", _("Ghi không gian tên của phần tử yêu cầu, ví dụ http://dancuquocgia.bca")
    if not NAME.match(soap.request):
        yield "soap_request", _("Ghi tên phần tử yêu cầu, ví dụ TraCuuXa")
    if not _RESPONSE.match(soap.response):
        yield "soap_response", _("Ghi phần tử trả lời và đường tới dữ liệu, ví dụ TraCuuXaResponse/KetQua")
    wrong = [item for item in repeated_of(soap.repeated) if not _REPEATED.match(item)]
    if wrong:
        text = _("«%(name)s» không phải tên trường, ví dụ xa hoặc ket_qua.xa")
        yield "soap_repeated", text % {"name": wrong[0][:60]}


def _parameter_faults(text: str, method: str, template: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MAX_PARAMETERS:
        yield _("Một yêu cầu có tối đa %(n)d phần tử") % {"n": MAX_PARAMETERS}
        return
    read: list[Parameter] = []
    for line in lines:
        try:
            read.append(read_parameter(line))
        except LineRefused as refused:
            yield str(refused)
    yield from _source_faults(read, method, set(_PLACE.findall(template)))
    seen: list[tuple[str, ...]] = []
    for item in read:
        if any(item.path[: len(one)] == one or one[: len(item.path)] == item.path for one in seen):
            yield _("Phần tử «%(name)s» được ghi hai lần") % {"name": "/".join(item.path)}
        seen.append(item.path)


def _source_faults(read: list[Parameter], method: str, places: set[str]) -> Iterator[str]:
    used = {item.name for item in read if item.kind == "path"}
    for name in sorted(used - places):
        yield _("Đường dẫn không có tham số {%(name)s}") % {"name": name}
    for name in sorted(places - used):
        yield _("Tham số {%(name)s} của đường dẫn chưa được đưa vào yêu cầu") % {"name": name}
    if method not in _WITH_BODY and any(item.kind == "body" for item in read):
        yield _("Phương thức %(method)s không có nội dung JSON; dùng ?tham_số hoặc đổi sang POST") % {"method": method}
    for item in read:
        if item.kind == "platform" and item.name not in PLATFORM:
            yield _("«@%(name)s» không có; nền tảng biết @request-id và @procedure") % {"name": item.name}
