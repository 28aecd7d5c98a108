"""How the management API tells errors: problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from core.problems import PROBLEMS, DomainError, InvalidInput, Problem, TooMany
from core.web.errors import problem_document

_BY_STATUS = {
    status.HTTP_400_BAD_REQUEST: "malformed-request",
    status.HTTP_401_UNAUTHORIZED: "not-authenticated",
    status.HTTP_403_FORBIDDEN: "permission-refused",
    status.HTTP_404_NOT_FOUND: "not-found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method-not-allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not-acceptable",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    status.HTTP_429_TOO_MANY_REQUESTS: "too-many-requests",
}


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer any error of a view as problem+json; None lets Django report a fault of ours as 500."""
    problem, detail, extra, headers = _read(error)
    if problem is None:
        return None
    set_rollback()
    request_id = getattr(context["request"]._request, "request_id", "")
    body = problem_document(problem, detail=detail, request_id=request_id, **extra)
    response = Response(body, status=problem.status, headers=headers)
    response.content_type = "application/problem+json"
    return response


def _read(error: Exception) -> tuple[Problem | None, Any, dict[str, Any], dict[str, str]]:
    if isinstance(error, InvalidInput):
        return error.problem, error.problem.cause, {"errors": _pointers(error.errors)}, {}
    if isinstance(error, DomainError):
        headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
        return error.problem, error.detail, {}, headers
    if isinstance(error, Http404):
        return PROBLEMS["not-found"], "", {}, {}
    if isinstance(error, PermissionDenied):
        return PROBLEMS["permission-refused"], "", {}, {}
    if isinstance(error, exceptions.ValidationError):
        return PROBLEMS["malformed-request"], "", {"errors": _pointers(error.detail)}, {}
    if isinstance(error, exceptions.APIException):
        code = _BY_STATUS.get(error.status_code, "internal-error")
        return PROBLEMS[code], "", {}, _auth_headers(error)
    return None, "", {}, {}


def _auth_headers(error: exceptions.APIException) -> dict[str, str]:
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
        {"pointer": f"/{name}" if name else "", "detail": str(text)}
        for name, texts in errors.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]
