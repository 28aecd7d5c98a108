"""The staff page that tries the platform's account at a source system."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.agency_pages import staff_page
from catalog.guards import SERVICE_MANAGE
from catalog.models import Upstream
from catalog.services.provider_login import try_login
from core.admin import BaseAdmin, acting
from core.problems import PermissionRefused

TRY_LOGIN = gettext_lazy("Thử đăng nhập")


def login_page(admin: BaseAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Sign in with the account of an address now, and say on its page how it went."""
    found: Upstream | None = admin.get_object(request, str(pk))
    if found is None or not admin.has_view_permission(request, found) or not found.token_url:
        raise Http404
    if not acting(request).may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    back = reverse("admin:catalog_upstream_change", args=[found.pk])
    if request.method == "POST":
        trial = try_login(actor=acting(request), upstream=found)
        messages.add_message(request, messages.SUCCESS if trial.ok else messages.ERROR, trial.told)
        return redirect(back)
    consequences = [
        _("Nền tảng đăng nhập ngay vào %(url)s bằng tài khoản %(name)s và báo kết quả.")
        % {"url": found.token_url, "name": found.client_id},
        _("Mã truy cập nhận được không được giữ lại; các lượt gọi đang chạy không bị ảnh hưởng."),
        _("Lần thử và kết quả được ghi vào nhật ký hoạt động."),
    ]
    context = {"title": TRY_LOGIN, "original": found, "offer": {"label": TRY_LOGIN}, "consequences": consequences}
    return staff_page(admin, request, "admin/step.html", **context, back_url=back)
