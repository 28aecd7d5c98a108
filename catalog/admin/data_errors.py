"""Staff pages of reports of wrong data: read only, the overdue ones found by a filter (QC11.4, QC15.2)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import DataErrorReport
from core.admin import BaseAdmin


class LateFilter(admin.SimpleListFilter):
    """Reports whose answer is late."""

    title = gettext_lazy("hạn trả lời")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what waits and what is late."""
        return [("1", _("Quá hạn trả lời")), ("0", _("Đang chờ trả lời"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow to what was chosen."""
        if self.value() == "1":
            return queryset.overdue()
        return queryset.waiting() if self.value() == "0" else queryset


@admin.register(DataErrorReport)
class DataErrorReportAdmin(BaseAdmin):
    """Every report; both sides act in the portal."""

    view_permission = "service.view_all"
    list_display = ("code", "service", "agency", "state", "due_at", "late_shown")
    list_filter = (LateFilter, "state", "answer")
    list_select_related = ("service", "agency")
    search_fields = ("code", "service__search", "agency__search")
    fields = (
        "code",
        "agency",
        "service",
        "version",
        "operation",
        "fields",
        "call_id",
        "wrong",
        "expected",
        "evidence",
        "state",
        "answer",
        "corrected_on",
        "filed_at",
        "due_at",
        "answered_at",
        "closed_at",
    )
    change_form_outer_after_template = "catalog/admin_data_error.html"

    @admin.display(description=gettext_lazy("Quá hạn"))
    def late_shown(self, obj: DataErrorReport) -> str:
        """Say whether the answer is late."""
        return _("Quá hạn nội bộ") if obj.is_overdue else "–"
