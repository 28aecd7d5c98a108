"""Admission decides each call of a batch by itself, whatever the others bring (decisions, 1-8)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import psycopg
import pytest

from audit.admission import Call, Ledger, LogUnavailable, Outcome, Stage, Standing, Verdict
from audit.ledger import statements
from audit.ledger.pacing import MOST_ADDRESSES, ROWS_PER_MINUTE, Pacer, bucket
from audit.verification.run import verify
from core import clock
from core.crypto import Keyring
from tests.audit.log_rows import CUT, DONE, KEYS, add_gate, address, changed, make_call, sql, tamper

pytestmark = pytest.mark.django_db(transaction=True)


def with_ledger(work: Callable[[Ledger], Awaitable[Any]], **options: Any) -> Any:
    """Run *work* with a started ledger."""

    async def run() -> Any:
        ledger = Ledger(address(), KEYS, **options)
        await ledger.start()
        try:
            return await work(ledger)
        finally:
            await ledger.stop()

    return asyncio.run(run())


def verdicts(calls: list[Call], **options: Any) -> list[str]:
    """Submit *calls* at once, record those decided, and return the verdicts in order."""

    async def one(ledger: Ledger, call: Call) -> str:
        verdict = await ledger.admit(call)
        await ledger.record(call, DONE)
        return verdict.value

    async def work(ledger: Ledger) -> list[str]:
        return list(await asyncio.gather(*(one(ledger, call) for call in calls)))

    return with_ledger(work, **options)


def used(gate: int) -> int:
    return sql("select used from audit_gate where gate_id = %s", gate)[0][0]


@pytest.mark.clause("QC4.7")
def test_every_submitted_call_has_an_intent_and_an_outcome_with_its_verdict() -> None:
    gate, small = add_gate(), add_gate(1)
    copy = make_call(gate)
    calls = [
        make_call(gate),
        copy,
        make_call(gate, nonce=copy.nonce, created=copy.created),
        make_call(gate, gate_version=7),
        make_call(small),
        make_call(small),
        make_call(987_654_321),
    ]
    assert verdicts(calls) == ["A", "A", "R", "S", "A", "Q", "G"]
    rows = sql(
        "select i.call_id, i.verdict, o.verdict, i.admitted_at = o.admitted_at,"
        " (i.epoch, i.n) = (o.intent_epoch, o.intent_n)"
        " from audit_intent i join audit_outcome o using (call_id, received_at)"
    )
    assert {row[0]: row[1:] for row in rows} == {
        call.call_id: (verdict, verdict, True, True) for call, verdict in zip(calls, "AARSAQG", strict=True)
    }
    assert (used(gate), used(small)) == (2, 1)


def test_a_stale_call_is_submitted_again_with_the_nonce_it_burnt() -> None:
    gate = add_gate(5)

    async def work(ledger: Ledger) -> list[str]:
        old = make_call(gate, gate_version=0)
        seen = [await ledger.admit(old)]
        anew = changed(old, gate_version=1)
        seen.append(await ledger.admit(anew, owned=True))
        await ledger.record(anew, DONE)
        seen.append(await ledger.admit(make_call(gate, nonce=old.nonce, created=old.created)))
        return seen

    assert with_ledger(work) == [Verdict.STALE, Verdict.ADMITTED, Verdict.REPLAY]
    assert used(gate) == 1


def assert_verified(**counts: int) -> None:
    report = verify(Keyring.parse(KEYS))
    assert report.clean, [str(fault) for fault in report.faults]
    assert {name: getattr(report, name) for name in counts} == counts


@pytest.mark.parametrize(
    ("at", "day", "verdict", "used_after"),
    [
        ("2026-03-31 16:59:59.999999+00", "2026-03-31", "Q", 5),
        ("2026-03-31 17:00:00+00", "2026-03-31", "A", 1),
        ("2026-04-01 16:59:59+00", "2026-03-31", "A", 1),
        ("2026-03-31 12:00:00+00", "2026-04-01", "Q", 5),
    ],
)
def test_the_quota_begins_anew_at_midnight_in_vietnam_and_never_runs_backwards(
    at: str, day: str, verdict: str, used_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = add_gate(5)
    sql("update audit_gate set used = 5, day = %s where gate_id = %s", day, gate)
    held, told = "(statement_timestamp() at time zone", f"(timestamptz '{at}' at time zone"
    assert held in statements.ADMISSION
    monkeypatch.setattr("audit.admission.ADMISSION", statements.ADMISSION.replace(held, told))
    assert verdicts([make_call(gate)]) == [verdict]
    assert used(gate) == used_after


HOSTILE = [
    "\\",
    '"',
    "'",
    "{}",
    "{,}",
    "(,)",
    ",",
    ")",
    '\\\\"',
    "NULL",
    "\0",
    "a\0b",
    "\ud800",
    "\x01\x1b[2J",
    "%s",
    "$1",
    "\u202eđộc",
    "x" * 100_000,
]


def test_what_a_caller_puts_into_its_headers_harms_neither_the_batch_nor_the_log() -> None:
    gate = add_gate()
    fields = [name for name, kind in Standing.__annotations__.items() if kind is str]
    calls = [make_call(gate, **dict.fromkeys(fields, text)) for text in HOSTILE]
    calls += [make_call(gate, **dict.fromkeys(["key_id", "system_id", "gate_version", "request_bytes"], 2**70))]
    calls += [make_call(2**40), make_call(-1), make_call(gate, nonce=b""), make_call(gate, nonce=b"\0\\" * 900)]
    calls += [make_call(gate, created=datetime(9999, 12, 31, tzinfo=UTC)), make_call(gate, body_digest=b"")]
    plain = [make_call(gate) for _ in range(20)]
    assert verdicts([*calls, *plain])[-20:] == ["A"] * 20
    assert len(sql("select 1 from audit_intent")) == len(sql("select 1 from audit_outcome")) == len(calls) + 20
    assert sql("select max(length(access_key)), max(length(nonce)), max(length(service)) from audit_intent") == [
        (128, 128, 64)
    ]
    assert_verified(in_rest=0)


def test_a_call_no_row_can_be_made_of_is_refused_alone() -> None:
    gate = add_gate()
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7)))
    bad = [make_call(gate, received_at=naive), make_call(gate, created=edge), make_call(gate, created=None)]

    async def work(ledger: Ledger) -> list[Any]:
        return list(
            await asyncio.gather(*(ledger.admit(call) for call in [*bad, make_call(gate)]), return_exceptions=True)
        )

    *refused, admitted = with_ledger(work)
    assert [type(error) for error in refused] == [ValueError] * 3
    assert admitted is Verdict.ADMITTED
    assert len(sql("select 1 from audit_intent")) == 1


def test_a_gate_held_by_a_deed_holds_up_its_own_calls_only() -> None:
    held, free = add_gate(), add_gate()
    calls = [make_call(held if place % 2 else free) for place in range(40)]

    async def work(ledger: Ledger) -> list[Any]:
        with psycopg.connect(address()) as deed:
            deed.execute("update audit_gate set version = 2 where gate_id = %s", [held])
            found = await asyncio.gather(*(ledger.admit(call) for call in calls), return_exceptions=True)
        return [*found, await ledger.admit(make_call(held))]

    found = with_ledger(work)
    assert found[0:40:2] == [Verdict.ADMITTED] * 20
    assert {type(error) for error in found[1:40:2]} == {LogUnavailable}
    assert found[40] is Verdict.STALE  # the deed has committed its change
    assert_verified(epochs=2, unfinished=21, unclosed=0)


def test_a_lost_connection_ends_the_epoch_and_the_next_names_the_last_confirmed_row() -> None:
    gate = add_gate()

    async def work(ledger: Ledger) -> None:
        first = make_call(gate)
        await ledger.admit(first)
        await ledger.record(first, DONE)
        with psycopg.connect(address()) as deed:
            deed.execute("select 1 from audit_gate where gate_id = %s for update", [gate])
            waiting = asyncio.gather(*(ledger.admit(make_call(gate)) for _ in range(3)), return_exceptions=True)
            await asyncio.sleep(0.1)
            sql(CUT, "lgsp-log-intent")
            assert {type(error) for error in await waiting} == {LogUnavailable}
        again = make_call(gate)
        await ledger.admit(again)
        await ledger.record(again, DONE)

    with_ledger(work)
    opened = "select seq, last_epoch, last_n, last_mac from audit_epoch where kind = 'intent' and event = 'open'"
    old, new = sql(f"{opened} order by seq")
    confirmed = sql("select row_mac from audit_intent where epoch = %s and n = 1", old[0])[0][0]
    assert new[1:] == (old[0], 1, confirmed)
    assert_verified(intents=2, outcomes=2, epochs=3, unclosed=0, unfinished=0)
    assert used(gate) == 2


def test_a_connection_cut_while_idle_costs_no_call() -> None:
    gate = add_gate()

    async def work(ledger: Ledger) -> None:
        for _ in range(3):
            call = make_call(gate)
            assert await ledger.admit(call) is Verdict.ADMITTED
            sql(CUT, "lgsp-log-")
            await asyncio.sleep(0.1)
            await ledger.record(call, DONE)

    with_ledger(work)
    assert_verified(intents=3, outcomes=3, unfinished=0)


def test_without_a_database_every_call_is_refused_at_once() -> None:
    async def work() -> None:
        ledger = Ledger("host=127.0.0.1 port=9 user=nobody dbname=none", KEYS)
        await ledger.start()
        assert not ledger.ready
        with pytest.raises(LogUnavailable):
            await asyncio.wait_for(ledger.admit(make_call(1)), 1)
        with pytest.raises(LogUnavailable):
            await asyncio.wait_for(ledger.refuse(make_call(1), DONE), 1)
        await asyncio.wait_for(ledger.stop(), 10)

    asyncio.run(work())


def test_callers_who_leave_harm_nobody_and_are_recorded_as_gone() -> None:
    gate = add_gate()

    async def work(ledger: Ledger) -> None:
        with psycopg.connect(address()) as deed:
            deed.execute("select 1 from audit_gate where gate_id = %s for update", [gate])
            tasks = [asyncio.create_task(ledger.admit(make_call(gate))) for _ in range(30)]
            await asyncio.sleep(0.05)
            later = [asyncio.create_task(ledger.admit(make_call(gate))) for _ in range(30)]
            await asyncio.sleep(0.01)
            for task in [*tasks[::2], *later[::2]]:
                task.cancel()
        stayed = await asyncio.gather(*tasks[1::2], *later[1::2])
        assert stayed == [Verdict.ADMITTED] * 30
        call = make_call(gate)
        await ledger.admit(call)
        recording = asyncio.create_task(ledger.record(call, DONE))
        await asyncio.sleep(0)
        recording.cancel()

    with_ledger(work)
    gone = sql("select count(*) from audit_outcome where reason = 'caller-left'")[0][0]
    assert gone == 15  # the 15 who left before they were sent were never submitted
    assert sql("select count(*) from audit_outcome where status = 200")[0][0] == 1
    assert used(gate) == 46
    assert_verified(intents=46, unfinished=30)


def test_an_outcome_is_recorded_once_and_a_streamed_answer_twice() -> None:
    gate = add_gate()

    async def work(ledger: Ledger) -> None:
        call, streamed = make_call(gate), make_call(gate)
        with pytest.raises(ValueError, match="no intent"):
            await ledger.record(call, DONE)
        await asyncio.gather(ledger.admit(call), ledger.admit(streamed))
        await ledger.record(call, DONE)
        with pytest.raises(ValueError, match="no intent"):
            await ledger.record(call, DONE)
        await ledger.record(streamed, Outcome(200, stage=Stage.STREAMING))
        await ledger.record(streamed, Outcome(200, stage=Stage.CLOSING, response_bytes=5_000_000))

    with_ledger(work)
    assert sorted(row[0] for row in sql("select stage from audit_outcome")) == ["C", "F", "S"]
    assert_verified(unfinished=0)


@pytest.mark.clause("QC4.7")
def test_refusals_of_nobody_are_paced_by_address_and_the_rest_counted_in_one_row() -> None:
    strangers = [make_call(0, key_id=0, created=None, nonce=b"", address="203.0.113.9") for _ in range(130)]
    other = make_call(0, key_id=0, created=None, nonce=b"", address="203.0.113.10")
    ours = [make_call(0, created=None, nonce=b"", address="203.0.113.9") for _ in range(5)]
    refusal = Outcome(401, "signature-invalid", "consumer")

    async def work(ledger: Ledger) -> None:
        await asyncio.gather(*(ledger.refuse(call, refusal) for call in [*strangers, other, *ours]))

    with_ledger(work)
    rows = sql(
        "select i.key_id, i.address, i.calls, count(*), min(o.status), min(o.reason)"
        " from audit_intent i join audit_outcome o using (call_id) group by 1, 2, 3 order by 1, 2, 3"
    )
    assert rows == [
        (0, "203.0.113.10", 1, 1, 401, "signature-invalid"),
        (0, "203.0.113.9", 1, ROWS_PER_MINUTE, 401, "signature-invalid"),
        (0, "203.0.113.9", 30, 1, 401, "signature-invalid"),
        (5, "203.0.113.9", 1, 5, 401, "signature-invalid"),
    ]
    assert sql("select distinct verdict from audit_intent") == [("X",)]
    assert_verified(unfinished=0)


def test_pacing_keeps_little_of_many_addresses_and_one_row_for_each_minute() -> None:
    assert bucket("2001:db8:1:2:3::4") == bucket("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert bucket("::ffff:10.0.0.1") == bucket("10.0.0.1") == "10.0.0.1"
    assert bucket("not an address") == bucket("") == ""
    pacer, at = Pacer(), clock.now().replace(second=10)
    refusal = Outcome(401, "signature-invalid", "consumer")
    call = make_call(0, key_id=0)
    for number in range(MOST_ADDRESSES + 300):
        pacer.own_row(changed(call, address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"), refusal, at=at)
    assert list(pacer.due(before=at)) == []
    rows = list(pacer.due(before=at + timedelta(minutes=1)))
    assert [calls for _call, _outcome, calls in rows] == [200]
    assert list(pacer.due(before=None)) == []


def test_digests_are_keyed() -> None:
    ring = Keyring.parse(KEYS)
    first, second = (Ledger("", Keyring({name: key})) for name, key in ring.keys.items())
    assert first.digest(b"079123456789") != second.digest(b"079123456789")
    assert len(first.digest(b"")) == 32


@pytest.mark.parametrize("statement", ["update {0} set {1} = {1}", "delete from {0}", "truncate {0}"])
def test_the_database_refuses_to_change_the_log_by_its_parents_and_its_parts(statement: str) -> None:
    verdicts([make_call(add_gate())])
    tables = [
        ("audit_epoch", "worker"),
        *((part, "epoch") for (part,) in sql(PARTS)),
        *((parent, "epoch") for parent in ("audit_intent", "audit_outcome")),
        ("audit_gate", ""),
    ]
    for table, column in tables:
        empty = not statement.startswith("truncate") and not sql(f"select 1 from {table} limit 1")
        if empty or (not column and statement.startswith("update")):
            continue
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            sql(statement.format(table, column))
    assert_verified(intents=1, outcomes=1)


PARTS = """
select inhrelid::regclass::text from pg_inherits
 where inhparent in ('audit_intent'::regclass, 'audit_outcome'::regclass)
"""


def test_a_call_whose_span_has_no_partition_is_kept_all_the_same() -> None:
    gate = add_gate()
    call = make_call(gate, received_at=datetime(2031, 5, 1, tzinfo=UTC), created=datetime(2031, 5, 1, tzinfo=UTC))
    copy = replace(call, call_id=make_call(gate).call_id)
    assert verdicts([call, copy]) == ["A", "R"]
    assert_verified(in_rest=4)
    assert tamper("delete from audit_intent_rest") == 2
    assert not verify(Keyring.parse(KEYS)).clean
