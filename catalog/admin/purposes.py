"""Staff pages of the code list of purposes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.guards import SERVICE_MANAGE
from catalog.models import Purpose
from catalog.services import purposes as deeds
from core.actor import Actor
from core.admin import BaseAdmin


@admin.register(Purpose)
class PurposeAdmin(BaseAdmin):
    """Purposes: data with a source; those we brought say so."""

    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "is_default", "active", "source")
    list_filter = ("active", "is_default")
    search_fields = ("title", "code")
    fields = deeds.FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the purpose."""
        return deeds.set_purpose(actor=actor, purpose=obj if change else None, **data)
