"""Staff pages: how periodic reports are made."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.admin import BaseAdmin
from reports.guards import DRAFT, VIEW
from reports.models import ReportTemplate
from reports.services import templates as deeds


@admin.register(ReportTemplate)
class ReportTemplateAdmin(BaseAdmin):
    """Schedule, letterhead and legal basis of each kind of report."""

    view_permission = VIEW
    manage_permission = DRAFT
    list_display = ("__str__", "closing_rule", "due_day", "due_hour", "active", "label", "basis")
    fields = deeds.FIELDS

    @admin.display(description=gettext_lazy("Tính chất"))
    def label(self, obj: ReportTemplate) -> str:
        """Say whose numbers these are."""
        return _("Theo quy định") if obj.statutory else _("Hạn nội bộ")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kinds of reports come with the product."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set how reports of this kind are made."""
        return deeds.save_template(actor=actor, kind=obj.kind, **data)
