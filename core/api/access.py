"""Who gets into the management API."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class PortalSessionAuthentication(SessionAuthentication):
    """The portal's own session; a missing one is 401, not 403."""

    def authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes DRF answer 401."""
        return 'Session realm="LGSP"'


class SignedIn(BasePermission):
    """Any person with at least one role in force."""

    message = _("Đăng nhập bằng tài khoản có vai trò còn hiệu lực.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Return whether the actor is a person with a role, and with one of the rights the view asks for, if any."""
        actor = getattr(request._request, "actor", None)
        if not (actor and actor.is_person and actor.roles):
            return False
        wanted = getattr(view, "wanted", ())
        return not wanted or any(actor.may(permission) for permission in wanted)
