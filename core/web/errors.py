"""Errors as pages for people and as problem+json for systems."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django_stubs_ext import StrOrPromise

from core.problems import PROBLEMS, Problem

_PAGES = {400: "errors/400.html", 403: "errors/403.html", 404: "errors/404.html", 429: "errors/429.html"}


def problem_document(problem: Problem, *, detail: StrOrPromise, request_id: str, **extra: Any) -> dict[str, Any]:
    """Return the members of an RFC 9457 document; ``type`` resolves to the page that explains the problem."""
    return {
        "type": reverse("problem", args=[problem.code]),
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(detail or problem.cause),
        "code": problem.code,
        "request_id": request_id,
        **extra,
    }


def problem_page(request: HttpRequest, problem: Problem, *, detail: StrOrPromise = "") -> HttpResponse:
    """Answer *request* with *problem*: JSON below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        body = problem_document(problem, detail=detail, request_id=getattr(request, "request_id", ""))
        return JsonResponse(body, status=problem.status, content_type="application/problem+json")
    context = {"problem": problem, "detail": detail or problem.cause}
    return render(request, _PAGES.get(problem.status, "errors/problem.html"), context, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return problem_page(request, PROBLEMS["malformed-request"])


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return problem_page(request, PROBLEMS["permission-refused"])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, the same for what does not exist and for what is another agency's."""
    return problem_page(request, PROBLEMS["not-found"])


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose protection code no longer fits the session."""
    context = {"problem": PROBLEMS["csrf-failed"], "detail": PROBLEMS["csrf-failed"].cause}
    return render(request, "errors/403_csrf.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching database or session: either may be what failed."""
    problem = PROBLEMS["internal-error"]
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        body = problem_document(problem, detail="", request_id=request_id)
        return JsonResponse(body, status=500, content_type="application/problem+json")
    return HttpResponse(
        render_to_string("errors/500.html", {"request_id": request_id, "problem": problem}), status=500
    )
