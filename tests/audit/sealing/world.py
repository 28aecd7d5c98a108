"""A log of two processes and a sealer over it, as short as tests need them."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from audit.admission import Ledger, Outcome, Stage
from audit.sealing.notes import Signer
from audit.sealing.outside import Outside
from audit.sealing.sealer import Keys, Sealer
from audit.sealing.witness import Witness
from core.crypto import Keyring
from tests.audit.log_rows import DONE, KEYS, add_gate, address, changed, make_call

RING = Keyring.parse(KEYS)
SIGNER = Signer.made_of("lgsp.example/log", b"sealing-key-of-the-tests-only-32")
OTHER = Signer.made_of("lgsp.example/log", b"another-key-of-the-tests-only-32")
KNOWN = {SIGNER.verifier.key_id: SIGNER.verifier}
SEAL_KEYS = Keys(SIGNER, KNOWN, KEYS)


async def write_log(calls: int, parts: int = 2, *, unanswered: bool = False) -> None:
    """Write calls of *parts* processes: plain, stale and submitted again, streamed, over quota, refused."""
    gate, small = add_gate(), add_gate(1)
    for part in range(parts):
        ledger = Ledger(address(), KEYS, worker=f"worker-{part}")
        await ledger.start()
        for _ in range(calls):
            call = make_call(gate)
            await ledger.admit(call)
            await ledger.record(call, DONE)
        stale = make_call(gate, gate_version=9)
        await ledger.admit(stale)
        await ledger.admit(changed(stale, gate_version=1), owned=True)
        await ledger.record(stale, DONE)
        streamed = make_call(gate)
        await ledger.admit(streamed)
        await ledger.record(streamed, Outcome(200, stage=Stage.STREAMING))
        await ledger.record(streamed, Outcome(200, stage=Stage.CLOSING))
        over = make_call(small)
        await ledger.admit(over)
        await ledger.record(over, Outcome(429, "quota-exceeded", "consumer"))
        await ledger.refuse(make_call(0, key_id=0, created=None, nonce=b""), Outcome(401, "signature-invalid"))
        if unanswered:
            await ledger.admit(make_call(gate))
        await ledger.stop()


def written(calls: int = 4, parts: int = 2, *, unanswered: bool = False) -> None:
    """Write a log."""
    asyncio.run(write_log(calls, parts, unanswered=unanswered))


@contextmanager
def sealing(
    folder: Path,
    *,
    keys: Keys = SEAL_KEYS,
    accept: bool = False,
    witness: Witness | None = None,
    revoking: Sequence[str] = (),
) -> Iterator[Sealer]:
    """Give a sealer that has begun, and end it."""
    sealer = Sealer(address(), keys, Outside(folder), witness or Witness(), accept=accept, revoking=revoking)
    sealer.outside.take()
    try:
        assert sealer.connect()
        with sealer.connection:
            sealer.resume()
            yield sealer
    finally:
        sealer.outside.release()


def seal(folder: Path, **options: Any) -> int:
    """Seal all there is in one go; return the size of the tree."""
    with sealing(folder, **options) as sealer:
        while not sealer.tick():
            pass
        return sealer.tree.size


def evidence_columns() -> list[tuple[str, str, str]]:
    """Return table, column and type of everything that is evidence of the call log, and sealed with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.table_name, c.column_name, c.data_type from information_schema.columns c"
            " join pg_trigger t on t.tgrelid = c.table_name::regclass and t.tgname = 'append_only'"
            " where c.table_schema = current_schema()"
            " and c.table_name <> all (array['audit_nonce', 'audit_row_change'])"
            " and not (select relispartition from pg_class where oid = c.table_name::regclass) order by 1, 2"
        )
        return cursor.fetchall()


@contextmanager
def undone() -> Iterator[Any]:
    """Give a cursor that may change evidence as a superuser; everything is taken back afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute(
                "select conrelid::regclass::text, conname from pg_constraint where contype in ('c', 'p')"
                " and conparentid = 0 and coninhcount = 0 and conrelid::regclass::text in"
                " ('audit_intent', 'audit_outcome', 'audit_epoch', 'audit_leaf', 'audit_node', 'audit_checkpoint')"
            )
            for table, name in cursor.fetchall():
                cursor.execute(f"alter table {table} drop constraint {name}")
            cursor.execute("drop index audit_leaf_row")
            yield cursor
        transaction.set_rollback(True)
