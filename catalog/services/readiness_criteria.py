"""Deeds on the questions of the readiness self-assessment."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.guards import SYSTEM_MANAGE
from catalog.models import ReadinessCriterion
from catalog.services.judging import judge, store, tidied
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused

FIELDS = ("code", "title", "guidance", "source", "place", "active")
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "readiness.yaml"


@transaction.atomic
def set_criterion(
    *, actor: Actor, criterion: ReadinessCriterion | None = None, is_default: bool = False, **fields: Any
) -> ReadinessCriterion:
    """Enter a question or change *criterion*; its code stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Tiêu chí sẵn sàng thuộc vai trò Cán bộ vận hành."))
    values = tidied(ReadinessCriterion, fields, FIELDS)
    found = ReadinessCriterion(is_default=is_default)
    if criterion is not None:
        found = ReadinessCriterion.objects.select_for_update().get(pk=criterion.pk)
        if values.get("code", found.code) != found.code:
            raise InvalidInput({"code": [_("Mã tiêu chí đã cấp thì giữ nguyên")]})
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    old, new = changed(before, values)
    if found.pk and not new:
        return found
    deed = "readinesscriterion.changed" if found.pk else "readinesscriterion.entered"
    found.is_default = found.is_default and not (found.pk and new.keys() - {"active", "place"})
    judge(found)
    store(found, unique="code")
    record_fact(actor=actor, deed=deed, subject=found, before=old, after=new, clause="QC15.1")
    return found


def load_criteria(*, actor: Actor) -> int:
    """Enter the questions we bring where they are not known yet; what staff changed stays. Returns how many."""
    known = set(ReadinessCriterion.objects.values_list("code", flat=True))
    rows = [row for row in yaml.safe_load(SEEDS.read_text(encoding="utf-8")) if row["code"] not in known]
    for row in rows:
        set_criterion(actor=actor, is_default=True, **row)
    return len(rows)
