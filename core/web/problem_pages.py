"""Pages that explain the problem codes, in Vietnamese and in English: cause, remedy, who acts, an example."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from core.problems import PROBLEMS, Problem
from core.web.errors import problem_document

SAMPLE_ID = "0190f3a2-7c1e-7d4b-9a55-3f2b8c6d1e90"
# Who has to act: how a page names them, in both languages; the order of the list.
SIDES: Mapping[str, tuple[StrOrPromise, str]] = {
    "consumer": (_("Bên gọi, hoặc người đang thao tác"), "The caller, or the person at the page"),
    "provider": (_("Cơ quan cung cấp dữ liệu"), "The agency that provides the data"),
    "platform": (_("Đơn vị vận hành nền tảng"), "The operators of the platform"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One answer with a code: what is on the line above the body, and the body; without *head* a row of the log."""

    head: str
    body: str


def example_of(problem: Problem, language: str) -> Example:
    """Return an answer as a caller gets it; for a code nobody is told, what the call log says."""
    if problem.told_as == "":
        return Example("", _json({"status": problem.status, "reason": problem.code, "side": problem.acts}))
    told = PROBLEMS[problem.told_as] if problem.told_as else problem
    return Example("\n".join(_head(told, language)), _json(document_of(told, language)))


def document_of(problem: Problem, language: str) -> dict[str, Any]:
    """Return the problem document of one case of *problem*, with sample values."""
    members = dict(problem.members)
    if not problem.side:
        return problem_document(
            problem,
            detail=problem.detail,
            detail_en=problem.detail_en,
            request_id=SAMPLE_ID,
            language=language,
            **members,
        )
    english = language == "en"
    cause, detail = (problem.cause_en, problem.detail_en) if english else (problem.cause, problem.detail)
    return {
        "type": reverse("problem", args=[problem.code]),
        "title": str(problem.title_en if english else problem.title),
        "status": problem.status,
        "detail": str(detail or cause),
        "code": problem.code,
        "side": problem.side,
        "request_id": SAMPLE_ID,
        **members,
    }


def _head(problem: Problem, language: str) -> list[str]:
    try:
        phrase = HTTPStatus(problem.status).phrase
    except ValueError:
        phrase = ""
    usual = {
        "Content-Type": "application/problem+json",
        "Content-Language": language,
        "X-Request-Id": SAMPLE_ID,
    }
    headers = usual | dict(problem.headers)
    return [f"HTTP/1.1 {problem.status} {phrase}".rstrip(), *(f"{name}: {value}" for name, value in headers.items())]


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


@require_safe
def problem(request: HttpRequest, code: str, language: str = "vi") -> HttpResponse:
    """Explain one problem code: what it means, why, how to mend it, who has to, and what an answer looks like."""
    if code not in PROBLEMS:
        raise Http404
    found = PROBLEMS[code]
    context = {
        "problem": found,
        "side": SIDES[found.acts][language == "en"],
        "example": example_of(found, language),
        "told_as": PROBLEMS[found.told_as] if found.told_as else None,
        "other": reverse("problem" if language == "en" else "problem-en", args=[code]),
    }
    return _page(request, "errors/explained", language, context)


@require_safe
def problems(request: HttpRequest, language: str = "vi") -> HttpResponse:
    """List all problem codes by who has to act, then by status; each row can be linked to by its code."""
    ordered = sorted(PROBLEMS.values(), key=lambda item: (item.status, item.code))
    groups = [
        (side, names[language == "en"], [item for item in ordered if item.acts == side])
        for side, names in SIDES.items()
    ]
    other = reverse("problems" if language == "en" else "problems-en")
    return _page(request, "errors/list", language, {"groups": groups, "other": other, "heading": "Problem codes"})


def _page(request: HttpRequest, name: str, language: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, f"{name}_en.html" if language == "en" else f"{name}.html", context)
    response["Content-Language"] = language
    return response
