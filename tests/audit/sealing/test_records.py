"""Evidence beside the log is sealed in the same tree: whatever is done to a fact, a mark or a version is located."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from audit.sealing.records import Record, way_of
from audit.verification.findings import Report
from audit.verification.run import Asked, verify
from core import clock
from lgsp.governed import EVIDENCE
from lgsp.sealed import SEALED
from tests.audit.log_rows import sql, written
from tests.audit.sealing.world import KNOWN, RING, seal, sealing, undone
from tests.audit.test_verify import FLIPS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC8.5")]
# Of the log and its tree, each leaf by leaf; and signatures seen, compared with the calls they are of.
OTHERWISE = {
    "audit_intent",
    "audit_outcome",
    "audit_epoch",
    "audit_leaf",
    "audit_node",
    "audit_checkpoint",
    "audit_nonce",
}
VALUES = {
    "text": "'chữ'", "character varying": "'a'", "bigint": "7", "integer": "7", "smallint": "7", "boolean": "true",
    "jsonb": """'{"a": [1, "b"]}'""", "inet": "'10.0.0.1'", "bytea": "'\\x01'", "double precision": "1.5",
    "timestamp with time zone": "now()", "uuid": "gen_random_uuid()", "xid8": "pg_current_xact_id()",
}  # fmt: skip
MORE = {
    **FLIPS,
    "character varying": ["overlay({0} placing 'z' from 1)"],
    "jsonb": ["""{0} || '{{"z": 1}}'"""],
    "inet": ["{0} + 1"],
    "double precision": ["{0} + 0.125"],
    "xid8": ["({0}::text::bigint + 1)::text::xid8"],
}


# Tables in which rows that are alike cannot stand beside each other.
ONCE = {"connections_requestversion", "reports_narrativeversion", "reports_statementversion"}


def columns_of(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns where table_name = %s"
            " and table_schema = current_schema() order by ordinal_position",
            [table],
        )
        return cursor.fetchall()


def put(table: str, *ids: int) -> None:
    """Put a row of every column into *table* for each id, as whoever may write there."""
    columns = [(name, kind) for name, kind in columns_of(table) if name != "id"]
    names = ", ".join(f'"{name}"' for name, _kind in columns)
    values = ", ".join(VALUES[kind] for _name, kind in columns)
    for number in ids:
        sql(
            "set session_replication_role = replica;"
            f"insert into {table} (id, {names}) values ({number}, {values}) on conflict do nothing"
        )


def judged(folder: Path) -> Report:
    return verify(RING, Asked(against=folder), KNOWN)


def names(report: Report) -> list[str]:
    return [str(fault) for fault in report.faults]


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A short log and three rows of every table sealed beside it; the folder of the checkpoints."""
    written(1, 1)
    tables = {record.table for record in SEALED.values()} - {"audit_tombstone"}
    for table in tables:
        if table in ONCE:
            put(table, 1)
        put(table, 1, 2, 4)
    seal(tmp_path, records=SEALED)
    report = judged(tmp_path)
    assert report.clean, names(report)
    assert report.records == sum(
        1 if record.table in ONCE else 3 for kind, record in SEALED.items() if kind != "tombstone"
    )
    assert report.unsealed == 0
    return tmp_path


def test_every_table_of_evidence_is_sealed_with_every_column() -> None:
    assert {record.table for record in SEALED.values()} == EVIDENCE.keys() - OTHERWISE
    for table in {record.table for record in SEALED.values()}:
        covered = {name for one in SEALED.values() if one.table == table for name in one.forms[one.form]}
        assert covered == {name for name, _kind in columns_of(table)}, table
        assert all("id" in one.forms[one.form] for one in SEALED.values())


def test_a_flip_of_any_column_a_row_taken_and_one_put_in_are_located(sealed: Path) -> None:
    tried = 0
    with undone():
        for table in sorted({record.table for record in SEALED.values()} - {"audit_tombstone"}):
            for column, kind in columns_of(table):
                flip = MORE[kind][-1].format(f'"{column}"') if column != "id" else "9"
                with undone() as cursor:
                    cursor.execute(f'update {table} set "{column}" = {flip} where id = 1')
                    assert cursor.rowcount == 1
                    report = judged(sealed)
                assert {(fault.table, fault.n) for fault in report.faults} == {(table, 1)}, (column, names(report))
                assert report.first.leaf is not None
                tried += 1
            with undone() as cursor:
                cursor.execute(f"delete from {table} where id = 1")
                report = judged(sealed)
            assert {(fault.table, fault.n) for fault in report.faults} == {(table, 1)}, names(report)
    assert tried > 80


def test_a_row_that_commits_late_is_sealed_and_one_put_in_afterwards_is_told(sealed: Path) -> None:
    long_ago = clock.now() - timedelta(hours=3)
    with sealing(sealed, records=SEALED) as sealer:
        put("audit_fact", 3)
        sealer.tick()
        put("audit_row_change", 30_000)
        put("audit_fact", 5, 8)
        sealer.tick()
        put("audit_fact", 7, 6)
        sealer.reader._looked = float("-inf")
        sealer.tick()
        assert sealer.tick()
    runs = sql("select first_n, leaves from audit_leaf where kind = 'fact' order by first_leaf")
    assert runs == [(1, 2), (4, 1), (3, 1), (5, 1), (8, 1), (6, 2)]
    assert judged(sealed).clean
    put("audit_row_change", 100)
    with undone() as cursor:
        cursor.execute("update audit_sealing set sealed_at = now()")
        assert judged(sealed).unsealed == 1
        cursor.execute("update audit_row_change set at = %s where id = 100", [long_ago])
        report = judged(sealed)
    assert [(fault.table, fault.n) for fault in report.faults] == [("audit_row_change", 100)], names(report)
    assert "thêm vào sau" in report.first.what
    # A sealer that begins anew looks for whatever was left out.
    seal(sealed, records=SEALED)
    assert judged(sealed).unsealed == 0


def test_an_acceptance_is_sealed_when_it_is_written(sealed: Path) -> None:
    names_of = ", ".join(SEALED["recovery"].forms[1])
    put_back = names_of.replace("id, ", "6, ", 1)
    with sealing(sealed, records=SEALED) as sealer:
        sql(f"insert into audit_recovery ({names_of}, accepted_by, accept_reason)"
            f" select {put_back}, '', '' from audit_recovery where id = 1")  # fmt: skip
        assert sealer.tick()
        sql("update audit_recovery set accepted_at = now(), accepted_by = 'A', accept_reason = 'B' where id = 6")
        sealer.reader._looked = float("-inf")
        assert sealer.tick()
    assert sql("select sum(leaves)::int from audit_leaf where kind = 'recovery'") == [(4,)]
    assert sql("select first_n from audit_leaf where kind = 'acceptance' and first_n > 4") == [(6,)]
    report = judged(sealed)
    assert report.clean, names(report)


def test_short_rows_are_not_guessed_from_their_leaves() -> None:
    line = json.dumps({"a": 1}).encode() + b"\n"
    first, second = RING.keys.values()
    assert way_of("fact", 1, first)(line) != way_of("fact", 1, second)(line) != way_of("change", 1, second)(line)
    assert Record("t", "at", {1: ("id",), 2: ("id", "a")}).form == 2


def test_signatures_seen_are_those_of_the_calls(sealed: Path) -> None:
    changes: list[tuple[str, Any]] = [
        ("update audit_nonce set key_id = key_id + 1", None),
        ("update audit_nonce set created = created + interval '1 second'", None),
        ("update audit_nonce set nonce = nonce || '\\x00'", None),
        ("update audit_nonce set call_id = gen_random_uuid()", None),
        ("delete from audit_nonce where nonce = (select min(nonce) from audit_nonce)", None),
    ]
    for change, values in changes:
        with undone() as cursor:
            cursor.execute(change, values)
            assert cursor.rowcount
            report = judged(sealed)
        assert {fault.table for fault in report.faults} == {"audit_nonce"}, (change, names(report))
