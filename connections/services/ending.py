"""Disconnection: grants and keys end at the commit of the deed (Q50-8.3, Q50-15.4)."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from audit.record import record_fact
from catalog.services.readiness import mark_ended
from connections.choices import Kind, PrintoutKind, State
from connections.models import Connection, ConnectionRequest, Grant
from connections.selectors.connections import one_of_each_provider
from connections.services.clocks import stop_all_clocks
from connections.services.endings import accept_ending, tell_providers
from connections.services.grants import close_gates, lock_connection, revoke_grants
from connections.services.keys import revoke_all
from connections.services.moves import lock, move, require
from connections.services.printouts import issue_printout
from connections.services.telling import announce
from core import clock
from core.actor import Actor


@transaction.atomic
def terminate(
    *, actor: Actor, request: ConnectionRequest, reason: str, version: int | None = None
) -> ConnectionRequest:
    """End the connection of the dossier's system, with every grant and key of its system, in both environments.

    What the agency asked about the end of the connection is thereby answered.
    A later dossier of the same system (a change of scope) that ends before it is live takes only its own grants along.
    No call whose admission commits after this deed is admitted.
    """
    stored = lock(request, version=version)
    reason = require(actor, stored, "terminate", reason=reason)
    connection = lock_connection(stored)
    whole = stored.state == State.LIVE or stored.kind in (Kind.NEW, Kind.TERMINATION)
    scope = Q(system_id=stored.system_id) if whole else Q(request_id=stored.pk)
    grants = list(Grant.objects.open().filter(scope).select_related("service__provider").order_by("code"))
    lost = one_of_each_provider(Grant.objects.open().filter(scope))
    gates = revoke_grants(actor=actor, grants=grants, reason=reason)
    keys = revoke_all(actor=actor, system_id=connection.system_id, reason=reason) if whole else []
    stored.ended_at, stored.end_reason = clock.now(), reason
    after = {"grants": len(gates), "keys": keys}
    move(actor=actor, request=stored, action="terminate", reason=reason, after=after)
    stop_all_clocks(stored)
    if whole:
        _close(actor, connection, reason)
        tell_providers(lost)
    mark_ended(actor=actor, system_id=connection.system_id)
    told: dict[str, Any] = {"reason": reason, "grants": grants, "keys": len(keys)}
    for kind in (*((PrintoutKind.REVOCATION,) if grants else ()), PrintoutKind.ENDING):
        issue_printout(actor=actor, request=stored, kind=kind, **told)
    announce(actor, stored, "terminate")
    close_gates(gates)
    return stored


def _close(actor: Actor, connection: Connection, reason: str) -> None:
    connection.closed_at = clock.now()
    connection.save()
    accept_ending(actor=actor, connection=connection, reason=reason)
    record_fact(actor=actor, deed="connection.closed", subject=connection, reason=reason, clause="Q50-8.3")
