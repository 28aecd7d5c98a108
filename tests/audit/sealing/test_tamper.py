"""Whatever is done to the sealed log behind the platform's back is found and located (P3, QC11.5)."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from audit.ledger import canonical
from audit.ledger.canonical import row_mac
from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.leaves import copy_between, hash_of, rows_of
from audit.sealing.merkle import Frontier
from audit.verification.findings import Report
from audit.verification.run import Asked, verify
from tests.audit.log_rows import written
from tests.audit.sealing.world import KNOWN, OTHER, RING, SIGNER, evidence_columns, seal, undone
from tests.audit.test_verify import FLIPS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]
LOG = {"audit_intent": "intent", "audit_outcome": "outcome", "audit_epoch": "epoch"}


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A log sealed in three goes; the folder of its checkpoints."""
    folder = tmp_path / "checkpoints"
    for part in range(3):
        written(3, 1, unanswered=part == 1)
        seal(folder)
    return folder


def judged(folder: Path | None = None, **asked: Any) -> Report:
    return verify(RING, Asked(against=folder, **asked), KNOWN)


def after(folder: Path | None, statement: str, *values: Any) -> Report:
    with undone() as cursor:
        cursor.execute(statement, values or None)
        assert cursor.rowcount
        return judged(folder)


def names(report: Report) -> list[str]:
    return [str(fault) for fault in report.faults]


def test_a_clean_log_raises_no_alarm(sealed: Path) -> None:
    report = judged(sealed)
    assert report.clean, names(report)
    assert report.sealed is not None
    assert report.leaves == report.sealed.checkpoint.size > 60
    assert (report.checkpoints, report.outside, report.unsealed, report.lost) == (3, 3, 0, 0)
    for since in (1, 2, 3):
        part = judged(sealed, since=since)
        assert part.clean, names(part)
        assert part.leaves < report.leaves


def test_one_flip_of_any_column_of_any_evidence_table_is_found_and_located(sealed: Path) -> None:
    tried: dict[str, int] = {}
    with undone():
        for table, column, kind in evidence_columns():
            for flip in FLIPS[kind]:
                blank = {"bigint": "0", "bytea": "''"}.get(kind)
                value = flip.format(f"coalesce({column}, {blank})" if blank and table == "audit_epoch" else column)
                with undone() as cursor:
                    leaf = flipped(cursor, table, column, value)
                    report = judged(sealed)
                assert not report.clean, (table, column, flip)
                tables = {fault.table for fault in report.faults}
                # A run that names another chain misses the rows it is of: told by their leaves.
                assert table in tables or (table == "audit_leaf" and report.first.leaf is not None), (
                    column,
                    names(report),
                )
                if table in LOG:
                    assert leaf in {fault.leaf for fault in report.faults}, (table, column, leaf, names(report))
                tried[table] = tried.get(table, 0) + 1
    assert set(tried) == {*LOG, "audit_leaf", "audit_node", "audit_checkpoint"}
    assert min(tried.values()) >= 5
    assert tried["audit_intent"] >= 60
    assert judged(sealed).clean


def flipped(cursor: Any, table: str, column: str, value: str) -> int | None:
    """Write *value* into a column of the second row of *table*; return the leaf of the row."""
    if table == "audit_node":
        cursor.execute("insert into audit_node values (8, 0, '\\x00')")
    key = {"audit_leaf": "first_leaf", "audit_node": "place", "audit_checkpoint": "number"}.get(table)
    order = key or ("seq" if table == "audit_epoch" else "epoch, n")
    cursor.execute(f"select ctid::text, tableoid::regclass::text from {table} order by {order} offset 1 limit 1")
    found = cursor.fetchone()
    if found is None:
        cursor.execute(f"select ctid::text, tableoid::regclass::text from {table} limit 1")
        found = cursor.fetchone()
    leaf = _leaf(cursor, table, found)
    where = f"ctid = '{found[0]}' and tableoid = '{found[1]}'::regclass"
    cursor.execute(f"update {table} set {column} = {value} where {where}")
    assert cursor.rowcount == 1
    return leaf


def _leaf(cursor: Any, table: str, found: tuple[str, str]) -> int | None:
    if table not in LOG:
        return None
    place = "0, seq" if table == "audit_epoch" else "epoch, n"
    cursor.execute(f"select {place} from {found[1]} where ctid = '{found[0]}'")
    return store.leaf_of(connection.connection, LOG[table], *cursor.fetchone())


def middle(table: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"select epoch, n from {table} where n = 3 order by epoch offset 1 limit 1")
        found = cursor.fetchone()
    return int(found[0]), int(found[1])


def leaf_at(table: str, epoch: int, n: int) -> int | None:
    return store.leaf_of(connection.connection, LOG[table], epoch, n)


@pytest.mark.parametrize("table", ["audit_intent", "audit_outcome"])
def test_deleted_cut_off_swapped_and_added_rows_are_located(sealed: Path, table: str) -> None:
    epoch, n = middle(table)
    leaf = leaf_at(table, epoch, n)
    one = after(sealed, f"delete from {table} where epoch = %s and n = %s", epoch, n)
    assert (one.first.table, one.first.epoch, one.first.n, one.first.leaf) == (table, epoch, n, leaf)
    several = after(sealed, f"delete from {table} where epoch = %s and n between %s and %s", epoch, n, n + 1)
    assert (several.first.n, several.first.up_to, several.first.leaf) == (n, n + 1, leaf)
    tail = after(sealed, f"delete from {table} where epoch = %s and n >= %s", epoch, n)
    assert (tail.first.table, tail.first.n, tail.first.leaf) == (table, n, leaf)
    swapped = after(
        sealed,
        f"update {table} set n = case n when %s then %s else %s end where epoch = %s and n in (%s, %s)",
        n, n + 1, n, epoch, n, n + 1,
    )  # fmt: skip
    assert {fault.table for fault in swapped.faults} == {table}
    assert leaf in {fault.leaf for fault in swapped.faults}
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name = %s order by ordinal_position",
            [table],
        )
        columns = [name for (name,) in cursor.fetchall()]
    for change in ({"received_at": "received_at + interval '1 second'"}, {"n": "90"}, {"epoch": "77", "n": "1"}):
        copied = ", ".join(change.get(name, name) for name in columns)
        report = after(
            sealed,
            f"insert into {table} ({', '.join(columns)}) select {copied} from {table} where epoch = %s and n = %s",
            epoch, n,
        )  # fmt: skip
        assert table in {fault.table for fault in report.faults}, names(report)


def test_the_tail_of_an_epoch_never_closed_and_whole_partitions_are_missed(sealed: Path) -> None:
    with undone() as cursor:
        cursor.execute("delete from audit_epoch where event = 'close'")
        cursor.execute("delete from audit_intent where epoch = (select max(epoch) from audit_intent) and n > 2")
        assert cursor.rowcount
        report = judged(sealed)
    assert any(fault.table == "audit_intent" and fault.leaf is not None for fault in report.faults)
    with undone() as cursor:
        cursor.execute("select distinct tableoid::regclass::text from audit_outcome")
        for (part,) in cursor.fetchall():
            cursor.execute(f"drop table {part}")
        report = judged(sealed)
    missing = [fault for fault in report.faults if fault.table == "audit_outcome"]
    assert missing[0].leaf is not None, names(report)


def test_tables_of_the_tree_cannot_lose_or_gain_a_row(sealed: Path) -> None:
    for table, key in (("audit_leaf", "first_leaf"), ("audit_checkpoint", "number")):
        with connection.cursor() as cursor:
            cursor.execute(f"select {key} from {table} order by 1")
            keys = [value for (value,) in cursor.fetchall()]
        for value in (keys[0], keys[1], keys[-1]):
            report = after(sealed, f"delete from {table} where {key} = %s", value)
            assert not report.clean, (table, value)
        report = after(sealed, f"insert into {table} select * from {table} where {key} = %s", keys[0])
        assert table in {fault.table for fault in report.faults}, names(report)
        report = after(sealed, f"delete from {table}")
        assert not report.clean


def plain(row: Any) -> list[Any]:
    return [bytes(value) if isinstance(value, memoryview) else value for value in row]


class Forger:
    """Somebody with the database and the keys of the log, but without the sealing key."""

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor

    def rewrite(self, epoch: int, n: int) -> None:
        """Say another purpose in one intent, and make every MAC of the log fit."""
        self.cursor.execute("update audit_intent set purpose = 'other' where epoch = %s and n = %s", [epoch, n])
        columns = [column.name for column in canonical.EPOCH]
        self.cursor.execute(f"select {', '.join(columns)} from audit_epoch order by seq")
        before = b""
        opened: dict[int, tuple[str, bytes, bytes]] = {}
        for row in map(plain, self.cursor.fetchall()):
            event = dict(zip(columns, row, strict=True))
            key = RING.keys[event["key_name"]]
            if event["last_epoch"] is not None:
                event["last_mac"] = self._rechain(event["last_epoch"], *opened.pop(event["last_epoch"]))
            event["prev_mac"] = before
            before = row_mac(key, "epoch", list(event.values()))
            if event["event"] == "open":
                opened[event["seq"]] = event["kind"], key, before
            self.cursor.execute(
                "update audit_epoch set last_mac = %s, prev_mac = %s, row_mac = %s where seq = %s",
                [event["last_mac"], event["prev_mac"], before, event["seq"]],
            )

    def _rechain(self, epoch: int, kind: str, key: bytes, before: bytes) -> bytes:
        form = canonical.INTENT if kind == "intent" else canonical.OUTCOME
        columns = [column.name for column in form]
        self.cursor.execute(f"select {', '.join(columns)} from audit_{kind} where epoch = %s order by n", [epoch])
        for row in map(plain, self.cursor.fetchall()):
            mac = row_mac(key, kind, [*row[:-1], before])
            self.cursor.execute(
                f"update audit_{kind} set prev_mac = %s, row_mac = %s where epoch = %s and n = %s",
                [before, mac, epoch, row[-2]],
            )
            before = mac
        return before

    def reseal(self, key: Any) -> None:
        """Make leaves, nodes and checkpoints fit the rows, signed by *key*."""
        link = connection.connection
        self.cursor.execute("select first_leaf, kind, epoch, first_n, leaves, form from audit_leaf order by 1")
        tree, sizes = Frontier(), {}
        for first, kind, epoch, n, leaves, form in self.cursor.fetchall():
            hashes = [
                hash_of(kind, form, line)
                for *_rest, line in rows_of(link.cursor(), copy_between(kind, [(epoch, n, n + leaves - 1)], form))
            ]
            self.cursor.execute("update audit_leaf set hashes = %s where first_leaf = %s", [b"".join(hashes), first])
            for leaf in hashes:
                tree.append(leaf)
                sizes[tree.size] = tree.root()
        before = b""
        for one in store.checkpoints_after(link, 0, most=1000):
            point = one.checkpoint
            again = Sealed.make(
                type(point)(point.number, point.origin, point.size, sizes[point.size], point.at, before, point.after),
                key,
            )
            before = again.checkpoint.digest
            self.cursor.execute(
                "update audit_checkpoint set root = %s, prev = %s, signer = %s, signature = %s where number = %s",
                [again.checkpoint.root, again.checkpoint.prev, again.signer, again.signature, point.number],
            )


def test_rewriting_with_hashes_made_anew_without_any_key_is_located(sealed: Path) -> None:
    epoch, n = middle("audit_intent")
    report = after(
        sealed,
        "update audit_intent set purpose = 'other', row_mac = sha256(('other' || n)::bytea)"
        " where epoch = %s and n = %s",
        epoch, n,
    )  # fmt: skip
    assert (report.first.table, report.first.epoch, report.first.n) == ("audit_intent", epoch, n)
    assert report.first.leaf == leaf_at("audit_intent", epoch, n)


def test_whoever_has_the_keys_of_the_log_but_not_the_sealing_key_is_located(sealed: Path) -> None:
    epoch, n = middle("audit_intent")
    leaf = leaf_at("audit_intent", epoch, n)
    with undone() as cursor:
        Forger(cursor).rewrite(epoch, n)
        report = judged()
        assert leaf in {fault.leaf for fault in report.faults}, names(report)
        # Nothing but the leaves speaks against it: every MAC and every chain fits.
        assert all("lá đã niêm phong" in fault.what for fault in report.faults), names(report)
    assert judged(sealed).clean


def test_making_the_tree_fit_as_well_takes_the_sealing_key(sealed: Path) -> None:
    epoch, n = middle("audit_intent")
    with undone() as cursor:
        forger = Forger(cursor)
        forger.rewrite(epoch, n)
        forger.reseal(OTHER)
        report = judged()
        assert {fault.table for fault in report.faults} == {"audit_checkpoint"}, names(report)
        assert any("chữ ký" in fault.what for fault in report.faults)


def test_even_with_the_sealing_key_what_lies_outside_says_otherwise(sealed: Path) -> None:
    epoch, n = middle("audit_intent")
    with undone() as cursor:
        forger = Forger(cursor)
        forger.rewrite(epoch, n)
        forger.reseal(SIGNER)
        assert judged().clean
        report = judged(sealed)
        assert [fault.n for fault in report.faults] == [1, 2, 3][-len(report.faults) :]
        assert all("bên ngoài" in fault.what for fault in report.faults)


def test_a_log_cut_back_to_an_earlier_moment_is_missed_outside_only(sealed: Path) -> None:
    with undone() as cursor:
        cursor.execute("select size from audit_checkpoint where number = 2")
        (size,) = cursor.fetchone()
        cursor.execute("select kind, epoch, first_n from audit_leaf where first_leaf >= %s", [size])
        for kind, epoch, first in cursor.fetchall():
            if kind == "epoch":
                cursor.execute("delete from audit_epoch where seq >= %s", [first])
            else:
                cursor.execute(f"delete from audit_{kind} where epoch = %s and n >= %s", [epoch, first])
        cursor.execute("delete from audit_nonce where call_id not in (select call_id from audit_intent)")
        cursor.execute("delete from audit_leaf where first_leaf >= %s", [size])
        cursor.execute("delete from audit_checkpoint where number > 2")
        assert judged().clean
        report = judged(sealed)
    assert [(fault.table, fault.n) for fault in report.faults] == [("audit_checkpoint", 3)]


def test_rows_put_behind_the_sealed_end_long_ago_are_not_taken_for_new_ones(sealed: Path) -> None:
    report = after(
        sealed,
        "update audit_leaf set leaves = leaves - 1, hashes = substr(hashes, 1, 32 * (leaves - 1))"
        " where first_leaf = (select max(first_leaf) from audit_leaf where kind = 'outcome')",
    )
    assert not report.clean


def test_nobody_s_signature_is_believed(sealed: Path) -> None:
    report = verify(RING, Asked(against=sealed), {OTHER.verifier.key_id: OTHER.verifier})
    assert {"audit_checkpoint"} == {fault.table for fault in report.faults}
    assert not verify(RING, Asked(), {}).clean
