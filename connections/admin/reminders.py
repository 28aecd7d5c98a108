"""Rules of reminding: data, edited with a reason."""

from typing import Any

from django.contrib import admin

from connections.admin.plans import ReasonedForm
from connections.models import ReminderRule
from connections.services import reminder_rules as deeds
from core.actor import Actor
from core.admin import BaseAdmin


@admin.register(ReminderRule)
class ReminderRuleAdmin(BaseAdmin):
    """When whom is reminded; reminders already given stay."""

    form = ReasonedForm
    view_permission = "request.view_all"
    manage_permission = deeds.MANAGE
    list_display = ("offset", "audience", "active", "basis")
    list_filter = ("audience", "active")
    fields = (*deeds.FIELDS, "reason")

    def carry_out(self, actor: Actor, obj: Any, data: dict[str, Any], change: bool) -> Any:
        """Save the rule."""
        return deeds.save_rule(actor=actor, rule=obj, **data)
