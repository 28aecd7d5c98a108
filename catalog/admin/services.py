"""Staff pages of data services."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.admin.seen import SeenForm
from catalog.guards import SERVICE_MANAGE
from catalog.models import DataService, Sector
from catalog.services import data_services as deeds
from core.actor import Actor
from core.admin import BaseAdmin

HELP = {
    "code": _("Chữ thường không dấu, nối bằng gạch nối; là một phần của địa chỉ gọi nên không đổi được về sau."),
    "eligible_consumers": _("Cơ quan, hệ thống nào được khai thác, với điều kiện gì."),
    "personal_data": _("Không thấp hơn phân loại của từng trường dữ liệu."),
    "security_note": _("Cơ quan khai thác phải giữ gìn dữ liệu thế nào."),
    "default_quota": _("Số lượt gọi mỗi ngày của một hệ thống khi không có lý do khác."),
    "capacity_per_day": _(
        "Tổng số lượt gọi mỗi ngày mà hệ thống nguồn chịu được; quá số này nền tảng không chuyển thêm."
    ),
    "calls_at_once": _("Để trống: theo mức của nền tảng, 1.000 lượt cùng lúc cho một cơ quan cung cấp."),
    "not_state_secret": _("Đánh dấu để xác nhận. Dữ liệu thuộc bí mật nhà nước không được đăng ký ở đây."),
}


@admin.register(DataService)
class DataServiceAdmin(BaseAdmin):
    """The catalogue of shared data; publishing happens on the versions."""

    form = SeenForm
    view_permission = "service.view_all"
    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "provider", "sharing_class", "versions_shown")
    list_filter = (
        "sharing_class",
        "importance",
        "personal_data",
        "data_layer",
        "sector",
        "mandatory_sharing",
        "is_sample",
    )
    list_select_related = ("provider",)
    search_fields = ("title",)
    search_help_text = _("Tên, mã hoặc cơ quan cung cấp; gõ không dấu cũng được")
    change_form_outer_after_template = "catalog/admin_versions.html"

    @admin.display(description=_("Phiên bản"))
    def versions_shown(self, obj: DataService) -> str:
        """Name the versions with their state."""
        return ", ".join(f"{item.name}: {item.get_state_display()}" for item in obj.versions.all())

    def get_queryset(self, request: HttpRequest) -> Any:
        """Read the versions of all rows at once."""
        return super().get_queryset(request).prefetch_related("versions")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the code first."""
        return ["code", *deeds.FIELDS, *(["seen"] if obj and self.has_change_permission(request, obj) else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is part of an address and stays."""
        return ("code",) if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the sectors in use; the one a service names already stays to choose."""
        if db_field.name == "sector":
            named = DataService.objects.filter(sector__isnull=False).values("sector")
            kwargs["queryset"] = Sector.objects.filter(Q(active=True) | Q(pk__in=named)).order_by("title")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what to enter."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search the folded text."""
        return queryset.matching(search_term), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the versions below the form, with the way to a new one."""
        found = self.get_object(request, object_id)
        versions = list(found.versions.all()) if found else []
        add_url = f"{reverse('admin:catalog_serviceversion_add')}?service={object_id}" if found else ""
        more = {"versions": versions, "add_version_url": add_url if self.has_change_permission(request) else ""}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the service."""
        if change:
            return deeds.change_service(actor=actor, service=obj, **data)
        return deeds.create_service(actor=actor, **data)
