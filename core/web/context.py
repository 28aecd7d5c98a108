"""What every page needs to know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from core.web.boards import footer_for
from core.web.views import THEMES


def _footer_links(request: HttpRequest) -> list[tuple[StrOrPromise, str]]:
    links: list[tuple[StrOrPromise, str]] = [(_("Danh mục mã lỗi"), reverse("problems"))]
    actor = getattr(request, "actor", None)
    if actor and actor.is_person:
        links.append((_("Tài liệu API"), reverse("api-reference")))
    if actor:
        links += footer_for(actor, request.path, getattr(request, "request_id", ""))
    return links


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give templates the request id, theme, environment banner, version and support contact."""
    chosen = request.COOKIES.get("lgsp_theme", "")
    return {
        "request_id": getattr(request, "request_id", ""),
        "theme": chosen if chosen in THEMES else "",
        "environment_banner": "" if settings.MODE == "production" else _("Môi trường thử nghiệm"),
        "product_version": settings.PRODUCT_VERSION,
        "footer_links": _footer_links(request),
        "support_contact": settings.SUPPORT_CONTACT or _("Sở Khoa học và Công nghệ tỉnh Tuyên Quang"),
    }
