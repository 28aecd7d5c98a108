"""Staff pages: how periodic reports are made, how periods close."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from core.admin import BaseAdmin
from reports.admin_ranking import RankingPolicyAdmin
from reports.guards import DRAFT, VIEW
from reports.models import ClosingRule, ReportTemplate
from reports.services import templates as deeds
from reports.services.closing import FIELDS, save_closing_rule


def _whose(obj: Any) -> str:
    return _("Theo quy định") if obj.statutory else _("Hạn nội bộ")


@admin.register(ClosingRule)
class ClosingRuleAdmin(BaseAdmin):
    """Closing rules of periods, with their basis."""

    view_permission = VIEW
    manage_permission = DRAFT
    list_display = ("name", "closes", "label", "active", "basis")
    list_filter = ("active", "statutory")
    fields = ("code", *FIELDS)

    @admin.display(description=gettext_lazy("Ngày chốt"))
    def closes(self, obj: ClosingRule) -> str:
        """Say on which day the rule closes."""
        if obj.own_days:
            return _("Người lập chọn")
        return _("Ngày %(day)s") % {"day": obj.closing_day} if obj.closing_day else _("Ngày cuối tháng")

    @admin.display(description=gettext_lazy("Tính chất"))
    def label(self, obj: ClosingRule) -> str:
        """Say whose rule it is."""
        return _whose(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The code of a rule stays: reports name it."""
        return ("code",) if obj is not None else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Add or change a rule."""
        return save_closing_rule(actor=actor, **{"code": obj.code, **data})


__all__ = ["RankingPolicyAdmin", "ReportTemplateAdmin"]


@admin.register(ReportTemplate)
class ReportTemplateAdmin(BaseAdmin):
    """Schedule, letterhead and legal basis of each kind of report."""

    view_permission = VIEW
    manage_permission = DRAFT
    list_display = ("__str__", "closing_rule", "due_day", "due_hour", "send_by_day", "active", "label", "basis")
    list_select_related = ("closing_rule",)
    fields = ("closing_rule", *deeds.FIELDS[1:])

    @admin.display(description=gettext_lazy("Tính chất"))
    def label(self, obj: ReportTemplate) -> str:
        """Say whose numbers these are."""
        return _whose(obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kinds of reports come with the product."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set how reports of this kind are made."""
        return deeds.save_template(actor=actor, kind=obj.kind, **data)
