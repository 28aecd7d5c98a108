"""How the management API is described (OpenAPI 3.1): one document, served, shown and committed."""

from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiYamlRenderer

from core.problems import PROBLEMS, Problem
from core.web.errors import problem_document

_PROBLEM = "application/problem+json"
_SAMPLE_HOST = "https://lgsp.example"
_SAMPLE_ID = "0190f3a2-7c1e-7d4b-9a55-3f2b8c6d1e90"
# Status of an answer -> the problem that explains it, for every operation; the two last where a version is known.
_EVERYWHERE = {
    "400": "malformed-request",
    "401": "not-authenticated",
    "403": "permission-refused",
    "406": "not-acceptable",
    "500": "internal-error",
}
_ONE_THING = {"404": "not-found"}
_VERSIONED = {"412": "precondition-failed"}
_WRITING = {"413": "too-large", "415": "unsupported-media-type", "422": "invalid-input"}
_HEADERS = {
    "X-Request-Id": ("Mã yêu cầu, dùng khi cần hỗ trợ.", {"type": "string", "format": "uuid"}),
    "ETag": ("Phiên bản của nội dung, gửi lại ở If-None-Match.", {"type": "string"}),
    "Link": ("Địa chỉ trang sau (rel=next), theo RFC 8288.", {"type": "string"}),
    "Location": ("Địa chỉ của bản ghi vừa tạo.", {"type": "string", "format": "uri-reference"}),
}


class PortalSchema(AutoSchema):
    """drf-spectacular's schema under our rules: parameters from their rules, problems on every operation."""

    view: Any  # a core.api.views.PortalView

    def get_tags(self) -> list[str]:
        """Group operations by the first part of their path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_description(self) -> str:  # type: ignore[override]
        """Leave docstrings to programmers; readers get what ``extend_schema`` says."""
        return ""

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        return [item for backend in self.get_filter_backends() for item in backend().described(self.view)]

    def _get_pagination_parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get_paginator().described() if self._is_list_view() else []
        return found

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        names = ["X-Request-Id"]
        names += ["Location"] if status_code == "201" else []
        names += ["ETag"] if self._is_versioned() else []
        names += ["Link"] if self._is_list_view() else []
        return {name: {"description": _HEADERS[name][0], "schema": _HEADERS[name][1]} for name in names}

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for body in bodies.values():
            body["description"] = body["description"] or "Thành công."
        problems = dict(_EVERYWHERE)
        if "{" in self.path:
            problems |= _ONE_THING
        if self.method == "POST":
            problems |= _WRITING
        if self._is_versioned():
            problems |= _VERSIONED
            bodies["304"] = {"description": "Nội dung chưa thay đổi so với If-None-Match."}
        references = {status: {"$ref": f"#/components/responses/{code}"} for status, code in problems.items()}
        return dict(sorted((bodies | references).items()))

    def _is_versioned(self) -> bool:
        return self.method == "GET" and not self.view.personal


class PortalSessionScheme(OpenApiAuthenticationExtension):
    """The portal's session cookie, as the description names it."""

    target_class = "core.api.access.PortalSessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the cookie scheme."""
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "lgsp_session",
            "description": "Phiên làm việc của cổng, có sau khi đăng nhập tại /dang-nhap/.",
        }


def add_problems(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Describe the problem document and the answers that carry it (a hook of drf-spectacular)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update({"Problem": _problem_schema(), "ProblemError": _error_schema()})
    codes = sorted({*_EVERYWHERE.values(), *_ONE_THING.values(), *_VERSIONED.values(), *_WRITING.values()})
    components["responses"] = {code: _problem_answer(PROBLEMS[code]) for code in codes}
    return result


def _problem_answer(problem: Problem) -> dict[str, Any]:
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "example": problem_document(problem, request_id=_SAMPLE_ID, help_url=f"{_SAMPLE_HOST}/loi/{problem.code}/"),
    }
    return {"description": f"{problem.title}. {problem.cause}", "content": {_PROBLEM: content}}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def _problem_schema() -> dict[str, Any]:
    properties = {
        "type": _text("Địa chỉ trang giải thích loại lỗi.", format="uri-reference"),
        "title": _text("Tên loại lỗi."),
        "status": {
            "type": "integer",
            "minimum": 400,
            "maximum": 599,
            "description": "Mã trạng thái HTTP.",
        },
        "detail": _text("Điều đã xảy ra ở lần gọi này và cách sửa."),
        "instance": _text("Định danh của lần gọi này.", format="uri-reference"),
        "code": _text("Mã lỗi, giữ nguyên giữa các phiên bản.", pattern="^[a-z]+(-[a-z]+)*$"),
        "request_id": _text("Mã yêu cầu, trùng tiêu đề X-Request-Id."),
        "help_url": _text("Địa chỉ đầy đủ của trang giải thích.", format="uri"),
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/ProblemError"},
            "description": "Từng tham số hoặc trường bị từ chối.",
        },
    }
    required = [name for name in properties if name != "errors"]
    return {
        "type": "object",
        "description": "Lỗi theo RFC 9457.",
        "properties": properties,
        "required": required,
    }


def _error_schema() -> dict[str, Any]:
    properties = {
        "parameter": _text("Tên tham số của địa chỉ."),
        "pointer": _text("Vị trí trong nội dung gửi lên (RFC 6901)."),
        "code": _text("Mã của lý do."),
        "detail": _text("Lý do và cách sửa."),
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Các giá trị được nhận.",
        },
    }
    return {
        "type": "object",
        "description": "Một tham số hoặc trường bị từ chối.",
        "properties": properties,
        "required": ["code", "detail"],
    }


@cache
def document() -> dict[str, Any]:
    """Return the description of the management API, the same for every reader."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


def document_text() -> str:
    """Return the description as YAML, as it is committed in ``docs/openapi.yaml``."""
    rendered: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})
    return rendered.decode()
