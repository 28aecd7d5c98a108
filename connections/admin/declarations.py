"""Yearly declarations to read, and the statements they ask for, edited with a reason."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from connections.admin.plans import PlanAdmin
from connections.admin.records import RecordAdmin
from connections.models import Declaration, DeclarationPoint
from connections.services import declarations as deeds
from core.actor import Actor


@admin.register(DeclarationPoint)
class DeclarationPointAdmin(PlanAdmin):
    """What agencies answer each year; declarations already made keep what they answered."""

    manage_permission = deeds.MANAGE
    list_display = ("text", "basis", "active", "place")
    list_filter = ("active",)
    fields = (*deeds.FIELDS, "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the statement."""
        return deeds.save_point(actor=actor, point=obj, **data)


@admin.register(Declaration)
class DeclarationAdmin(RecordAdmin):
    """What agencies declared, the newest year on top."""

    list_display = ("connection", "year", "agency", "complete", "declared_at")
    list_filter = ("year", "complete")
    list_select_related = ("connection__system", "agency")
    search_fields = ("connection__system__search__contains",)
    fields = ("connection", "year", "agency", "complete", "said", "remark", "declared_by", "declared_at")
    readonly_fields = ("said",)

    @admin.display(description=_("Trả lời"))
    def said(self, obj: Declaration) -> str:
        """Show each statement with its answer."""
        return render_to_string("requests/declared.html", {"answers": obj.answers})
