"""Roles that ended after a backup end again in the database that was restored from it (QC12.5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.memberships import end_membership
from core import clock
from core.actor import Actor


@transaction.atomic
def end_again(*, actor: Actor, name: str, pk: str, at: datetime, after: Mapping[str, Any], reason: str) -> bool:
    """End the role *pk*, called *name*, that ended at *at*; False where it has ended already.

    Raises LookupError for one the backup does not have.
    """
    found = Membership.objects.select_related("user").filter(
        pk=pk, valid_from__lte=at.astimezone(clock.VIETNAM).date()
    )
    stored = found.first()
    if stored is None or str(stored) != name:
        raise LookupError(name)
    if stored.ended_at is not None:
        return False
    end_membership(actor=actor, membership=stored, reason=_("%s (thực hiện lại sau khôi phục)") % reason)
    return True


def sign_everybody_out() -> int:
    """End every session: some were ended after the backup, and nothing says which. Return how many there were."""
    return Session.objects.all().delete()[0]
