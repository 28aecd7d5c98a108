"""Staff pages of the questions of the readiness self-assessment."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.guards import SYSTEM_MANAGE
from catalog.models import ReadinessCriterion
from catalog.services import readiness_criteria as deeds
from core.actor import Actor
from core.admin import BaseAdmin


@admin.register(ReadinessCriterion)
class ReadinessCriterionAdmin(BaseAdmin):
    """Questions: data with a source; those we brought say so."""

    manage_permission = SYSTEM_MANAGE
    list_display = ("title", "code", "place", "is_default", "active", "source")
    list_filter = ("active", "is_default")
    search_fields = ("title", "code")
    fields = deeds.FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the question."""
        return deeds.set_criterion(actor=actor, criterion=obj if change else None, **data)
