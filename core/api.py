"""How every DRF view of the management API behaves: sign-in, errors, filters, pages, description."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.openapi import AutoSchema
from rest_framework import exceptions, status
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

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


class PortalSessionAuthentication(SessionAuthentication):
    """The portal's own session; a missing one is 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes DRF answer 401."""
        return "Session"


class SignedIn(BasePermission):
    """Any person with at least one role in force."""

    message = _("Đăng nhập bằng tài khoản có vai trò còn hiệu lực.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the actor is a person with a role."""
        actor = getattr(request._request, "actor", None)
        return bool(actor and actor.is_person and actor.roles)


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, but an unknown query parameter is an error that names it."""

    def filter_queryset(self, request: Request, queryset: Any, view: APIView) -> Any:
        """Filter, or raise ValidationError for parameters nobody reads."""
        filterset_class = self.get_filterset_class(view, queryset)
        known = set(filterset_class.base_filters) if filterset_class else set()
        known |= {Pages.cursor_query_param, Pages.page_size_query_param, "format"}
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise exceptions.ValidationError({name: [_("Tham số này không được hỗ trợ.")] for name in unknown})
        return super().filter_queryset(request, queryset, view)


class Pages(CursorPagination):
    """Cursor pages: ``limit`` (1–200) and ``cursor``; answers ``{data, next_cursor}`` and a Link header (RFC 8288)."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    cursor_query_param = "cursor"
    ordering: Any = ("id",)

    def get_paginated_response(self, data: Any) -> Response:
        """Return one page."""
        link = self.get_next_link()
        response = Response({"data": data, "next_cursor": self._next_cursor(link)})
        if link:
            response["Link"] = f'<{link}>; rel="next"'
        return response

    def _next_cursor(self, link: str | None) -> str | None:
        return parse_qs(urlsplit(link).query)[self.cursor_query_param][0] if link else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe one page."""
        properties = {"data": schema, "next_cursor": {"type": ["string", "null"]}}
        return {"type": "object", "required": ["data", "next_cursor"], "properties": properties}


class PortalSchema(AutoSchema):
    """drf-spectacular's schema with the problem answer on every operation."""

    def get_tags(self) -> list[str]:
        """Group operations by the first part of their path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]


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
