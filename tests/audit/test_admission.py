"""Admission decides each call of a batch by itself, whatever the others bring (decisions, 1-8)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from audit.admission import Call, Ledger, Verdict
from tests.audit.log_rows import DONE, KEYS, add_gate, address, make_call, sql

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
        anew = Call(**{**{name: getattr(old, name) for name in Call.__slots__}, "gate_version": 1})
        seen.append(await ledger.admit(anew, owned=True))
        await ledger.record(anew, DONE)
        seen.append(await ledger.admit(make_call(gate, nonce=old.nonce, created=old.created)))
        return seen

    assert with_ledger(work) == [Verdict.STALE, Verdict.ADMITTED, Verdict.REPLAY]
    assert used(gate) == 1
