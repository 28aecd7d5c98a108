"""Changing how incidents open and close by themselves."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from audit.record import changed, record_fact
from core.actor import Actor
from core.problems import InvalidInput
from incidents.models import IncidentPolicy
from incidents.services.incident_moves import CLAUSE, require_manager

FIELDS = ("outage_severity", "log_severity", "close_after_hours")


@transaction.atomic
def set_incident_policy(*, actor: Actor, **fields: Any) -> IncidentPolicy:
    """Change the rules by which the platform opens and closes incidents. Raises PermissionRefused, InvalidInput."""
    require_manager(actor)
    policy = IncidentPolicy.objects.select_for_update().get_or_create(pk=1)[0]
    values = {name: value for name, value in fields.items() if name in FIELDS}
    old, new = changed({name: getattr(policy, name) for name in values}, values)
    for name, value in new.items():
        setattr(policy, name, value)
    try:
        policy.full_clean()
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    if new:
        policy.save()
        record_fact(actor=actor, deed="incident_policy.changed", subject=policy, before=old, after=new, clause=CLAUSE)
    return policy
