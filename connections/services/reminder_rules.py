"""Rules of reminding: first from seeds, then edited by staff."""

from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from connections.models import ReminderRule
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy

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
    stored = ReminderRule.objects.select_for_update().get(pk=rule.pk) if rule.pk else ReminderRule()
    before = {name: getattr(stored, name) for name in FIELDS} if rule.pk else {}
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(stored, name, tidy(value) if isinstance(value, str) else value)
    errors: dict[str, list[str]] = {}
    try:
        stored.full_clean()
    except ValidationError as error:
        errors = {name: list(map(str, texts)) for name, texts in error.message_dict.items()}
    if rule.pk and not tidy(reason):
        errors["reason"] = [_("Nhập lý do thay đổi")]
    if errors:
        raise InvalidInput(errors)
    stored.save()
    old, new = changed(before, {name: getattr(stored, name) for name in FIELDS})
    record_fact(actor=actor, deed="reminder_rule.saved", subject=stored, before=old, after=new, reason=tidy(reason))
    return stored


@transaction.atomic
def load_rules(*, actor: Actor) -> int:
    """Enter the seeds where no rule is known yet; return how many."""
    if ReminderRule.objects.exists():
        return 0
    rows = yaml.safe_load((SEEDS / "reminders.yaml").read_text(encoding="utf-8"))
    for row in rows:
        save_rule(actor=actor, rule=ReminderRule(), **row)
    return len(rows)
