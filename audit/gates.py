"""Gates: the row a call must pass, quota counter and revocation lock at once.

Called by deeds that change what a system may call, as the last statements of their transaction and in this order:
``set_limit``, ``bump_gates``, ``announce`` (decisions, 18 and 33). While a gate is held, calls through it wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

CHANNEL = "lgsp_policy"


def open_gate(*, limit: int) -> int:
    """Make a gate that lets *limit* calls through each day in Vietnam; return its id. Raises ValueError below 0."""
    _require(limit)
    with connection.cursor() as cursor:
        cursor.execute("insert into audit_gate (lim) values (%s) returning gate_id", [limit])
        return int(cursor.fetchone()[0])


def bump_gates(gate_ids: Iterable[int]) -> dict[int, int]:
    """Raise the version of each gate: no call judged before this transaction commits is admitted after it does.

    Gates are locked in id order, as calls lock them. Returns the new versions; raises LookupError for an unknown gate.
    """
    wanted = _in_deed(gate_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "with held as materialized"
            " (select gate_id from audit_gate where gate_id = any(%s) order by gate_id for no key update)"
            " update audit_gate g set version = g.version + 1 from held where held.gate_id = g.gate_id"
            " returning g.gate_id, g.version",
            [wanted],
        )
        versions = {int(gate): int(version) for gate, version in cursor.fetchall()}
    _require_all(wanted, versions)
    return versions


def set_limit(gate_id: int, limit: int) -> None:
    """Change a gate's daily limit; calls already let through today stay counted. Raises ValueError, LookupError."""
    _require(limit)
    wanted = _in_deed([gate_id])
    with connection.cursor() as cursor:
        cursor.execute("update audit_gate set lim = %s where gate_id = %s", [limit, gate_id])
        _require_all(wanted, {gate_id: 0} if cursor.rowcount else {})


def gate_versions(gate_ids: Iterable[int]) -> dict[int, int]:
    """Return the present version of each gate that exists."""
    with connection.cursor() as cursor:
        cursor.execute("select gate_id, version from audit_gate where gate_id = any(%s)", [sorted(set(gate_ids))])
        return {int(gate): int(version) for gate, version in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate as the broker meets it: ``used`` of ``limit`` calls today in Vietnam."""

    version: int
    used: int
    limit: int


def gate_rows(gate_ids: Iterable[int]) -> dict[int, GateRow]:
    """Return each gate that exists; what was counted on an earlier day is 0 today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select gate_id, version, lim,"
            " case when day = (now() at time zone 'Asia/Ho_Chi_Minh')::date then used else 0 end"
            " from audit_gate where gate_id = any(%s)",
            [sorted(set(gate_ids))],
        )
        return {
            int(gate): GateRow(int(version), int(used), int(lim)) for gate, version, lim, used in cursor.fetchall()
        }


def announce() -> None:
    """Wake the brokers when this transaction commits: what they know of services, keys and grants is old."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, '')", [CHANNEL])


def _in_deed(gate_ids: Iterable[int]) -> list[int]:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a gate changes in the transaction of the deed that changes it")
    return sorted(set(gate_ids))


def _require(limit: int) -> None:
    if limit < 0:
        raise ValueError("a limit is 0 or more calls a day")


def _require_all(wanted: list[int], found: dict[int, int]) -> None:
    if missing := sorted(set(wanted) - found.keys()):
        raise LookupError(f"no gate {missing}")
