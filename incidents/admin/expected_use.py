"""Staff pages of declared use, and of grants nobody uses, on their way to revocation (QC7.5)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.admin.pages import staff_page
from connections.services.grant_changes import MANAGE as MANAGE_GRANTS
from core.admin import BaseAdmin, acting
from core.text import fold
from incidents.models import ExpectedUse
from incidents.models.alerts import VIEW_ALL
from incidents.selectors.expected_use import unused_grants

DAYS = (30, 60, 90, 180)
PAGE = 50


@admin.register(ExpectedUse)
class ExpectedUseAdmin(BaseAdmin):
    """What agencies said they would use; declared on the page of the grant, by the agency or for it."""

    empty_text = gettext_lazy("Chưa cơ quan nào khai báo mức khai thác.")
    list_before_template = "admin/steps.html"
    change_form_outer_before_template = "admin/steps.html"
    view_permission = VIEW_ALL
    list_display = ("grant", "system_shown", "service_shown", "cadence", "daily_calls", "declared_at")
    list_filter = ("cadence",)
    list_select_related = ("grant__system__owner", "grant__service")
    search_fields = ("grant__code", "grant__system__search", "grant__service__search")
    fields = ("grant", "cadence", "daily_calls", "declared_at")

    @admin.display(description=gettext_lazy("Hệ thống"))
    def system_shown(self, obj: ExpectedUse) -> str:
        """Name the system and its agency."""
        return f"{obj.grant.system}, {obj.grant.system.owner}"

    @admin.display(description=gettext_lazy("Dịch vụ dữ liệu"))
    def service_shown(self, obj: ExpectedUse) -> str:
        """Name the service."""
        return str(obj.grant.service)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Lead to the page on which it is declared."""
        found = self.get_object(request, object_id)
        steps = []
        if found is not None and found.grant.revoked_at is None:
            url = reverse("expected_use", args=[found.grant.code])
            steps = [{"offer": {"label": _("Sửa khai báo trên cổng")}, "url": url}]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[Any]:
        """Add the list of grants nobody uses."""
        page = self.admin_site.admin_view(self.unused_view)
        return [path("khong-dung/", page, name="incidents_unused_grants"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to the list of grants nobody uses."""
        url = reverse("admin:incidents_unused_grants")
        more = {"steps": [{"offer": {"label": _("Quyền khai thác không được dùng")}, "url": url}]}
        return super().changelist_view(request, {**(extra_context or {}), **more})

    def unused_view(self, request: HttpRequest) -> HttpResponse:
        """List live grants nobody used for as long as was asked, each with the way to its revocation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        given = request.GET.get("days", "")
        days = int(given) if given in map(str, DAYS) else DAYS[0]
        return staff_page(
            self,
            request,
            "admin/incidents/unused.html",
            title=_("Quyền khai thác không được dùng"),
            page=Paginator(unused_grants(days), PAGE).get_page(request.GET.get("page")),
            days=days,
            choices=DAYS,
            may_revoke=acting(request).may(MANAGE_GRANTS),
        )
