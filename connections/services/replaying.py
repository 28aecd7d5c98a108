"""What was revoked after a backup is revoked again in the database that was restored from it (QC12.5).

Ids and codes may be given anew by a later life of the database: only what was there before the revocation is meant.
Each function returns False where it is revoked already. Raises LookupError for what the backup does not have, and what
the deeds themselves raise.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from connections.models import Connection, Credential, Grant
from connections.services.grant_changes import revoke_grant
from connections.services.holds import place_hold
from connections.services.keys import revoke_key
from core.actor import Actor


def _said(reason: str) -> str:
    return _("%s (thực hiện lại sau khôi phục)") % reason


@transaction.atomic
def revoke_key_again(*, actor: Actor, name: str, pk: str, at: datetime, after: Mapping[str, Any], reason: str) -> bool:
    """Revoke the key *name*, which was revoked at *at*."""
    stored = Credential.objects.select_related("system__owner").filter(access_key=name, made_at__lt=at).first()
    if stored is None:
        raise LookupError(name)
    if stored.revoked_at is not None:
        return False
    revoke_key(actor=actor, credential=stored, reason=_said(reason))
    return True


@transaction.atomic
def revoke_grant_again(
    *, actor: Actor, name: str, pk: str, at: datetime, after: Mapping[str, Any], reason: str
) -> bool:
    """Revoke the grant *name*, which was revoked at *at*."""
    stored = Grant.objects.filter(code=name, opened_at__lt=at).first()
    if stored is None:
        raise LookupError(name)
    if stored.revoked_at is not None:
        return False
    revoke_grant(
        actor=actor, grant=stored, reason=_said(reason), legal_basis=_("theo lần thu hồi trước khi mất dữ liệu")
    )
    return True


@transaction.atomic
def hold_again(*, actor: Actor, name: str, pk: str, at: datetime, after: Mapping[str, Any], reason: str) -> bool:
    """Suspend again the connection *pk* of the system *name* for the side *after* names, as it was at *at*."""
    stored = Connection.objects.select_related("system").filter(pk=pk, opened_at__lt=at).first()
    if stored is None or str(stored) != name:
        raise LookupError(name)
    side = str(after.get("side", ""))
    held = stored.holds.filter(side=side, agency_id=actor.agency_id or 0, lifted_at__isnull=True)
    if stored.closed_at is not None or held.exists():
        return False
    place_hold(actor=actor, connection=stored, side=side, reason=_said(reason))
    return True
