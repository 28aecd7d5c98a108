"""Deeds on the code list of fields of state management."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from catalog.guards import SERVICE_MANAGE
from catalog.models import Sector
from catalog.services.judging import judge, store, tidied
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused

FIELDS = ("code", "title", "source", "active")
SEEDS = Path(__file__).resolve().parents[1] / "seeds" / "sectors.yaml"


@transaction.atomic
def set_sector(*, actor: Actor, sector: Sector | None = None, is_default: bool = False, **fields: Any) -> Sector:
    """Enter a sector or change *sector*; its code stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    values = tidied(Sector, fields, FIELDS)
    found = Sector(is_default=is_default)
    if sector is not None:
        found = Sector.objects.select_for_update().get(pk=sector.pk)
        if values.get("code", found.code) != found.code:
            raise InvalidInput({"code": [_("Mã lĩnh vực đã cấp thì giữ nguyên")]})
    before = {name: getattr(found, name) for name in values} if found.pk else {}
    for name, value in values.items():
        setattr(found, name, value)
    old, new = changed(before, values)
    if found.pk and not new:
        return found
    deed = "sector.changed" if found.pk else "sector.entered"
    found.is_default = found.is_default and not (found.pk and new.keys() - {"active"})
    judge(found)
    store(found, unique="code")
    record_fact(actor=actor, deed=deed, subject=found, before=old, after=new, clause="QC11.2")
    return found


def load_sectors(*, actor: Actor) -> int:
    """Enter the sectors we bring where they are not known yet; what staff changed stays. Returns how many."""
    known = set(Sector.objects.values_list("code", flat=True))
    rows = [row for row in yaml.safe_load(SEEDS.read_text(encoding="utf-8")) if row["code"] not in known]
    for row in rows:
        set_sector(actor=actor, is_default=True, **row)
    return len(rows)
