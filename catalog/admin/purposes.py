"""Staff pages of the code list of purposes."""

from typing import Any

from django.contrib import admin

from catalog.admin.code_lists import CodeListAdmin
from catalog.guards import SERVICE_MANAGE
from catalog.models import Purpose
from catalog.services import purposes as deeds
from core.actor import Actor


@admin.register(Purpose)
class PurposeAdmin(CodeListAdmin):
    """Purposes: data with a source; those we brought say so."""

    manage_permission = SERVICE_MANAGE
    fields = deeds.FIELDS

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Enter or change the purpose."""
        return deeds.set_purpose(actor=actor, purpose=obj if change else None, **data)
