"""Deeds on the code list of fields of state management."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.guards import SERVICE_MANAGE
from catalog.models import Sector
from catalog.services.code_lists import load_entries, set_entry
from core.actor import Actor
from core.problems import PermissionRefused

FIELDS = ("code", "title", "source", "active")


@transaction.atomic
def set_sector(*, actor: Actor, sector: Sector | None = None, is_default: bool = False, **fields: Any) -> Sector:
    """Enter a sector or change *sector*; its code stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    return set_entry(
        Sector(is_default=is_default),
        actor=actor,
        entry=sector,
        given=fields,
        names=FIELDS,
        noun="sector",
        clause="QC11.2",
        code_kept=_("Mã lĩnh vực đã cấp thì giữ nguyên"),
    )


def load_sectors(*, actor: Actor) -> int:
    """Enter the sectors we bring where they are not known yet; what staff changed stays. Returns how many."""
    return load_entries(Sector, "sectors.yaml", partial(set_sector, actor=actor))
