"""What papers say and how bodies head them: data, edited by operators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from connections.models import LetterheadRule, PrintoutTemplate
from connections.services import paper_templates as deeds
from core.actor import Actor
from core.admin import BaseAdmin


class PaperDataAdmin(BaseAdmin):
    """Everyone in the staff rooms sees; operators change."""

    view_permission = "request.view_all"
    manage_permission = deeds.MANAGE


@admin.register(PrintoutTemplate)
class PrintoutTemplateAdmin(PaperDataAdmin):
    """Legal bases, terms, recipients and signer of each kind of paper."""

    list_display = ("kind", "version", "signer", "source")
    fields = ("kind", *deeds.TEMPLATE_FIELDS)
    readonly_fields = ("kind",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kinds of papers come with the product."""
        return False

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set what papers of this kind say."""
        return deeds.save_printout_template(actor=actor, kind=obj.kind, **data)


@admin.register(LetterheadRule)
class LetterheadRuleAdmin(PaperDataAdmin):
    """Style, names and signer of bodies whose papers differ from what the register says."""

    list_display = ("agency", "style", "superior", "issuer", "signer")
    list_select_related = ("agency",)
    autocomplete_fields = ("agency",)
    fields = ("agency", *deeds.LETTERHEAD_FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A row stays its body's."""
        return ("agency",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Set how the body heads its papers."""
        return deeds.save_letterhead(actor=actor, **{"agency": obj.agency, **data})
