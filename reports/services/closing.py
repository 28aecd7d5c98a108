"""Closing rules: first from the seed, then edited by staff."""

from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy
from reports.guards import DRAFT
from reports.models import ClosingRule, ReportTemplate

SEED = Path(__file__).resolve().parents[1] / "seeds" / "closing_rules.yaml"
FIELDS = ("name", "closing_day", "own_days", "statutory", "basis", "active")


@transaction.atomic
def save_closing_rule(*, actor: Actor, code: str, **fields: Any) -> ClosingRule:
    """Add the rule *code*, or change it for periods to come: reports keep the days they were made for.

    Raises PermissionRefused, InvalidInput (also: a rule that templates use is not ended, nor made one of own days).
    """
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    known = ClosingRule.objects.select_for_update().filter(code=code).first()
    stored = known or ClosingRule(code=code)
    before = {name: getattr(stored, name) for name in FIELDS} if known else {}
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            setattr(stored, name, tidy(value) if isinstance(value, str) else value)
    _judge(stored, before)
    old, new = changed(before, {name: getattr(stored, name) for name in FIELDS})
    if known and not new:
        return stored
    stored.save()
    record_fact(actor=actor, deed="closing_rule.saved", subject=stored, before=old, after=new, clause="QC14.5")
    return stored


def load_closing_rules(*, actor: Actor) -> int:
    """Add the rules of the seed that are not known; return how many."""
    known = set(ClosingRule.objects.values_list("code", flat=True))
    rows = [row for row in yaml.safe_load(SEED.read_text(encoding="utf-8")) if row["code"] not in known]
    for row in rows:
        save_closing_rule(actor=actor, **row)
    return len(rows)


def _judge(stored: ClosingRule, before: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    if stored.own_days and stored.closing_day:
        errors["closing_day"] = [_("Cách chốt do người lập chọn ngày thì để trống ngày chốt")]
    used = bool(before) and ReportTemplate.objects.filter(closing_rule=stored).exists()
    if used and not stored.active:
        errors["active"] = [_("Mẫu báo cáo đang dùng cách chốt này; chọn cách khác trong mẫu trước")]
    if used and stored.own_days != before["own_days"]:
        errors["own_days"] = [_("Mẫu báo cáo đang dùng cách chốt này; chọn cách khác trong mẫu trước")]
    try:
        stored.full_clean(exclude=set(errors))
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            errors.setdefault("" if name == "__all__" else name, []).extend(texts)
    if errors:
        raise InvalidInput(errors)
