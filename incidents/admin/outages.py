"""Staff pages of the watch over source systems: when they could not be reached."""

from django.contrib import admin
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from core.admin import BaseAdmin
from incidents.models import Outage


@admin.register(Outage)
class OutageAdmin(BaseAdmin):
    """Outages, those that last first; they open and close by themselves."""

    empty_text = gettext_lazy("Chưa ghi nhận lần mất kết nối nào.")
    view_permission = "service.view_all"
    list_display = ("upstream", "state_shown", "opened_at", "closed_at", "sign", "detail", "reopened")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "sign", "upstream__environment")
    list_select_related = ("upstream__version__service",)
    search_fields = ("upstream__version__service__code", "upstream__version__service__search")
    ordering = (F("closed_at").desc(nulls_first=True), "-opened_at")
    date_hierarchy = "opened_at"

    @display(description=gettext_lazy("Tình trạng"), label={"open": "danger", "closed": "success"})
    def state_shown(self, obj: Outage) -> tuple[str, str]:
        """Say whether it lasts."""
        return ("open", _("Đang mất kết nối")) if obj.closed_at is None else ("closed", _("Đã nối lại"))
