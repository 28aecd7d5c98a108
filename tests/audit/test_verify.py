"""Whatever is done to the call log behind the platform's back is found and located (QC11.5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit.ledger import canonical
from audit.verification.findings import Report
from audit.verification.run import verify
from audit.verification.structure import COVERED
from core.crypto import Keyring
from tests.audit.log_rows import KEYS, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]
RING = Keyring.parse(KEYS)
MIDDLE = 6


@pytest.fixture(name="written")
def _written() -> None:
    written(MIDDLE + 4, over=2, unanswered=True)


@contextmanager
def undone() -> Iterator[Any]:
    """Give a cursor that may change evidence; everything is taken back afterwards.

    Within another one nothing is taken from the tables a second time.
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
    for name in ("intent_verdict", "intent_calls", "intent_n", "outcome_stage", "outcome_n"):
        table = f"audit_{name.split('_')[0]}"
        cursor.execute(f"alter table {table} drop constraint audit_{name}_check")
    cursor.execute("alter table audit_intent drop constraint audit_intent_pkey")
    cursor.execute("alter table audit_outcome drop constraint audit_outcome_pkey")


def columns() -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = current_schema() and table_name = any(%s)",
            [list(COVERED)],
        )
        return cursor.fetchall()


FLIPS = {
    "text": [
        "case when {0} = '' then 'x' else chr(ascii({0}) # 1) || substr({0}, 2) end",
        "case when {0} = '' then chr(1) else left({0}, -1) || chr(ascii(right({0}, 1)) # 2) end",
    ],
    "bytea": [
        "case when {0} = '' then '\\x00' else set_byte({0}, 0, get_byte({0}, 0) # 1) end",
        "case when {0} = '' then '\\xff' else {0} || '\\x00' end",
    ],
    "bigint": ["{0} # 1", "{0} # (1::bigint << 40)"],
    "integer": ["{0} # 2", "{0} # (1 << 20)"],
    "smallint": ["({0}::int # 1)::smallint", "({0}::int # 256)::smallint"],
    "boolean": ["not {0}"],
    "uuid": ["overlay({0}::text placing (case when left({0}::text, 1) = '0' then '1' else '0' end) from 1)::uuid"],
    "timestamp with time zone": ["{0} + interval '1 microsecond'", "{0} + interval '256 days'"],
}


@pytest.mark.parametrize("table", ["audit_intent", "audit_outcome"])
def test_one_byte_of_any_column_of_one_call_record_is_found_and_its_row_named(written: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"select call_id, epoch, n from {table} where n = %s order by epoch limit 1", [MIDDLE])
        call, epoch, n = cursor.fetchone()
    assert verify(RING).clean
    tried = 0
    flips = [(column, flip) for name, column, kind in columns() if name == table for flip in FLIPS[kind]]
    with undone():
        for column, flip in flips:
            with undone() as cursor:
                cursor.execute(
                    f"update {table} set {column} = {flip.format(column)} where epoch = %s and n = %s", [epoch, n]
                )
                assert cursor.rowcount == 1
                report = verify(RING)
            assert not report.clean, (column, flip)
            assert report.first.table == table, (column, report.first)
            assert call in report.first.calls, (column, report.first)
            assert len(report.faults) == 1, (column, [str(fault) for fault in report.faults])
            tried += 1
    assert tried >= 30
    assert verify(RING).clean


def places(table: str, verdict: str = "A") -> list[tuple[Any, int, int]]:
    """Return (call, epoch, n) of the rows of the last epoch of *table* with that verdict, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select call_id, epoch, n from {table} where verdict = %s and epoch = (select max(epoch) from {table})"
            " order by n",
            [verdict],
        )
        return cursor.fetchall()


def found(statement: str, *values: Any) -> Report:
    """Return what a verification says after *statement* changed something."""
    with undone() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount
        return verify(RING)


@pytest.mark.parametrize("table", ["audit_intent", "audit_outcome"])
def test_a_deleted_row_and_a_deleted_range_are_located(written: None, table: str) -> None:
    rows = places(table)
    call, epoch, n = rows[3]
    one = found(f"delete from {table} where epoch = %s and n = %s", epoch, n)
    assert [(fault.table, fault.epoch, fault.n, fault.up_to) for fault in one.faults] == [(table, epoch, n, n)]
    if table == "audit_intent":
        assert one.first.calls == (call,)
    several = found(f"delete from {table} where epoch = %s and n between %s and %s", epoch, n, n + 2)
    assert [(fault.table, fault.epoch, fault.n, fault.up_to) for fault in several.faults] == [(table, epoch, n, n + 2)]


@pytest.mark.parametrize("table", ["audit_intent", "audit_outcome"])
def test_a_tail_cut_off_a_closed_epoch_is_located(written: None, table: str) -> None:
    _call, epoch, n = places(table)[4]
    report = found(f"delete from {table} where epoch = %s and n >= %s", epoch, n)
    assert (report.first.table, report.first.epoch, report.first.n) == (table, epoch, n)
    whole = found(f"delete from {table} where epoch = %s", epoch)
    assert (whole.first.table, whole.first.epoch, whole.first.n) == (table, epoch, 1)


@pytest.mark.parametrize("table", ["audit_intent", "audit_outcome"])
def test_a_copied_an_invented_and_two_swapped_rows_are_located(written: None, table: str) -> None:
    names = [column for name, column, _kind in columns() if name == table]
    (call, epoch, n), (other, _epoch, m) = places(table)[3:5]
    for change in ({"received_at": "received_at + interval '1 second'"}, {"n": "900"}, {"epoch": "77", "n": "1"}):
        copied = ", ".join(change.get(name, name) for name in names)
        report = found(f"insert into {table} select {copied} from {table} where epoch = %s and n = %s", epoch, n)
        assert report.first.table == table
        assert call in report.first.calls, str(report.first)
        assert "dòng thừa" in report.first.what
    report = found(
        f"update {table} t set n = s.n from {table} s"
        " where t.epoch = %s and s.epoch = t.epoch and (t.n, s.n) in ((%s, %s), (%s, %s))",
        epoch, n, m, m, n,
    )  # fmt: skip
    assert {fault.table for fault in report.faults} == {table}
    assert {*report.faults[0].calls, *report.faults[1].calls} >= {call, other}


def test_what_the_database_decided_about_a_stale_attempt_is_covered_too(written: None) -> None:
    for column, value in (("verdict", "'A'"), ("admitted_at", "admitted_at + interval '1 microsecond'")):
        call, epoch, n = places("audit_intent", "S")[0]
        report = found(f"update audit_intent set {column} = {value} where epoch = %s and n = %s", epoch, n)
        assert [(fault.table, fault.epoch, fault.n, fault.calls) for fault in report.faults] == [
            ("audit_intent", epoch, n, (call,))
        ]


def test_any_column_of_the_register_of_epochs_is_covered_and_none_of_its_rows_can_go(written: None) -> None:
    with undone() as opened:
        opened.execute("alter table audit_epoch drop constraint audit_epoch_event_check")
        opened.execute("alter table audit_epoch drop constraint audit_epoch_kind_check")
        for column, kind in [(column, kind) for table, column, kind in columns() if table == "audit_epoch"]:
            blank = {"bigint": "0", "bytea": "''"}.get(kind)
            flip = FLIPS[kind][-1].format(f"coalesce({column}, {blank})" if blank else column)
            with undone() as cursor:
                cursor.execute(f"update audit_epoch set {column} = {flip} where seq = 4")
                report = verify(RING)
            assert any(fault.table == "audit_epoch" for fault in report.faults), column
    for seq in (1, 3, 6):
        report = found("delete from audit_epoch where seq = %s", seq)
        assert ("audit_epoch", seq) in {(fault.table, fault.n) for fault in report.faults}


TOOTHLESS = """
create or replace function audit_refuse_change() returns trigger language plpgsql as 'begin return old; end'
"""


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("alter table audit_intent disable trigger append_only", "audit_intent"),
        ("drop trigger no_truncate on audit_outcome_rest", "audit_outcome_rest"),
        ("alter table audit_intent detach partition audit_intent_rest", "audit_intent_rest"),
        ("alter table audit_outcome add column note text", "audit_outcome"),
        (TOOTHLESS, "audit_epoch"),
        (TOOTHLESS, "audit_intent_rest"),
        ("alter table catalog_purpose disable trigger watched_changes", "catalog_purpose"),
        ("drop trigger watched_whole on accounts_user", "accounts_user"),
        ("alter table audit_fact disable trigger audit_fact_append_only", "audit_fact"),
        (
            "alter table connections_threadmessage enable replica trigger threadmessage_frozen",
            "connections_threadmessage",
        ),
        (f"{TOOTHLESS.replace('audit_refuse_change', 'audit_watch_row')}", "audit_row_change"),
        ("alter role current_user set session_replication_role = replica", "lgsp"),
        ("alter table audit_epoch drop constraint audit_epoch_pkey, add column more int", "audit_epoch"),
    ],
)
def test_guards_taken_away_are_found(written: None, change: str, table: str) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(change)
        report = verify(RING)
        transaction.set_rollback(True)
    assert table in {fault.table for fault in report.faults}


def test_a_key_that_was_taken_away_is_named(written: None) -> None:
    report = verify(Keyring({"first": RING.keys["first"]}))
    assert not report.clean
    assert "«second»" in str(report.first)


def test_every_column_of_the_log_is_covered() -> None:
    assert {(table, column) for table, column, _kind in columns()} == {
        (table, column) for table, names in COVERED.items() for column in names
    }
    assert {column.name for column in canonical.INTENT} & set(canonical.ASSIGNED) == set()
    assert set(canonical.ASSIGNED) <= {column.name for column in canonical.OUTCOME}


def test_the_command_names_the_first_bad_row_and_fails(written: None, settings: Any) -> None:
    settings.LOG_KEYS = KEYS
    said = StringIO()
    call_command("audit_verify", stdout=said)
    assert "ĐẠT" in said.getvalue()
    assert "2 yêu cầu chưa có kết quả" in said.getvalue()
    call, epoch, n = places("audit_intent")[2]
    with undone() as cursor:
        cursor.execute("update audit_intent set purpose = 'other' where epoch = %s and n = %s", [epoch, n])
        with pytest.raises(CommandError) as refused:
            call_command("audit_verify", stdout=said)
    assert refused.value.returncode == 1
    for part in ("audit_intent", str(call), f"chuỗi {epoch}", f"vị trí {n}"):
        assert part in str(refused.value)
