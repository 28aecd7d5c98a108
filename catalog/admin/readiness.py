"""Staff pages of the questions of the readiness self-assessment."""

from typing import Any

from django.contrib import admin

from catalog.admin.code_lists import CodeListAdmin
from catalog.guards import SYSTEM_MANAGE
from catalog.models import ReadinessCriterion
from catalog.services import readiness_criteria as deeds
from core.actor import Actor


@admin.register(ReadinessCriterion)
class ReadinessCriterionAdmin(CodeListAdmin):
    """Questions: data with a source; those we brought say so."""

    manage_permission = SYSTEM_MANAGE
    list_display = ("title", "code", "place", "is_default", "active", "source")
    fields = deeds.FIELDS

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the question."""
        return deeds.set_criterion(actor=actor, criterion=obj if change else None, **data)
