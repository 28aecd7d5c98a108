"""Every way a call of an operation can be refused, by HTTP status: problem documents with their codes and examples."""

from collections import defaultdict
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from core.problems import PROBLEMS, Problem
from core.web.problem_pages import document_of

PROBLEM = "application/problem+json"
# Codes of other addresses than a data service's.
_ELSEWHERE = frozenset({"not-found", "unknown-question"})
_CHANGING = "idempotency-"
Json = dict[str, Any]


@cache
def refusals() -> dict[str, tuple[Problem, ...]]:
    """Return the problems a call of a data service may end with, by status as text, each list by its code.

    Those that only the log or the token endpoint tells are not among them.
    """
    found: dict[str, list[Problem]] = defaultdict(list)
    for problem in sorted(PROBLEMS.values(), key=lambda item: (item.status, item.code)):
        told = problem.told_as is None and problem.code not in _ELSEWHERE
        if problem.step and told and ("Content-Type", "application/json") not in problem.headers:
            found[str(problem.status)].append(problem)
    return {status: tuple(items) for status, items in found.items()}


def refusals_of(method: str) -> dict[str, list[Problem]]:
    """Return the problems of an operation of *method*: what keeps a deed from being done twice is for deeds."""
    reading = method in ("GET", "HEAD")
    kept = {
        status: [item for item in items if not (reading and item.code.startswith(_CHANGING))]
        for status, items in refusals().items()
    }
    return {status: items for status, items in kept.items() if items}


def component_name(status: str, method: str) -> str:
    """Return the name of the answer with *status*."""
    same = [item.code for item in refusals_of(method)[status]] == [item.code for item in refusals()[status]]
    return f"Problem{status}" if same else f"Problem{status}Reading"


def answer(status: str, problems: list[Problem] | tuple[Problem, ...]) -> Json:
    """Return the answer of *status*: which codes there are, and each as a caller gets it."""
    lines = [f"- `{item.code}`: {item.title}" for item in problems]
    examples = {item.code: {"summary": str(item.title), "value": document_of(item, "vi")} for item in problems}
    headers = ["X-Request-Id", *(["Retry-After"] if status in ("429", "503") else [])]
    headers += ["WWW-Authenticate"] if status == "401" else []
    return {
        "description": _("Bị từ chối, một trong các mã:") + "\n\n" + "\n".join(lines),
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }


def problem_schema() -> Json:
    """Return the schema of a problem document of the broker (RFC 9457)."""

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
    }
    return {
        "type": "object",
        "description": _("Lỗi theo RFC 9457; từng mã có trang giải thích và có thể kèm thành phần riêng"),
        "properties": properties,
        "required": ["type", "title", "status", "detail", "code"],
    }
