"""Errors as pages for people and as problem+json for systems."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django_stubs_ext import StrOrPromise

from core.problems import PROBLEMS, Problem

_PAGES = {400: "errors/400.html", 403: "errors/403.html", 404: "errors/404.html", 429: "errors/429.html"}
# Pages for people that lie below /api/.
_PAGES_OF_API = "/api/v1/docs/"


def speaks_json(request: HttpRequest) -> bool:
    """Return whether the address is one for systems, which read problem+json."""
    path = request.path
    return (path == "/api" or path.startswith("/api/")) and not path.startswith(_PAGES_OF_API)


def language_of(request: HttpRequest) -> str:
    """Return the language a system asked for by ``Accept-Language``: "en", else "vi"."""
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (short := wanted.split("-")[0]) in ("vi", "en"):
            return short
    return "vi"


def problem_document(
    problem: Problem,
    *,
    detail: StrOrPromise = "",
    detail_en: str = "",
    request_id: str = "",
    language: str = "vi",
    **extra: Any,
) -> dict[str, Any]:
    """Return the members of an RFC 9457 document; ``type`` resolves to the page that explains the problem.

    In English a Vietnamese *detail* stays as it is where nobody gave *detail_en*.
    """
    english = language == "en"
    title, cause = problem.title, problem.cause
    if english:
        title, cause, detail = problem.title_en or title, problem.cause_en or cause, detail_en or detail
    page = reverse("problem", args=[problem.code])
    return {
        "type": page,
        "title": str(title),
        "status": problem.status,
        "detail": str(detail or cause),
        "instance": f"urn:uuid:{request_id}" if request_id else "",
        "code": problem.code,
        "request_id": request_id,
        "help_url": urljoin(settings.PUBLIC_URL, page),
        **extra,
    }


def problem_json(
    request: HttpRequest,
    problem: Problem,
    *,
    detail: StrOrPromise = "",
    detail_en: str = "",
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> HttpResponse:
    """Answer a system with *problem* in the language it asked for; touches neither database nor session."""
    language = language_of(request)
    body = problem_document(
        problem,
        detail=detail,
        detail_en=detail_en,
        request_id=getattr(request, "request_id", ""),
        language=language,
        **extra,
    )
    response = JsonResponse(
        body,
        status=problem.status,
        content_type="application/problem+json",
        headers=headers,
        json_dumps_params={"ensure_ascii": False},
    )
    translated = problem.title_en and (detail_en or not detail)
    response["Content-Language"] = "vi" if language == "vi" else "en" if translated else "en, vi"
    response["Cache-Control"] = "no-store"
    if problem.status == 401:
        response.setdefault("WWW-Authenticate", 'Session realm="LGSP"')
    patch_vary_headers(response, ["Accept-Language"])
    return response


def problem_page(request: HttpRequest, problem: Problem, *, detail: StrOrPromise = "") -> HttpResponse:
    """Answer *request* with *problem*: JSON for systems, a page for people."""
    if speaks_json(request):
        return problem_json(request, problem, detail=detail)
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
    problem = PROBLEMS["csrf-failed"]
    if speaks_json(request):
        return problem_json(request, problem)
    return render(request, "errors/403_csrf.html", {"problem": problem, "detail": problem.cause}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching database or session: either may be what failed."""
    problem = PROBLEMS["internal-error"]
    if speaks_json(request):
        return problem_json(request, problem)
    context = {"request_id": getattr(request, "request_id", ""), "problem": problem}
    return HttpResponse(render_to_string("errors/500.html", context), status=500)
