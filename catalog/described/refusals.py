"""Every way a call of an operation can be refused, by HTTP status: problem documents with their codes and examples."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from core.problems import PROBLEMS, Problem
from core.web.problem_pages import document_of

PROBLEM = "application/problem+json"
# Codes of other addresses than a data service's.
_ELSEWHERE = frozenset({"not-found", "unknown-question"})
# The SOAP address has a description of its own, its WSDL.
_OTHER_DOOR = "soap-"
DEED, REQUEST, ANSWER, DEMAND = "Deed", "Request", "Answer", "Demand"
# Codes that only come where something is set: code, or how it begins -> what.
_WHERE = {
    "idempotency-": DEED,
    "message-not-conforming": REQUEST,
    "provider-message-invalid": ANSWER,
    "provider-demands-more": DEMAND,
}
Json = dict[str, Any]
Traits = frozenset[str]


@cache
def refusals() -> dict[str, tuple[Problem, ...]]:
    """Return the problems a call of a data service may end with, by status as text, each list by its code.

    Those that only the log or the token endpoint tells are not among them.
    """
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in sorted(PROBLEMS.values(), key=lambda item: (item.status, item.code)):
        told = problem.told_as is None and problem.code not in _ELSEWHERE and not problem.code.startswith(_OTHER_DOOR)
        if problem.step and told and ("Content-Type", "application/json") not in problem.headers:
            found[str(problem.status)].append(problem)
    return {status: tuple(items) for status, items in found.items()}


def refusals_of(traits: Traits) -> dict[str, list[Problem]]:
    """Return the problems of an operation by status; *traits* say what there is: a deed, structures, demands."""
    kept = {status: [item for item in items if _comes(item, traits)] for status, items in refusals().items()}
    return {status: items for status, items in kept.items() if items}


def _comes(problem: Problem, traits: Traits) -> bool:
    return all(trait in traits for trait in _traits_of(problem))


def _traits_of(problem: Problem) -> list[str]:
    return [trait for start, trait in _WHERE.items() if problem.code.startswith(start)]


def component_name(status: str, traits: Traits) -> str:
    """Return the name of the answer with *status* of an operation with *traits*: those that add a code to it."""
    adding = {trait for item in refusals_of(traits)[status] for trait in _traits_of(item)}
    return f"Problem{status}{''.join(sorted(adding))}"


def answer(status: str, problems: list[Problem], more: Iterable[str] = ()) -> Json:
    """Return the answer of *status*: which codes there are, and each as a caller gets it; *more* are headers."""
    lines = [f"- `{item.code}`: {item.title}" for item in problems]
    examples = {item.code: {"summary": str(item.title), "value": document_of(item, "vi")} for item in problems}
    headers = ["X-Request-Id", *(["Retry-After"] if status in ("429", "503") else [])]
    headers += ["WWW-Authenticate"] if status == "401" else list(more)
    return {
        "description": _("Bị từ chối, một trong các mã:") + "\n\n" + "\n".join(lines),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }


def problem_schema(traits: Traits) -> Json:
    """Return the schema of a problem document of the broker (RFC 9457), with members that *traits* bring."""

    def text(meaning: str, **more: Any) -> Json:
        return {"type": "string", "description": meaning, **more}

    properties = {
        "type": text(_("Địa chỉ trang giải thích mã lỗi"), format="uri-reference"),
        "title": text(_("Tên loại lỗi")),
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": _("Mã trạng thái HTTP")},
        "detail": text(_("Điều đã xảy ra ở lượt gọi này và cách sửa")),
        "code": text(_("Mã lỗi, giữ nguyên giữa các phiên bản"), pattern="^[a-z]+(-[a-z]+)*$"),
        "side": text(_("Bên phải xử lý"), enum=["consumer", "platform", "provider"]),
        "request_id": text(_("Mã yêu cầu, trùng tiêu đề X-Request-Id")),
        **_members(traits),
    }
    return {
        "type": "object",
        "description": _("Lỗi theo RFC 9457; từng mã có trang giải thích và có thể kèm thành phần riêng"),
        "properties": properties,
        "required": ["type", "title", "status", "detail", "code"],
    }


def _members(traits: Traits) -> Json:
    found: Json = {}
    text = {"type": "string"}
    if traits & {REQUEST, ANSWER}:
        named = {"code": text, "version": text}
        one = {
            "pointer": {
                **text,
                "description": _("Chỗ sai trong thông điệp, dạng /a/b/0"),
            },
            "code": {**text, "description": _("Quy tắc không đạt")},
            "detail": {**text, "description": _("Điều cần sửa")},
        }
        found["profile"] = {
            "type": "object",
            "description": _("Cấu trúc mà thông điệp phải theo"),
            "properties": named,
        }
        found["errors"] = {
            "type": "array",
            "description": _("Tối đa 20 chỗ sai; không bao giờ chứa giá trị của thông điệp"),
            "items": {"type": "object", "properties": one, "required": ["pointer", "code"]},
        }
    if DEMAND in traits:
        found["missing"] = {"type": "array", "description": _("Các tiêu đề còn thiếu"), "items": text}
    return found
