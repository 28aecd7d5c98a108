"""Changing how agencies are ranked."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused
from core.text import tidy
from reports.guards import DRAFT
from reports.models import RankingPolicy

FIELDS = ("connections", "quality", "on_time", "incidents", "incident_points", "basis")


@transaction.atomic
def set_ranking_policy(*, actor: Actor, **fields: Any) -> RankingPolicy:
    """Change weights and basis of the ranking; every ranking shown from now on uses them.

    Raises PermissionRefused, InvalidInput.
    """
    if not actor.may(DRAFT):
        raise PermissionRefused(_("Việc này thuộc vai trò Cán bộ báo cáo."))
    policy = RankingPolicy.objects.select_for_update().get_or_create(pk=1)[0]
    values = {
        name: tidy(value) if isinstance(value, str) else value for name, value in fields.items() if name in FIELDS
    }
    old, new = changed({name: getattr(policy, name) for name in values}, values)
    for name, value in values.items():
        setattr(policy, name, value)
    try:
        policy.full_clean()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    if new:
        policy.save()
        record_fact(actor=actor, deed="ranking_policy.changed", subject=policy, before=old, after=new, clause="QC14.5")
    return policy
