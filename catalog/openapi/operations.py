"""From a document to operations, with what is wrong at which place."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from catalog.openapi.references import Resolver, require_inside
from catalog.openapi.schemas import Records, said, vietnamese
from catalog.openapi.shapes import (
    MAX_ALL_FIELDS,
    MAX_OPERATIONS,
    MAX_PROBLEMS,
    Description,
    Document,
    Operation,
    Place,
    Problem,
    Refused,
    pointer,
)
from catalog.paths import TemplateRefused, check_template, collides
from core.text import slug

METHODS = ("get", "post", "put", "patch", "delete")
NOT_TAKEN = ("head", "options", "trace")
_RELEASE = re.compile(r"3\.[01]\.[0-9]{1,3}\Z")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STATUS = re.compile(r"([1-5][0-9][0-9]|[1-5]XX|default)\Z")
_PARAMETER = re.compile(r"\{([^{}]*)\}")


def describe(document: Document) -> Description:
    """Return what *document* says. Raises :class:`Refused` where it is no OpenAPI 3.0 or 3.1 that can be read."""
    release = _release(document)
    require_inside(document)
    return _Reading(document, release).done()


def _release(document: Document) -> str:
    if "swagger" in document:
        raise Refused(
            _("OpenAPI 2.0 (%(name)s) chưa nhận; chuyển sang 3.0 rồi gửi lại") % {"name": "Swagger"}, "/swagger"
        )
    release = document.get("openapi")
    if release is None:
        raise Refused(_("Tệp không phải mô tả OpenAPI: thiếu khóa «%(key)s»") % {"key": "openapi"})
    if not isinstance(release, str):
        raise Refused(_('Ghi bản OpenAPI trong dấu nháy, ví dụ "3.0.3"'), "/openapi")
    if not _RELEASE.match(release):
        text = _("Bản OpenAPI «%(release)s» chưa nhận; chỉ nhận 3.0.x và 3.1.x")
        raise Refused(text % {"release": release[:20]}, "/openapi")
    return release


class _Reading:
    """One document being read."""

    def __init__(self, document: Document, release: str) -> None:
        self.document, self.release = document, release
        self.resolver = Resolver(document)
        self.problems: list[Problem] = []
        self.records = Records(self.resolver, self.note)

    def note(self, place: Place, text: str, *, is_error: bool) -> None:
        """Keep a problem."""
        self.problems.append(Problem(pointer(place), text, is_error))

    def done(self) -> Description:
        """Read everything."""
        title = self._info()
        found = [(place, key, item) for place, key, item in self._items()]
        count = sum(method in METHODS for _place, _key, item in found for method in item)
        if count > MAX_OPERATIONS:
            text = _("Tệp có %(n)d thao tác, tối đa %(most)d; tách thành nhiều dịch vụ")
            raise Refused(text % {"n": count, "most": MAX_OPERATIONS}, "/paths")
        operations = [made for place, key, item in found for made in self._operations(place, key, item)]
        if sum(len(item.fields) for item in operations) > MAX_ALL_FIELDS:
            raise Refused(_("Tệp có quá nhiều trường dữ liệu, tối đa %(n)d") % {"n": MAX_ALL_FIELDS}, "/paths")
        if not operations and not any(item.is_error for item in self.problems):
            self.note(("paths",), _("Tệp không có thao tác nào"), is_error=True)
        self._codes(operations)
        self._collisions(operations)
        problems = sorted(dict.fromkeys(self.problems), key=lambda item: not item.is_error)
        return Description(self.release, title, tuple(operations), tuple(problems[:MAX_PROBLEMS]))

    def _info(self) -> str:
        info = self.document.get("info")
        if not isinstance(info, dict):
            self.note(("info",), _("Thiếu tên và bản của dịch vụ"), is_error=True)
            return ""
        for key, label in (("title", _("tên")), ("version", _("bản"))):
            if not said(info, key, 300):
                self.note(("info", key), _("Thiếu %(label)s của dịch vụ") % {"label": label}, is_error=True)
        if self.document.get("servers"):
            text = _("Địa chỉ máy chủ trong tệp không được dùng; địa chỉ hệ thống nguồn nhập riêng")
            self.note(("servers",), text, is_error=False)
        if self.document.get("webhooks"):
            self.note(("webhooks",), _("Lời gọi về trong tệp được bỏ qua"), is_error=False)
        return said(info, "title", 300)

    def _items(self) -> Iterator[tuple[Place, str, dict[str, Any]]]:
        paths = self.document.get("paths")
        if not isinstance(paths, dict):
            raise Refused(_("Tệp không kê các đường dẫn thành một đối tượng"), "/paths")
        for key, given in paths.items():
            if key.startswith("x-"):
                continue
            item, _place, _trail = self.resolver.follow(given, ("paths", key))
            if not isinstance(item, dict):
                self.note(("paths", key), _("Mục này phải là một đối tượng"), is_error=True)
                continue
            yield ("paths", key), key, item

    def _operations(self, place: Place, template: str, item: dict[str, Any]) -> Iterator[Operation]:
        try:
            check_template(template)
        except TemplateRefused as refused:
            self.note(place, str(refused), is_error=True)
            return
        for method in filter(item.__contains__, NOT_TAKEN):
            text = _("Phương thức %(method)s không được cung cấp qua nền tảng nên bỏ qua")
            self.note((*place, method), text % {"method": method.upper()}, is_error=False)
        for method in METHODS:
            if method in item:
                where = (*place, method)
                if isinstance(item[method], dict):
                    yield self._operation(where, template, method, item)
                else:
                    self.note(where, _("Mục này phải là một đối tượng"), is_error=True)

    def _operation(self, place: Place, template: str, method: str, item: dict[str, Any]) -> Operation:
        node = item[method]
        self._parameters(place, template, [item.get("parameters"), node.get("parameters")])
        identity, title = said(node, "operationId", 200), said(node, "summary", 200)
        if not identity:
            text = _("Thiếu operationId; mã thao tác được đặt theo phương thức và đường dẫn")
            self.note(place, text, is_error=False)
        if not title:
            self.note(place, _("Thiếu tên thao tác bằng tiếng Việt (%(key)s)") % {"key": "summary"}, is_error=False)
        elif not vietnamese(title):
            self.note(
                (*place, "summary"),
                _("Tên thao tác có vẻ chưa phải tiếng Việt; danh mục hiện nguyên văn"),
                is_error=False,
            )
        if node.get("deprecated") is True:
            self.note((*place, "deprecated"), _("Thao tác được đánh dấu sắp ngừng"), is_error=False)
        if node.get("callbacks"):
            self.note((*place, "callbacks"), _("Lời gọi ngược được bỏ qua"), is_error=False)
        record_path, fields = self._answer(place, node)
        code = code_of(identity) if identity else code_of(f"{method} {template}")
        name = title or identity or f"{method.upper()} {template}"
        return Operation(code, name, method.upper(), template, record_path, fields, pointer(place))

    def _parameters(self, place: Place, template: str, given: list[Any]) -> None:
        declared = set()
        for group in given:
            if group is not None and not isinstance(group, list):
                self.note((*place, "parameters"), _("Mục này phải là một danh sách"), is_error=True)
                continue
            for number, item in enumerate(group or ()):
                node, where, _trail = self.resolver.follow(item, (*place, "parameters", number))
                if not said(node, "name", 200) or not said(node, "in", 20):
                    self.note(
                        where, _("Tham số phải có tên và chỗ đứng (%(keys)s)") % {"keys": "name, in"}, is_error=True
                    )
                elif node["in"] == "path":
                    declared.add(node["name"])
        wanted = set(_PARAMETER.findall(template))
        for name in sorted(wanted - declared):
            text = _("Tham số đường dẫn «%(name)s» chưa được khai báo")
            self.note(place, text % {"name": name[:60]}, is_error=False)
        for name in sorted(declared - wanted):
            text = _("Tham số đường dẫn «%(name)s» không có trong đường dẫn")
            self.note(place, text % {"name": name[:60]}, is_error=True)

    def _answer(self, place: Place, node: dict[str, Any]) -> tuple[str, tuple[Any, ...]]:
        responses, spot = node.get("responses"), (*place, "responses")
        if not isinstance(responses, dict) or not responses:
            self.note(spot, _("Thiếu các câu trả lời của thao tác (%(key)s)") % {"key": "responses"}, is_error=True)
            return "", ()
        for status in responses:
            if not _STATUS.match(status) and not status.startswith("x-"):
                text = _("«%(status)s» không phải mã trả lời; ghi ba chữ số, ví dụ 200, hoặc 4XX")
                self.note((*spot, status), text % {"status": status[:20]}, is_error=True)
        good = sorted(status for status in responses if status.startswith("2") and _STATUS.match(status))
        if not good:
            self.note(spot, _("Thiếu câu trả lời thành công (2xx)"), is_error=True)
            return "", ()
        answer, where, _trail = self.resolver.follow(responses[good[0]], (*spot, good[0]))
        content = answer.get("content") if isinstance(answer, dict) else None
        for media, part in content.items() if isinstance(content, dict) else ():
            kind = media.split(";")[0].strip().lower()
            if (
                (kind in ("application/json", "*/*") or kind.endswith("+json"))
                and isinstance(part, dict)
                and part.get("schema")
            ):
                return self.records.of(part["schema"], (*where, "content", media, "schema"))
        if good[0] != "204":
            text = _("Câu trả lời %(status)s không có lược đồ application/json nên không lấy được trường dữ liệu")
            self.note(where, text % {"status": good[0]}, is_error=False)
        return "", ()

    def _codes(self, operations: list[Operation]) -> None:
        seen: dict[str, Operation] = {}
        for item in operations:
            if other := seen.get(item.code):
                text = _("Mã thao tác «%(code)s» trùng với thao tác ở %(place)s; đặt operationId riêng")
                self._at(item, text % {"code": item.code, "place": other.place})
            if not _CODE.match(item.code):
                self._at(item, _("Đặt operationId bằng chữ không dấu, ví dụ tra-cuu-thua-dat"))
            seen.setdefault(item.code, item)

    def _collisions(self, operations: list[Operation]) -> None:
        groups: dict[tuple[str, int], list[Operation]] = {}
        for item in operations:
            group = groups.setdefault((item.method, item.template.count("/")), [])
            if other := next((one for one in group if collides(one.template, item.template)), None):
                text = _("Đường dẫn trùng với %(place)s: một lời gọi hợp với cả hai")
                self._at(item, text % {"place": other.place})
            group.append(item)

    def _at(self, item: Operation, text: str) -> None:
        self.problems.append(Problem(item.place, text, is_error=True))


def code_of(text: str) -> str:
    """Return *text* as the code of an operation: ``traCuuThua`` and ``tra_cuu_thua`` become ``tra-cuu-thua``.

    >>> code_of("getLandPlot")
    'get-land-plot'
    """
    return slug(_HUMP.sub("-", text))[:64].strip("-")


def parameters_in(template: str) -> list[str]:
    """Return the names of the parameters in the path *template*, in their order."""
    return _PARAMETER.findall(template)
