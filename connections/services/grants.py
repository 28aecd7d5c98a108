"""Opening, revoking and closing grants; called by the deeds that set up, go live and end (QC4.6, QC11.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.gates import announce, bump_gates, open_gate
from audit.record import record_fact
from catalog.models import DataService
from connections.models import AccessLine, AccessRequest, Connection, ConnectionRequest, EnvironmentTerms, Grant
from connections.selectors.offered import codes_offered
from connections.services.numbering import next_grant_codes
from core import clock
from core.actor import Actor
from core.choices import Environment
from core.hours import said
from core.problems import GuardRefused, StateRefused


def terms_of(environment: str) -> EnvironmentTerms:
    """Return the terms of *environment*. Raises GuardRefused where staff have none on file."""
    found = EnvironmentTerms.objects.filter(environment=environment).first()
    if found is None:
        text = _("Chưa có tham số của môi trường «%(environment)s»; cán bộ vận hành nhập trước.")
        raise GuardRefused(text % {"environment": Environment(environment).label})
    return found


def lock_connection(request: ConnectionRequest) -> Connection:
    """Return the open connection of the dossier's system, locked after the dossier. Raises StateRefused."""
    found = Connection.objects.select_for_update(of=("self",)).select_related("system__owner")
    connection = found.filter(system_id=request.system_id).first()
    if connection is None or connection.closed_at is not None:
        raise StateRefused(_("Hệ thống không có kết nối đang mở."))
    return connection


@dataclass(frozen=True, slots=True)
class Wanted:
    """One grant as it was approved: by a line of a dossier, or of a request for use, which declares no peak."""

    service: DataService
    operations: list[str]
    fields: list[str]
    daily_quota: int
    until: date | None
    hours: list[dict[str, Any]]
    line: AccessLine | None = None
    per_second: int | None = None


def open_grants(
    *, actor: Actor, request: ConnectionRequest, connection: Connection, environment: str
) -> tuple[list[Grant], list[int]]:
    """Make a grant with its own gate for each approved line, in place of what the system held for the service.

    Nothing is typed: operations, fields, purpose, networks, quota, hours and last day are the dossier's, the rate is
    the peak it declares; the quota is no more than the terms of the environment allow. A line that names no field
    means those the service names now: one added later is not granted by itself. Returns the grants and the gates of
    those replaced, to be closed last.
    """
    wanted = [
        Wanted(
            line.service,
            line.granted_operations,
            line.granted_fields,
            line.granted_quota,
            line.granted_until,
            line.granted_hours,
            per_second=request.peak_per_second,
        )
        for line in request.lines.granted()
    ]
    return make_grants(
        actor=actor,
        connection=connection,
        environment=environment,
        wanted=wanted,
        purpose_id=request.purpose_id or 0,
        networks=request.networks,
        source=request,
    )


def make_grants(
    *,
    actor: Actor,
    connection: Connection,
    environment: str,
    wanted: Sequence[Wanted],
    purpose_id: int,
    networks: Sequence[str],
    source: ConnectionRequest | AccessRequest,
) -> tuple[list[Grant], list[int]]:
    """Make the *wanted* grants of a connection the deed has locked, as :func:`open_grants` says.

    *source* is what was approved; a request for use makes grants under the dossier that the connection stands on.
    """
    terms = terms_of(environment)
    held = Grant.objects.open().filter(system_id=connection.system_id, environment=environment)
    replaced = held.filter(service_id__in=[item.service.pk for item in wanted])
    gates = revoke_grants(actor=actor, grants=replaced, reason=_("Thay bằng quyền của hồ sơ %(n)s") % {"n": source})
    named = codes_offered(item.service.pk for item in wanted)
    shared = {
        "connection": connection,
        "request": source if isinstance(source, ConnectionRequest) else connection.request,
        "system": connection.system,
        "environment": environment,
        "purpose_id": purpose_id,
        "networks": list(networks),
    }
    made = []
    for item, code in zip(wanted, next_grant_codes(len(wanted)), strict=True):
        fields = item.fields or sorted(named.get(item.service.pk, (set(), set()))[1]) or None
        made.append(make_grant(actor, item, terms, code=code, fields=fields, **shared))
    return made, gates


def make_grant(actor: Actor, item: Wanted, terms: EnvironmentTerms, **fields: Any) -> Grant:
    """Make one grant with its own gate and record the fact; quota and rates are no more than the *terms* allow."""
    daily_quota, (per_second, per_minute) = terms.quota(item.daily_quota), terms.rates(item.per_second)
    grant = Grant.objects.create(
        service=item.service,
        access_line=item.line,
        operations=item.operations,
        daily_quota=daily_quota,
        hours=item.hours,
        rate_per_second=per_second,
        rate_per_minute=per_minute,
        valid_from=clock.today(),
        valid_to=item.until,
        gate_id=open_gate(limit=daily_quota),
        opened_at=clock.now(),
        **fields,
    )
    _record_opened(actor, grant)
    return grant


def _record_opened(actor: Actor, grant: Grant) -> None:
    record_fact(
        actor=actor,
        deed="grant.opened",
        subject=grant,
        after={
            "service": grant.service.code,
            "environment": grant.environment,
            "operations": grant.operations,
            "fields": grant.fields,
            "purpose": grant.purpose.code,
            "networks": grant.networks,
            "daily_quota": grant.daily_quota,
            "rate_per_second": grant.rate_per_second,
            "rate_per_minute": grant.rate_per_minute,
            "hours": said(grant.hours),
            "valid_to": grant.valid_to,
        },
        clause="QC10.3" if grant.environment == Environment.SANDBOX else "QC11.3",
    )


def revoke_grants(*, actor: Actor, grants: Iterable[Grant], reason: str) -> list[int]:
    """Revoke each open grant with *reason*; return their gates, which the deed closes as its last statement."""
    gates = []
    for grant in grants:
        grant.revoked_at, grant.revoke_reason = clock.now(), reason
        grant.save()
        record_fact(actor=actor, deed="grant.revoked", subject=grant, reason=reason, clause="QC11.3")
        gates.append(grant.gate_id)
    return gates


def gates_of(scope: Q) -> list[int]:
    """Return the gates of the open grants in *scope*."""
    return list(Grant.objects.open().filter(scope).values_list("gate_id", flat=True))


def close_gates(gates: Iterable[int]) -> None:
    """Stop what was judged by the old policy and wake the brokers; the last statements of a deed (decisions, 33)."""
    if wanted := sorted(set(gates)):
        bump_gates(wanted)
    announce()
