"""Staff pages of the code list of fields of state management."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog.guards import SERVICE_MANAGE
from catalog.models import Sector
from catalog.services import sectors as deeds
from core.actor import Actor
from core.admin import BaseAdmin


@admin.register(Sector)
class SectorAdmin(BaseAdmin):
    """Sectors: data with a source; those we brought say so."""

    manage_permission = SERVICE_MANAGE
    list_display = ("title", "code", "is_default", "active", "source")
    list_filter = ("active", "is_default")
    search_fields = ("title", "code")
    fields = deeds.FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A code once given stays."""
        return ("code",) if obj else ()

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the sector."""
        return deeds.set_sector(actor=actor, sector=obj if change else None, **data)
