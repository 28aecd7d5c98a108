"""How every DRF view of the management API behaves: sign-in, filters, pages.

DRF reads these classes while its own ``views`` and ``generics`` are being imported, so nothing here may import those;
errors and description, which need them, have files of their own.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PortalSessionAuthentication(SessionAuthentication):
    """The portal's own session; a missing one is 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes DRF answer 401."""
        return "Session"


class SignedIn(BasePermission):
    """Any person with at least one role in force."""

    message = _("Đăng nhập bằng tài khoản có vai trò còn hiệu lực.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the actor is a person with a role."""
        actor = getattr(request._request, "actor", None)
        return bool(actor and actor.is_person and actor.roles)


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, but an unknown query parameter is an error that names it."""

    def filter_queryset(self, request: Request, queryset: Any, view: "APIView") -> Any:
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
