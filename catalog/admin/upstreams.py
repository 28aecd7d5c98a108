"""Staff pages of the addresses of source systems."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.choices import ServiceState
from catalog.guards import SERVICE_MANAGE
from catalog.models import ServiceVersion, Upstream
from catalog.services import upstreams as deeds
from core.actor import Actor
from core.admin import BaseAdmin
from core.text import fold

HELP = {
    "base_url": _("Ví dụ https://10.20.30.40:8443/api; không có tham số. Chỉ cán bộ vận hành xem được."),
    "timeout_ms": _("Tối đa 30.000 (30 giây)."),
    "health_path": _("Đường dẫn được hỏi định kỳ để biết hệ thống nguồn còn hoạt động, ví dụ /health"),
}


@admin.register(Upstream)
class UpstreamAdmin(BaseAdmin):
    """Addresses: also of published versions; the change reaches the broker at once."""

    view_permission = "service.view_all"
    manage_permission = SERVICE_MANAGE
    list_display = ("version", "environment", "place", "base_url", "active")
    list_filter = ("environment", "active", "version__state")
    list_select_related = ("version__service",)
    search_fields = ("version__service__search", "base_url")
    fields = ("version", *deeds.FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An address stays with its version and environment."""
        return ("version", "environment") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was withdrawn stays as it was."""
        withdrawn = obj is not None and obj.version.state == ServiceState.WITHDRAWN
        return super().has_change_permission(request, obj) and not withdrawn

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer versions that are not withdrawn."""
        if db_field.name == "version":
            open_versions = ServiceVersion.objects.exclude(state=ServiceState.WITHDRAWN)
            kwargs["queryset"] = open_versions.select_related("service")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Say beside the fields what to enter."""
        return super().get_form(request, obj, change=change, help_texts=HELP, **kwargs)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search without diacritics."""
        return super().get_search_results(request, queryset, fold(search_term))

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the address."""
        if change:
            return deeds.set_upstream(actor=actor, upstream=obj, version=obj.version, **data)
        return deeds.set_upstream(actor=actor, **data)
