"""Calls as a broker would submit them, and a database address as a broker would have it."""

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from django.db import connection
from psycopg.conninfo import make_conninfo

from audit.admission import Call, Ledger, Outcome, Stage, Standing, standing
from core import clock
from core.ids import uuid7
from tests.database import beside

KEYS = "second:c2Vjb25kLWtleS1vZi10aGUtdGVzdHMtMzItYnl0ZXM=,first:Zmlyc3Qta2V5LW9mLXRoZS10ZXN0cy0zMi1ieXRlcyE="
# The tests of one run share a server: only the own database's connections are cut.
CUT = """
select pg_terminate_backend(pid) from pg_stat_activity
 where datname = current_database() and starts_with(application_name, %s)
"""
DONE = Outcome(200, response_bytes=812, total_ms=14, upstream_id=4, upstream_status=200, upstream_ms=11)


def address() -> str:
    """Return the test database's address."""
    found = connection.get_connection_params()
    return make_conninfo(**{name: found[name] for name in ("host", "port", "user", "password", "dbname")})


def make_call(gate: int, **fields: Any) -> Call:
    """Return a call through *gate*, fresh unless *fields* say otherwise."""
    now = clock.now()
    known: dict[str, Any] = {
        "call_id": uuid7(),
        "received_at": now,
        "environment": "live",
        "method": "GET",
        "service": "administrative-units",
        "version": "v1",
        "operation": "communes",
        "key_id": 5,
        "access_key": "ak_live_kiemthu",
        "system_id": 3,
        "system_code": "HT-03",
        "agency_id": 7,
        "agency_code": "H60.07",
        "provider_id": 9,
        "provider_code": "H60.03",
        "grant_code": "QK-2026-001",
        "purpose": "administrative-procedures",
        "gate_id": gate,
        "gate_version": 1,
        "address": "10.60.0.7",
        "request_bytes": 120,
        "body_digest": b"\x01" * 32,
        "query_digest": b"\x02" * 32,
        "created": now.astimezone(UTC).replace(microsecond=0),
        "nonce": os.urandom(16),
    }
    return made({**known, **fields})


def changed(call: Call, **fields: Any) -> Call:
    """Return *call* with another standing."""
    known = {name: getattr(call.standing, name) for name in Standing.__slots__ if name != "written"}
    return replace(call, standing=standing(**{**known, **fields}))


def made(fields: dict[str, Any]) -> Call:
    """Return the call of these columns."""
    standing_fields = {name: fields[name] for name in fields if name in Standing.__slots__}
    own = {name: value for name, value in fields.items() if name not in standing_fields}
    return Call(**own, standing=standing(**standing_fields))


def add_gate(limit: int = 1_000_000) -> int:
    """Make a gate outside any deed and return its id."""
    return int(sql("insert into audit_gate (lim) values (%s) returning gate_id", limit)[0][0])


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run *statement* beside the test's own connection, committed at once; return its rows."""
    cursor = beside().execute(statement, values or None)
    return cursor.fetchall() if cursor.description else []


def tamper(statement: str, *values: Any) -> int:
    """Change evidence as a superuser with the triggers off; return how many rows it met."""
    link = beside()
    with link.transaction():
        link.execute("set local session_replication_role = replica")
        return link.execute(statement, values or None).rowcount


async def write_log(
    calls: int, parts: int = 2, *, over: int = 1, unanswered: bool = False, days: Sequence[datetime | None] = (None,)
) -> None:
    """Write calls of *parts* processes: plain, stale and submitted again, streamed, *over* quota, refused.

    They are received on *days*, one after the other and over again; None is now.
    """
    moments = cycle(days)

    def fresh(gate: int, **fields: Any) -> Call:
        at = next(moments)
        return make_call(gate, **({"received_at": at, "created": at} if at else {}), **fields)

    gate, small = add_gate(), add_gate(1)
    for part in range(parts):
        ledger = Ledger(address(), KEYS, worker=f"worker-{part}")
        await ledger.start()
        for _ in range(calls):
            call = fresh(gate)
            await ledger.admit(call)
            await ledger.record(call, DONE)
        stale = fresh(gate, gate_version=9)
        await ledger.admit(stale)
        await ledger.admit(changed(stale, gate_version=1), owned=True)
        await ledger.record(stale, DONE)
        streamed = fresh(gate)
        await ledger.admit(streamed)
        await ledger.record(streamed, Outcome(200, stage=Stage.STREAMING))
        await ledger.record(streamed, Outcome(200, stage=Stage.CLOSING))
        for _ in range(over):
            refused = fresh(small)
            await ledger.admit(refused)
            await ledger.record(refused, Outcome(429, "quota-exceeded", "consumer"))
        nobody = make_call(0, key_id=0, created=None, nonce=b"")
        await ledger.refuse(nobody, Outcome(401, "signature-invalid"))
        if unanswered:
            await ledger.admit(fresh(gate))
        await ledger.stop()


def written(calls: int = 4, parts: int = 2, **options: Any) -> None:
    """Write a log."""
    asyncio.run(write_log(calls, parts, **options))


def digits(text: str) -> list[int]:
    """Return the numbers in *text*, Vietnamese grouping taken out."""
    return [int(found.replace(".", "")) for found in re.findall(r"\d[\d.]*", text)]
