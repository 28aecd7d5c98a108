"""Doors of portal pages: who may knock at all. What they may see is decided in querysets."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.problems import PermissionRefused
from core.web.typed import to_sign_in

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Let signed-in people with a role in force through; send others to sign in."""
    return needs()(view)


def needs(*permissions: str) -> Callable[[View], View]:
    """Let people through who hold any of *permissions* (any role when none is named).

    Visitors are sent to sign in. A person without the right gets a page that says who can give it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = request.actor
            if not actor.is_person:
                return to_sign_in(request)
            if not actor.roles:
                raise PermissionRefused(_("Tài khoản không còn vai trò nào đang hiệu lực. Liên hệ quản trị cơ quan."))
            if permissions and not any(actor.may(item) for item in permissions):
                raise PermissionRefused(
                    _("Vai trò của bạn tại %(agency)s không có quyền mở trang này. Quyền do quản trị cơ quan giao.")
                    % {"agency": actor.agency_name}
                )
            return view(request, *args, **kwargs)

        return guarded

    return decorate
