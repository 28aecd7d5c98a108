"""Staff pages of the code list of fields of state management."""

from typing import Any

from django.contrib import admin

from catalog.admin.code_lists import CodeListAdmin
from catalog.guards import SERVICE_MANAGE
from catalog.models import Sector
from catalog.services import sectors as deeds
from core.actor import Actor


@admin.register(Sector)
class SectorAdmin(CodeListAdmin):
    """Sectors: data with a source; those we brought say so."""

    manage_permission = SERVICE_MANAGE
    fields = deeds.FIELDS

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the sector."""
        return deeds.set_sector(actor=actor, sector=obj if change else None, **data)
