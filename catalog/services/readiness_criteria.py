"""Deeds on the questions of the readiness self-assessment."""

from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.guards import SYSTEM_MANAGE
from catalog.models import ReadinessCriterion
from catalog.services.code_lists import load_entries, set_entry
from core.actor import Actor
from core.problems import PermissionRefused

FIELDS = ("code", "title", "guidance", "source", "place", "active")


@transaction.atomic
def set_criterion(
    *, actor: Actor, criterion: ReadinessCriterion | None = None, is_default: bool = False, **fields: Any
) -> ReadinessCriterion:
    """Enter a question or change *criterion*; its code stays. Raises PermissionRefused, InvalidInput."""
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Tiêu chí sẵn sàng thuộc vai trò Cán bộ vận hành."))
    return set_entry(
        ReadinessCriterion(is_default=is_default),
        actor=actor,
        entry=criterion,
        given=fields,
        names=FIELDS,
        noun="readinesscriterion",
        clause="QC15.1",
        code_kept=_("Mã tiêu chí đã cấp thì giữ nguyên"),
        own=("active", "place"),
    )


def load_criteria(*, actor: Actor) -> int:
    """Enter the questions we bring where they are not known yet; what staff changed stays. Returns how many."""
    return load_entries(ReadinessCriterion, "readiness.yaml", partial(set_criterion, actor=actor))
