"""Deeds on the code list of purposes."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.gates import announce
from catalog.guards import SERVICE_MANAGE
from catalog.models import Purpose
from catalog.services.code_lists import load_entries, set_entry
from core.actor import Actor
from core.problems import PermissionRefused

FIELDS = ("code", "title", "description", "source", "active")


@transaction.atomic
def set_purpose(*, actor: Actor, purpose: Purpose | None = None, is_default: bool = False, **fields: Any) -> Purpose:
    """Enter a purpose or change *purpose*; its code stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(SERVICE_MANAGE):
        raise PermissionRefused(_("Việc này cần quyền quản lý danh mục dịch vụ, thuộc vai trò Cán bộ vận hành."))
    found = set_entry(
        Purpose(is_default=is_default),
        actor=actor,
        entry=purpose,
        given=fields,
        names=FIELDS,
        noun="purpose",
        clause="QC11.3",
        code_kept=_("Mã mục đích đã cấp thì giữ nguyên"),
    )
    announce()
    return found


def load_purposes(*, actor: Actor) -> int:
    """Enter the purposes we bring where they are not known yet; what staff changed stays. Returns how many."""
    return load_entries(Purpose, "purposes.yaml", partial(set_purpose, actor=actor))
