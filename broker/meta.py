"""What a system may ask the platform about itself: ``/api/data/-/ping`` and ``/api/data/-/services``."""

from typing import TYPE_CHECKING, Any

from audit.admission import Quota
from broker.authorising import PREFIX
from broker.incoming import Incoming
from broker.snapshot import Snapshot
from connections.projection import GrantRow
from core.hours import spans_of

if TYPE_CHECKING:
    from broker.engine import Engine


async def ping(incoming: Incoming, engine: "Engine") -> dict[str, Any]:
    """Echo the system behind the key, its grants and what is left of today's quotas."""
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    key = incoming.principal.key
    held = incoming.snapshot.by_system.get((key.system_id, key.environment), [])
    quotas = await engine.ledger.quotas([grant.gate_id for grant in held])
    return {
        "system": key.system_code,
        "agency": key.agency_code,
        "environment": key.environment,
        "access_key": key.access_key,
        "key_valid_to": key.valid_to,
        "calls_at_once": key.calls_at_once,
        "address": incoming.address,
        "server_time": incoming.received_at.isoformat(timespec="milliseconds"),
        "grants": [_grant(grant, incoming.snapshot, quotas.get(grant.gate_id)) for grant in held],
    }


def _grant(grant: GrantRow, snapshot: Snapshot, quota: Quota | None) -> dict[str, Any]:
    return {
        "grant": grant.code,
        "services": sorted(
            f"{service.row.code}/{service.row.version}"
            for service in snapshot.services.values()
            if service.row.service_id == grant.service_id and service.row.environment == grant.environment
        ),
        "purpose": grant.purpose,
        "operations": sorted(grant.operations),
        "fields": None if grant.fields is None else sorted(grant.fields),
        "hours": spans_of(grant.hours),
        "rate_per_second": grant.rate_per_second or None,
        "rate_per_minute": grant.rate_per_minute or None,
        "valid_from": grant.valid_from,
        "valid_to": grant.valid_to,
        "active": grant.active,
        "reason": grant.reason,
        "quota": None if quota is None else {"limit": quota.limit, "used": quota.used, "left": quota.left},
    }


async def services(incoming: Incoming, engine: "Engine") -> dict[str, Any]:
    """List what is published in the key's environment, and the grants under which the system may call it."""
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    key = incoming.principal.key
    held = incoming.snapshot.by_system.get((key.system_id, key.environment), [])
    listed = []
    for service in incoming.snapshot.services.values():
        row = service.row
        if row.environment != key.environment:
            continue
        grants = sorted(grant.code for grant in held if grant.service_id == row.service_id and grant.active)
        base = f"{PREFIX}{row.code}/{row.version}"
        operations = [
            {"code": item.code, "method": item.method, "path": base + item.template} for item in row.operations
        ]
        listed.append(
            {
                "service": row.code,
                "version": row.version,
                "title": row.title,
                "provider": row.provider_code,
                "operations": operations,
                "grants": grants,
            }
        )
    return {"environment": key.environment, "services": listed}
