"""A log of two processes and a sealer over it, as short as tests need them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.db import connection, transaction

from audit.sealing.notes import Signer
from audit.sealing.outside import Outside
from audit.sealing.records import Records
from audit.sealing.sealer import Keys, Sealer
from audit.sealing.witness import Witness
from audit.verification.run import Asked, verify
from core.crypto import Keyring
from tests.audit.log_rows import KEYS, address, sql

RING = Keyring.parse(KEYS)
SIGNER = Signer.made_of("lgsp.example/log", b"sealing-key-of-the-tests-only-32")
OTHER = Signer.made_of("lgsp.example/log", b"another-key-of-the-tests-only-32")
KNOWN = {SIGNER.verifier.key_id: SIGNER.verifier}
SEAL_KEYS = Keys(SIGNER, KNOWN, KEYS)


@contextmanager
def sealing(
    folder: Path,
    *,
    keys: Keys = SEAL_KEYS,
    accept: bool = False,
    witness: Witness | None = None,
    revoking: Sequence[str] = (),
    records: Records | None = None,
) -> Iterator[Sealer]:
    """Give a sealer that has begun, and end it."""
    sealer = Sealer(
        address(), keys, Outside(folder), witness or Witness(), accept=accept, revoking=revoking, records=records or {}
    )
    sealer.outside.take()
    try:
        # A server process lets its lock go a moment after the connection of the sealer before was closed.
        until(sealer.connect)
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
            " and c.table_name <> all (array['audit_nonce', 'audit_row_change', 'audit_tombstone'])"
            " and not (select relispartition from pg_class where oid = c.table_name::regclass) order by 1, 2"
        )
        return cursor.fetchall()


@contextmanager
def undone() -> Iterator[Any]:
    """Give a cursor that may change evidence as a superuser; everything is taken back afterwards.

    Within another one nothing is taken from the tables a second time: that costs more than a verification.
    """
    within = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not within:
                _open(cursor)
            yield cursor
        transaction.set_rollback(True)


def _open(cursor: Any) -> None:
    cursor.execute("set local session_replication_role = replica")
    cursor.execute(
        "select conrelid::regclass::text, conname from pg_constraint where contype in ('c', 'p')"
        " and conparentid = 0 and coninhcount = 0 and conrelid::regclass::text in"
        " ('audit_intent', 'audit_outcome', 'audit_epoch', 'audit_leaf', 'audit_node', 'audit_checkpoint')"
    )
    for table, name in cursor.fetchall():
        cursor.execute(f"alter table {table} drop constraint {name}")
    cursor.execute("drop index audit_leaf_row")


def committed() -> int:
    """Return how many rows the log has."""
    return int(sql("select (select count(*) from audit_intent) + (select count(*) from audit_outcome)"
                   " + (select count(*) from audit_epoch)")[0][0])  # fmt: skip


def leaves() -> int:
    """Return how many leaves the tree has."""
    return int(sql("select coalesce(sum(leaves), 0) from audit_leaf")[0][0])


def sound(folder: Path) -> None:
    """Assert that the log verifies, and against the checkpoints in *folder*."""
    report = verify(RING, Asked(against=folder), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]


def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds, twenty seconds at most."""
    stop = monotonic() + 20
    while not condition():
        assert monotonic() < stop
        sleep(0.02)
