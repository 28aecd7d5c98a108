"""How the management API tells errors: problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions, status
from rest_framework.views import set_rollback

from core.api.bodies import BodyRefused
from core.api.rules import ParametersRefused
from core.problems import PROBLEMS, DomainError, InvalidInput, Problem, TooMany
from core.web.errors import language_of, problem_json

_BY_STATUS = {
    status.HTTP_400_BAD_REQUEST: "malformed-request",
    status.HTTP_401_UNAUTHORIZED: "not-authenticated",
    status.HTTP_403_FORBIDDEN: "permission-refused",
    status.HTTP_404_NOT_FOUND: "not-found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method-not-allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not-acceptable",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too-large",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    status.HTTP_429_TOO_MANY_REQUESTS: "too-many-requests",
}


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer any error of a view as problem+json; None lets Django report a fault of ours as 500."""
    request: HttpRequest = context["request"]._request
    answer = _domain(request, error) if isinstance(error, DomainError) else _other(request, error)
    if answer is not None:
        set_rollback()
    return answer


def _domain(request: HttpRequest, error: DomainError) -> HttpResponse:
    if isinstance(error, InvalidInput):
        return problem_json(request, error.problem, errors=_pointers(error.errors))
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return problem_json(request, error.problem, detail=error.detail, headers=headers)


def _other(request: HttpRequest, error: Exception) -> HttpResponse | None:
    if isinstance(error, ParametersRefused):
        return _parameters(request, error)
    if isinstance(error, BodyRefused):
        return _body(request, error)
    if isinstance(error, exceptions.ValidationError):
        return problem_json(request, PROBLEMS["malformed-request"], errors=_pointers(error.detail))
    problem = _problem_of(error)
    return problem_json(request, problem, headers=_headers(error)) if problem else None


def _problem_of(error: Exception) -> Problem | None:
    if isinstance(error, Http404):
        return PROBLEMS["not-found"]
    if isinstance(error, PermissionDenied):
        return PROBLEMS["permission-refused"]
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        return PROBLEMS["csrf-failed"]
    if isinstance(error, exceptions.APIException):
        return PROBLEMS[_BY_STATUS.get(error.status_code, "internal-error")]
    return None


def _parameters(request: HttpRequest, error: ParametersRefused) -> HttpResponse:
    english = language_of(request) == "en"
    errors = [
        {
            "parameter": item.parameter,
            "code": item.code,
            "detail": item.said.en if english else item.said.vi,
            **({"allowed": item.allowed} if item.allowed else {}),
        }
        for item in error.refusals
    ]
    vi = "; ".join(f"Tham số {item.parameter}: {item.said.vi}" for item in error.refusals)
    en = "; ".join(f"Parameter {item.parameter}: {item.said.en}" for item in error.refusals)
    return problem_json(request, PROBLEMS["malformed-request"], detail=f"{vi}.", detail_en=f"{en}.", errors=errors)


def _body(request: HttpRequest, error: BodyRefused) -> HttpResponse:
    code, said = error.refusal.code, error.refusal.said
    told = said.en if language_of(request) == "en" else said.vi
    errors = [{"pointer": "", "code": code, "detail": told}]
    problem, vi, en = PROBLEMS["malformed-request"], *(f"{text[0].upper()}{text[1:]}." for text in said)
    return problem_json(request, problem, detail=vi, detail_en=en, errors=errors)


def _headers(error: Exception) -> dict[str, str]:
    headers = {}
    scheme, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if scheme:
        headers["WWW-Authenticate"] = scheme
    if wait:
        headers["Retry-After"] = str(int(wait))
    return headers


def _pointers(errors: Any) -> list[dict[str, str]]:
    if not isinstance(errors, dict):
        errors = {"": errors if isinstance(errors, list) else [errors]}
    return [
        {
            "pointer": _pointer(name),
            "code": getattr(text, "code", "invalid-value"),
            "detail": str(text),
        }
        for name, texts in errors.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]


def _pointer(name: str) -> str:
    """Return where a field is (RFC 6901), "" for the whole."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1") if name else ""
