"""Rules of reminding: first from seeds, then edited by staff."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from connections.models import ReminderRule
from connections.services.staff_rows import save_row
from core.actor import Actor
from core.problems import PermissionRefused

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
MANAGE = "calendar.manage"
FIELDS = ("offset", "audience", "basis", "active")


@transaction.atomic
def save_rule(*, actor: Actor, rule: ReminderRule, reason: str = "", **fields: Any) -> ReminderRule:
    """Add or change a rule; changing one needs a *reason*. Reminders already given stay given.

    Raises InvalidInput for a second rule of the same day and audience, or for one that passes a matter up too early.
    """
    if not actor.may(MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý lịch làm việc, thuộc vai trò Cán bộ vận hành."))
    return save_row(actor=actor, row=rule, names=FIELDS, given=fields, reason=reason, deed="reminder_rule.saved")


@transaction.atomic
def load_rules(*, actor: Actor) -> int:
    """Enter the seeds where no rule is known yet; return how many."""
    if ReminderRule.objects.exists():
        return 0
    rows = yaml.safe_load((SEEDS / "reminders.yaml").read_text(encoding="utf-8"))
    for row in rows:
        save_rule(actor=actor, rule=ReminderRule(), **row)
    return len(rows)
