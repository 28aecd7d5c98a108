"""Gates belong to deeds: changed in their transaction, last, in id order (decisions, 18 and 33)."""

import re
import select
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from audit.gates import CHANNEL, announce, bump_gates, gate_versions, open_gate, set_limit
from audit.services.partitions import drop_old_nonces, make_ahead, spans
from core import clock
from tests.audit.log_rows import address, sql


@pytest.mark.django_db
def test_a_gate_opens_is_limited_and_rises_by_one() -> None:
    first, second = open_gate(limit=5), open_gate(limit=0)
    assert gate_versions([first, second, 10**8]) == {first: 1, second: 1}
    assert bump_gates([second, first, first]) == {first: 2, second: 2}
    assert bump_gates([]) == {}
    set_limit(first, 9)
    with connection.cursor() as cursor:
        cursor.execute("select lim, used, day from audit_gate where gate_id = %s", [first])
        assert cursor.fetchone() == (9, 0, clock.today())


@pytest.mark.django_db
def test_what_is_no_gate_and_what_is_no_limit_is_refused() -> None:
    gate = open_gate(limit=1)
    for refused, error in (
        (lambda: bump_gates([gate, 10**8]), LookupError),
        (lambda: set_limit(10**8, 1), LookupError),
        (lambda: set_limit(gate, -1), ValueError),
        (lambda: open_gate(limit=-1), ValueError),
    ):
        with pytest.raises(error), transaction.atomic():
            refused()
    assert gate_versions([gate]) == {gate: 1}
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update audit_gate set lim = -1")


@pytest.mark.django_db(transaction=True)
def test_a_gate_changes_only_with_its_deed_and_brokers_hear_of_it_when_that_commits() -> None:
    gate = open_gate(limit=1)
    with pytest.raises(RuntimeError, match="transaction"):
        bump_gates([gate])
    with psycopg.connect(address(), autocommit=True) as broker:
        broker.execute(f"listen {CHANNEL}")
        with transaction.atomic():
            bump_gates([gate])
            announce()
            transaction.set_rollback(True)
        assert gate_versions([gate]) == {gate: 1}
        assert list(broker.notifies(timeout=0.1, stop_after=1)) == []
        with transaction.atomic():
            bump_gates([gate])
            announce()
            assert not select.select([broker.fileno()], [], [], 0.1)[0]
        assert [note.channel for note in broker.notifies(timeout=5, stop_after=1)] == [CHANNEL]
    assert gate_versions([gate]) == {gate: 2}


@pytest.mark.django_db(transaction=True)
def test_partitions_are_made_ahead_once_and_guarded() -> None:
    make_ahead()
    assert make_ahead() == 0
    there = {name for (name,) in sql("select inhrelid::regclass::text from pg_inherits")}
    assert {f"{span.table}_{span.suffix}" for span in spans(clock.now())} <= there
    bound = "select pg_get_expr(relpartbound, oid) from pg_class where relname = %s"
    for span in list(spans(clock.now()))[::7]:
        told = sql(bound, f"{span.table}_{span.suffix}")[0][0]
        with psycopg.connect(address()) as link:
            ends = re.findall(r"'[^']+'", told)
            found = link.execute(f"select {ends[0]}::timestamptz, {ends[1]}::timestamptz").fetchone()
        assert found == (span.lower, span.upper)


@pytest.mark.django_db(transaction=True)
def test_nonces_of_hours_long_past_go_and_young_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    make_ahead()
    old = datetime(2025, 6, 1, 4, tzinfo=UTC)
    sql("select audit_make_partition('audit_nonce', '2025060104', %s, %s)", old, old + timedelta(hours=1))
    sql("insert into audit_nonce values (1, %s, 'x', gen_random_uuid()), (1, now(), 'x', gen_random_uuid())", old)
    before = len(sql("select 1 from pg_inherits"))
    assert drop_old_nonces() >= 1
    assert drop_old_nonces() == 0
    assert len(sql("select 1 from audit_nonce")) == 1
    assert len(sql("select 1 from pg_inherits")) < before


def test_months_and_hours_follow_each_other_over_the_turn_of_the_year() -> None:
    found = list(spans(datetime(2026, 12, 31, 17, 30, tzinfo=UTC)))  # half past midnight in Vietnam
    months = [span for span in found if span.table == "audit_intent"]
    assert [span.suffix for span in months] == ["202701", "202702", "202703", "202704"]
    assert months[0].lower == datetime(2026, 12, 31, 17, tzinfo=UTC)
    hours = [span for span in found if span.table == "audit_nonce"]
    assert hours[0].suffix == "2026123116"
    for row in (months, hours):
        assert all(one.upper == other.lower for one, other in pairwise(row))
