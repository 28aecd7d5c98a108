"""Setting how alerts are told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from connections.services.staff_rows import save_row
from core.actor import Actor
from core.problems import PermissionRefused
from incidents.models import AlertPolicy
from incidents.services.alert_rules import MANAGE

FIELDS = ("gather_from", "gather_minutes", "webhook_hours", "webhook_faults", "webhook_keep_days")


@transaction.atomic
def set_alert_policy(*, actor: Actor, reason: str = "", **fields: Any) -> AlertPolicy:
    """Change how alerts are gathered and webhooks tried. Raises PermissionRefused, InvalidInput by field."""
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý quy tắc cảnh báo, thuộc vai trò Cán bộ vận hành."))
    row = AlertPolicy.objects.get_or_create(pk=1)[0]
    return save_row(
        actor=actor, row=row, names=FIELDS, given=fields, reason=reason, deed="alert_policy.changed", clause="QC14.3"
    )
