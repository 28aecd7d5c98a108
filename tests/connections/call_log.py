"""Rows of the call log as a broker would have left them, inside the test's own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from connections.models import Grant
from core import clock
from core.ids import uuid7

_MAC = b"\x00" * 32


def log_calls(
    grant: Grant,
    *,
    operation: str = "list",
    count: int = 1,
    verdict: str = "A",
    status: int | None = 200,
    reason: str = "",
    side: str = "",
    total_ms: int = 40,
    system_id: int | None = None,
    **changed: Any,
) -> list[UUID]:
    """Log *count* calls through *grant* that ended as told, and return their ids; the MACs are no real ones.

    *changed* are columns of the intent that are not as usual; ``status`` None leaves the outcome out.
    """
    now, made = changed.get("received_at", clock.now()), []
    for _call in range(count):
        call_id, n = uuid7_at(now), _next_place()
        made.append(call_id)
        intent: dict[str, Any] = {
            "call_id": call_id,
            "received_at": now,
            "environment": grant.environment,
            "method": "GET",
            "service": grant.service.code,
            "version": "v1",
            "operation": operation,
            "key_id": 1,
            "access_key": "ak_test_kiemthu",
            "system_id": grant.system_id if system_id is None else system_id,
            "system_code": grant.system.code,
            "agency_id": grant.system.owner_id,
            "agency_code": grant.system.owner.code,
            "provider_id": grant.service.provider_id,
            "provider_code": grant.service.provider.code,
            "grant_code": grant.code,
            "purpose": grant.purpose.code,
            "gate_id": grant.gate_id,
            "gate_version": 1,
            "address": "10.20.30.4",
            "request_bytes": 0,
            "body_digest": _MAC,
            "query_digest": _MAC,
            "created": now,
            "nonce": call_id.bytes,
            "owned": False,
            "refused": verdict == "X",
            "calls": 1,
            "epoch": 1,
            "n": n,
            "prev_mac": _MAC,
            "row_mac": _MAC,
            "verdict": verdict,
            "admitted_at": now,
        }
        outcome: dict[str, Any] = {
            "call_id": call_id,
            "received_at": now,
            "finished_at": now,
            "status": status,
            "reason": reason,
            "side": side,
            "upstream_id": 1,
            "upstream_status": 200,
            "response_bytes": 10,
            "total_ms": total_ms,
            "upstream_ms": total_ms,
            "fields_dropped": 0,
            "stage": "F",
            "verdict": verdict,
            "admitted_at": now,
            "intent_epoch": 1,
            "intent_n": n,
            "earlier": b"",
            "epoch": 2,
            "n": n,
            "prev_mac": _MAC,
            "row_mac": _MAC,
        }
        _insert("audit_intent", intent | changed)
        if status is not None:
            _insert("audit_outcome", outcome)
    return made


def uuid7_at(moment: datetime) -> UUID:
    """Return an id as the platform would have given it at *moment*."""
    value = uuid7().int & ~(((1 << 48) - 1) << 80)
    return UUID(int=value | int(moment.timestamp() * 1000) << 80)


def _next_place() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(n), 0) + 1 from audit_intent where epoch = 1")
        return int(cursor.fetchone()[0])


def _insert(table: str, values: dict[str, Any]) -> None:
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"insert into {table} ({names}) values ({places})", list(values.values()))
